import type { Fleet } from '../fleet.ts'
import type { Instant, TenantName } from '../id.ts'
import { Kind } from './kind.ts'
import type { MachineType } from '../machine.ts'
import { byShare, bySince, headOf, overdueSince, type Head } from '../policy/fairness.ts'
import { kindOf, queueOf, type Waiting } from '../policy/queue.ts'
import { Ranking } from '../collections/ranking.ts'
import type { Demand } from '../request.ts'
import type { Index } from '../collections/table.ts'
import type { Tenant } from '../tenant.ts'

/** Heads that can be served from the same machines: if the first of them cannot be, none can. */
export interface Group {
  readonly key: string
  readonly kind: Kind
  readonly demand: Demand
  /** How long its machines are away at most: the lease, and the grace after it. */
  readonly stayMs: number
  /** In the order of service, but for those who were overtaken too often. */
  readonly fair: Ranking<Head>
  /** The longest at the head of its line first. */
  readonly longest: Ranking<Head>
  /** Machines that their whole lines want. */
  wanted: number
}

/** The groups of a type. A group stands in both orders by its first in that order. */
interface Groups {
  readonly byKey: Map<string, Group>
  readonly kinds: Map<string, Kind>
  readonly fair: Ranking<Group>
  readonly longest: Ranking<Group>
}

/** A group, and the head of it whose turn is before that of all others in it. */
export interface Turned {
  readonly group: Group
  readonly head: Head
}

interface Placed {
  readonly group: Group
  readonly head: Head
  readonly wanted: number
  readonly patient: boolean
}

/**
 * The heads of lines, grouped by what they want, so that a decision looks at one head a group however many wait. Whose quota
 * is used up stands in no group until a machine is given back. Where a line stands is worked out anew when its requests or its
 * tenant change, from what they are then.
 */
