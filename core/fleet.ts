import type {
  ApiKeyId,
  Identity,
  Instant,
  LeaseId,
  MachineName,
  PersonId,
  PlatformName,
  PoolName,
  RequestId,
  RunId,
  TenantName,
  WebhookId,
} from './id.ts'
import { Ends } from './fleet/ends.ts'
import { Heads } from './fleet/heads.ts'
import { byText, Grouped, Lookup, Sums } from './collections/indexes.ts'
import type { Calibration } from './estimate/calibration.ts'
import type { StepTimes } from './estimate/step-times.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { entitlement, missing, type Lease } from './lease.ts'
import type { Machine, MachineStatus, MachineType } from './machine.ts'
import type { DemandHistory } from './policy/demand.ts'
import type { FailureRate } from './policy/health.ts'
import { burninLine, byIdleness, isDoubted, isIdle } from './policy/idle.ts'
import { isInLine, isLeft, lostAt, placeName } from './policy/presence.ts'
import type { OperatorNews } from './operators.ts'
import type { Platform, Pool } from './pool.ts'
import { Places } from './fleet/places.ts'
import { queueOf, wantedFrom, type Waiting } from './policy/queue.ts'
import { WholeLine } from './policy/order.ts'
import { Reaches } from './policy/reach.ts'
import type { Run, Step } from './run.ts'
import { shapeKey, Stocks } from './fleet/stock.ts'
import { Journal, Table } from './collections/table.ts'
import type { ApiKey, Person, Tenant } from './tenant.ts'
import type { Webhook } from './webhook.ts'

/** What is set once for the whole site. */
export interface SiteState {
  readonly digest: string
  readonly limits: Limits
  readonly controlRooms: readonly string[]
  /** Null: they are told nowhere. */
  readonly operators: OperatorNews | null
}

/** Things that are numbered, and the last number given; grants of each type are counted too. */
export type Counter = 'machine' | 'lease' | 'request' | 'run' | 'person' | 'link' | 'tenant' | `granted ${MachineType}`

/**
 * Text that can identify a person, by what refers to it: a person's id, a key's fingerprint, or the `AddressRef` of where somebody
 * is told things. Erasable; never in the log.
 */
export interface Personal {
  readonly ref: string
  readonly text: string
}

/**
 * The whole state, with the indexes that keep a decision cheap at 100,000 machines. Only `evolve` changes it.
 * Requests that wait, leases that last and runs that are owed are here; those that are over are in the store alone.
 */
export class Fleet {
  readonly journal = new Journal()

  readonly stocks = new Stocks()
  /** When lent machines come back, by their leases. */
  readonly ends: Ends = new Ends(
    (name) => this.machines.get(name),
    (id) => this.leases.get(id),
  )
  readonly statuses = new Sums<Machine>(statusParts)
  readonly uncheckedFirst = new Grouped<Machine>((m) => (m.state.status === 'ready' ? m.pool : null), byCheck)
  /** Idle machines of a shape that could be burnt in, by their lines, longest idle first. */
  readonly idlest = new Grouped<Machine>((m) => (isIdle(m) ? burninLine(shapeKey(m), isDoubted(m)) : null), byIdleness)
  readonly probations = new Grouped<Machine>((m) => (probationOf(m) === null ? null : 'all'), byProbation)
  /** Machines of a shape in quarantine, for examples of them. */
  readonly quarantined = new Grouped<Machine>(
    (m) => (m.configured && m.state.status === 'quarantined' ? shapeKey(m) : null),
    byName,
  )
  /** Machines in quarantine, the last to come there first. */
  readonly lastQuarantined = new Grouped<Machine>(
    (m) => (m.state.status === 'quarantined' ? 'all' : null),
    byQuarantine,
  )
  /** Machines with a maintenance window, the first to begin first: those that nothing keeps from it, and the others. */
  readonly windows = new Grouped<Machine>((m) => (m.maintenance === null ? null : stillness(m)), byWindow)
  readonly windowEnds = new Grouped<Machine>((m) => (hasWindowEnd(m) ? 'all' : null), byWindowEnd)
  /** Machines of a shape that are in maintenance, the first to come back first. */
  readonly maintained = new Grouped<Machine>(
    (m) => (m.state.status === 'maintenance' ? shapeKey(m) : null),
    byWindowEnd,
  )
  readonly machines = new Table<MachineName, Machine>('machine', this.journal, [
    this.stocks,
    this.statuses,
    this.uncheckedFirst,
    this.idlest,
    this.probations,
    this.quarantined,
    this.lastQuarantined,
    this.windows,
    this.windowEnds,
    this.maintained,
    this.ends.ofMachines,
  ])

  readonly pools = new Table<PoolName, Pool>('pool', this.journal)
  readonly platforms = new Table<PlatformName, Platform>('platform', this.journal, [this.stocks.ofPlatforms])

  /** Who is first in each line, in the order of service. */
  readonly heads: Heads = new Heads(this)
  /** Everybody's place in the order of service. */
  readonly places: Places = new Places(this)
  /** The same of all of them, one after the other. */
  readonly line: WholeLine = new WholeLine(this)
  /** What those who wait can have machines of. */
  readonly reaches: Reaches = new Reaches(this)
  readonly members = new Lookup<Tenant>((t) => (t.active ? t.members : []), byName)
  readonly tenants = new Table<TenantName, Tenant>('tenant', this.journal, [
    this.members,
    this.heads.ofTenants,
    this.places.ofTenants,
  ])
  /** Those who are one, by the number that they share. */
  readonly selves = new Grouped<Person>((p) => (p.linked === null ? null : String(p.linked)), byNumber)
  /** Those who were given a code to link by, the first to expire first. */
  readonly coded = new Grouped<Person>((p) => (p.code === null ? null : 'all'), byCode)
  readonly people = new Table<PersonId, Person>('person', this.journal, [this.selves, this.coded])
  readonly apiKeysOf = new Grouped<ApiKey>((k) => k.tenant, byId)
  readonly operatorKeys = new Grouped<ApiKey>((k) => (k.role === 'operator' ? 'all' : null), byId)
  readonly apiKeys = new Table<ApiKeyId, ApiKey>('apiKey', this.journal, [this.apiKeysOf, this.operatorKeys])
  readonly webhooksOf = new Grouped<Webhook>((w) => w.tenant ?? '', byId)
  readonly webhooks = new Table<WebhookId, Webhook>('webhook', this.journal, [this.webhooksOf])
  readonly identities = new Lookup<Personal>((p) => (p.ref.startsWith('P') ? [p.text] : []), byRef)
  readonly personal = new Table<string, Personal>('personal', this.journal, [this.identities])

  readonly requestsFor = new Grouped<Waiting>((r) => r.build?.url ?? null, byNumber)
  readonly waiting = new Grouped<Waiting>((r) => (isInLine(r) ? r.demand.type : null), byNumber)
  readonly queues = new Grouped<Waiting>((r) => (isInLine(r) ? queueOf(r) : null), byNumber)
  /** Places at which nobody waits just now, by who may take them up. */
  readonly leftPlaces = new Grouped<Waiting>(
    (r) => (isLeft(r) ? placeName(r.tenant, r.by, r.poll!.kept!.as) : null),
    byNumber,
  )
  /** Those that last only while somebody asks, the first to be given up first. */
  readonly polled = new Grouped<Waiting>((r) => (r.poll === null ? null : 'all'), byPatience)
  readonly waitingOf = new Grouped<Waiting>((r) => r.tenant, byNumber)
  /** Requests for an instant ahead, which stand in no line, by type; the first to begin first. */
  readonly reservations = new Grouped<Waiting>((r) => (r.reserved === null ? null : r.demand.type), byStart)
  /** Machines wanted by everybody in a line, and from a pool or of a type. */
  readonly wanted = new Sums<Waiting>((r) =>
    isInLine(r)
      ? [
          [queueOf(r), r.demand.count],
          [wantedFrom(r), r.demand.count],
        ]
      : [],
  )
  readonly requests = new Table<RequestId, Waiting>('request', this.journal, [
    this.waiting,
    this.queues,
    this.leftPlaces,
    this.polled,
    this.reservations,
    this.requestsFor,
    this.waitingOf,
    this.wanted,
    this.heads.ofRequests,
    this.places.ofRequests,
  ])

  /** What ends with a build, by its address. A lease that is held does so no more. */
  readonly leasesFor = new Grouped<Lease>((l) => (l.hold === null ? (l.build?.url ?? null) : null), byNumber)
  readonly leasesOf = new Grouped<Lease>((l) => l.tenant, byNumber)
  readonly dueLeases = new Grouped<Lease>(() => 'all', byDue)
  readonly shortLeases = new Grouped<Lease>((l) => (missing(l) > 0 ? 'all' : null), byNumber)
  /** Machines that a tenant keeps for debugging. */
  readonly held = new Sums<Lease>((l) => (l.hold === null ? [] : [[l.tenant, entitlement(l)]]))
  readonly leases = new Table<LeaseId, Lease>('lease', this.journal, [
    this.leasesOf,
    this.leasesFor,
    this.dueLeases,
    this.shortLeases,
    this.ends.ofLeases,
    this.held,
  ])