export class Heads {
  readonly ofRequests: Index<Waiting> = {
    change: (before, after) => {
      const row = (after ?? before)!
      this.#place(queueOf(row), row.tenant)
    },
  }
  readonly ofTenants: Index<Tenant> = {
    change: (before, after) => {
      if (before !== undefined && after !== undefined && isSame(before, after)) return
      const { name } = (after ?? before)!
      for (const line of [...(this.#lines.get(name) ?? [])]) this.#place(line, name)
    },
  }
  readonly #fleet: Fleet
  readonly #groups: Readonly<Record<MachineType, Groups>> = { metal: noGroups(), vm: noGroups() }
  readonly #placed = new Map<string, Placed>()
  readonly #lines = new Map<TenantName, Set<string>>()
  readonly #keptBack = new Map<TenantName, Set<string>>()
  /** Those who wait for their home platform, the first to lose patience first. */
  readonly #patient = new Ranking<Head>(byPatience)
  #now = 0 as Instant
  #version = 0

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  /** Changes with every change to who waits, and in what order. */
  get version(): number {
    return this.#version
  }

  kinds(type: MachineType): Iterable<Kind> {
    return this.#groups[type].kinds.values()
  }

  /**
   * Groups whose first was overtaken too often, in the order of service: those firsts are before all others. Kinds that are out
   * when their turn comes are passed over.
   */
  *overdue(type: MachineType, isOut: (kind: Kind) => boolean): Generator<Turned> {
    const last = overdueSince(this.#fleet, type)
    for (const group of this.#groups[type].longest) {
      if (isOut(group.kind)) continue
      const head = group.longest.first()!
      if (head.since > last) return
      yield { group, head }
    }
  }

  /** The other groups, in the order of service. */
  *inTime(type: MachineType, isOut: (kind: Kind) => boolean): Generator<Turned> {
    const last = overdueSince(this.#fleet, type)
    for (const group of this.#groups[type].fair)
      if (!isOut(group.kind) && group.longest.first()!.since > last) yield { group, head: group.fair.first()! }
  }

  /** The lines of a tenant whose heads want more than is left of its quota. */
  keptBack(tenant: TenantName): readonly string[] {
    return [...(this.#keptBack.get(tenant) ?? [])]
  }

  /** Time has come to here: those whose patience with their home platform is over can be served from others. */
  reach(now: Instant): void {
    this.#now = now
    for (let head = this.#patient.first(); head !== undefined; head = this.#patient.first()) {
      if (head.request.preferUntil > now) return
      this.#place(queueOf(head.request), head.request.tenant)
    }
  }

  #place(line: string, name: TenantName): void {
    this.#version += 1
    const before = this.#placed.get(line)
    if (before !== undefined) this.#leave(line, before)
    drop(this.#keptBack, name, line)
    const request = this.#fleet.queues.first(line)
    if (request === undefined) return drop(this.#lines, name, line)
    add(this.#lines, name, line)
    const tenant = this.#fleet.tenants.get(name)
    if (tenant === undefined) return
    if (tenant.held + request.demand.count > tenant.quota) add(this.#keptBack, name, line)
    else this.#join(line, headOf(this.#fleet, request, tenant), tenant)
  }

  #join(line: string, head: Head, tenant: Tenant): void {
    const { request } = head
    const group = this.#groupOf(request, tenant)
    const placed = { group, head, wanted: this.#fleet.wanted.of(line), patient: this.#isPatient(request) }
    const groups = this.#groups[request.demand.type]
    join(groups.fair, { group, head, heads: group.fair, compare: byShare })
    join(groups.longest, { group, head, heads: group.longest, compare: bySince })
    group.wanted += placed.wanted
    if (placed.patient) this.#patient.add(head)
    this.#placed.set(line, placed)
  }

  #leave(line: string, { group, head, wanted, patient }: Placed): void {
    const groups = this.#groups[group.demand.type]
    leave(groups.fair, { group, head, heads: group.fair })
    leave(groups.longest, { group, head, heads: group.longest })
    group.wanted -= wanted
    if (patient) this.#patient.remove(head)
    if (group.fair.size === 0) {
      const { kind } = group
      groups.byKey.delete(group.key)
      kind.remove(group)
      if (kind.size === 0) groups.kinds.delete(kind.key)
    }
    this.#placed.delete(line)
  }

  #groupOf(request: Waiting, tenant: Tenant): Group {
    const { demand, durationMs, graceMs } = request
    const { byKey } = this.#groups[demand.type]
    const kind = this.#kindOf(request, tenant)
    const key = `${kind.key} ${demand.count} ${durationMs} ${graceMs}`
    let group = byKey.get(key)
    if (group === undefined) {
      const heads = { fair: new Ranking<Head>(byShare), longest: new Ranking<Head>(bySince) }
      byKey.set(key, (group = { key, kind, demand, stayMs: durationMs + graceMs, ...heads, wanted: 0 }))
      kind.add(group)
    }
    return group
  }

  #kindOf(request: Waiting, { homes }: Tenant): Kind {
    const { demand } = request
    const { kinds } = this.#groups[demand.type]
    const home = demand.platform === 'any' ? null : (homes[demand.type] ?? null)
    const isPatient = this.#isPatient(request)
    const key = `${kindOf(demand)} ${home ?? ''} ${isPatient ? 'patient' : ''}`
    let kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, (kind = new Kind(key, demand, { home, isPatient })))
    return kind
  }

  #isPatient({ demand, preferUntil }: Waiting): boolean {
    return demand.platform === 'prefer' && preferUntil > this.#now
  }
}

const noGroups = (): Groups => ({
  byKey: new Map(),
  kinds: new Map(),
  fair: new Ranking((a, b) => byShare(a.fair.first()!, b.fair.first()!)),
  longest: new Ranking((a, b) => bySince(a.longest.first()!, b.longest.first()!)),
})

interface Place {
  readonly group: Group
  readonly head: Head
  /** Those of the group, in one of the two orders. */
  readonly heads: Ranking<Head>
}

/** A group whose first is another then is taken out meanwhile: the order of a ranking must not change under it. */
const join = (
  groups: Ranking<Group>,
  { group, head, heads, compare }: Place & { readonly compare: (a: Head, b: Head) => number },
): void => {
  const first = heads.first()
  const leads = first === undefined || compare(head, first) < 0
  if (leads && first !== undefined) groups.remove(group)
  heads.add(head)
  if (leads) groups.add(group)
}

const leave = (groups: Ranking<Group>, { group, head, heads }: Place): void => {
  const led = heads.first() === head
  if (led) groups.remove(group)
  heads.remove(head)
  if (led && heads.size > 0) groups.add(group)
}

/** Whether nothing changed that its requests' turns depend on. */
const isSame = (a: Tenant, b: Tenant): boolean =>
  a.held === b.held && a.quota === b.quota && a.weight === b.weight && a.priority === b.priority && a.homes === b.homes

const byPatience = (a: Head, b: Head): number =>
  a.request.preferUntil - b.request.preferUntil || a.request.number - b.request.number

const add = (sets: Map<TenantName, Set<string>>, tenant: TenantName, line: string): void => {
  const lines = sets.get(tenant)
  if (lines === undefined) sets.set(tenant, new Set([line]))
  else lines.add(line)
}

const drop = (sets: Map<TenantName, Set<string>>, tenant: TenantName, line: string): void => {
  const lines = sets.get(tenant)
  lines?.delete(line)
  if (lines?.size === 0) sets.delete(tenant)
}