  readonly dueRuns = new Grouped<Run>(() => 'all', byUrgency)
  readonly collecting = new Grouped<Run>((run) => (run.collect === undefined ? null : 'all'), byNumber)
  readonly runs = new Table<RunId, Run>('run', this.journal, [this.dueRuns, this.collecting])

  /** How long steps take, by pool and step, and how estimates of waits came out, by what was wanted. */
  readonly stepTimes = new Table<string, StepTimes>('stepTimes', this.journal)
  readonly calibrations = new Table<string, Calibration>('calibration', this.journal)

  /** What is asked of pools whose level follows demand. */
  readonly demand = new Table<PoolName, DemandHistory>('demand', this.journal)
  /** How often each platform fails in what. */
  readonly failureRates = new Table<string, FailureRate>('failureRate', this.journal)

  readonly counters = new Table<Counter, number>('counter', this.journal)
  readonly site = new Table<'site', SiteState>('site', this.journal)

  get limits(): Limits {
    return this.site.get('site')?.limits ?? DEFAULT_LIMITS
  }

  get controlRooms(): readonly string[] {
    return this.site.get('site')?.controlRooms ?? []
  }

  next(counter: Counter): number {
    return (this.counters.get(counter) ?? 0) + 1
  }

  personOf(identity: Identity): Person | undefined {
    const known = this.identities.get(identity)
    return known === undefined ? undefined : this.people.get(known.ref as PersonId)
  }

  poolOf(machine: Machine): Pool {
    return this.pools.need(machine.pool)
  }
}

function* statusParts(machine: Machine): Generator<readonly [string, number]> {
  yield [`${machine.pool}/${machine.state.status satisfies MachineStatus}`, 1]
  if (machine.configured) yield [machine.pool, 1]
  if (machine.health.probation === 'outcomes') yield [`${machine.pool}/unwell`, 1]
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => byText(a.name, b.name)
const byId = (a: { readonly id: string }, b: { readonly id: string }): number => byText(a.id, b.id)
const byRef = (a: Personal, b: Personal): number => byText(a.ref, b.ref)
const byNumber = (a: { readonly number: number }, b: { readonly number: number }): number => a.number - b.number
const byCode = (a: Person, b: Person): number => (a.code?.until ?? 0) - (b.code?.until ?? 0) || a.number - b.number
const byPatience = (a: Waiting, b: Waiting): number => lostAt(a) - lostAt(b) || a.number - b.number
const byStart = (a: Waiting, b: Waiting): number =>
  (a.reserved?.from ?? 0) - (b.reserved?.from ?? 0) || a.number - b.number
const byDue = (a: Lease, b: Lease): number => a.dueAt - b.dueAt || a.number - b.number
const byCheck = (a: Machine, b: Machine): number => a.checkedAt - b.checkedAt || byText(a.name, b.name)
const byProbation = (a: Machine, b: Machine): number =>
  (probationOf(a) ?? 0) - (probationOf(b) ?? 0) || byText(a.name, b.name)
const byQuarantine = (a: Machine, b: Machine): number => sinceOf(b) - sinceOf(a) || byText(a.name, b.name)
const sinceOf = ({ state }: Machine): number => ('since' in state ? state.since : 0)
const stillness = ({ configured, state }: Machine): 'still' | 'busy' =>
  configured && ['ready', 'enrolled', 'quarantined'].includes(state.status) ? 'still' : 'busy'
const byWindow = (a: Machine, b: Machine): number =>
  (a.maintenance?.from ?? 0) - (b.maintenance?.from ?? 0) || byText(a.name, b.name)
const hasWindowEnd = ({ maintenance }: Machine): boolean => maintenance !== null && maintenance.until !== null
const byWindowEnd = (a: Machine, b: Machine): number => compared(windowEnd(a), windowEnd(b)) || byText(a.name, b.name)
const windowEnd = ({ maintenance }: Machine): number => maintenance?.until ?? Infinity
/** Infinity less itself is no number. */
const compared = (a: number, b: number): number => (a === b ? 0 : a - b)
const probationOf = ({ state }: Machine): Instant | null => (state.status === 'quarantined' ? state.probationAt : null)

/** People before machines that wait for nobody: letting in, collecting and shutting out, making clean, then filling, checking and burning in. */
const URGENCY: Readonly<Record<Step, number>> = {
  grant: 0,
  collect: 1,
  revoke: 2,
  recycle: 3,
  rebuild: 3,
  provision: 3,
  shutdown: 4,
  check: 5,
  burnin: 6,
}
const byUrgency = (a: Run, b: Run): number =>
  URGENCY[a.step] - URGENCY[b.step] || a.dueAt - b.dueAt || a.number - b.number
