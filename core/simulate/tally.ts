import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, LeaseId, MachineName, RequestId, TenantName } from '../id.ts'
import { inService, MACHINE_TYPES, type MachineType } from '../machine.ts'
import type { RefusalType } from '../refusal.ts'
import type { MachineRequest } from '../request.ts'
import { HOUR } from '../time.ts'
import { waitsOf, type Figures, type WearFigures } from './figures.ts'

interface Open {
  readonly askedAt: Instant
  readonly type: MachineType
  readonly tenant: TenantName
}

/** What the machines of a pool in a state are counted by. */
type PoolKeys = Readonly<Record<'leased' | 'enrolled' | 'retired', string>>

/** Counts what happens, as it happens. */
export class Tally {
  readonly #fleet: Fleet
  readonly #from: Instant
  readonly #open = new Map<RequestId, Open>()
  readonly #preparing = new Map<LeaseId, Open>()
  readonly #waits: number[] = []
  readonly #waitsOf = new Map<string, number[]>()
  readonly #refused: Partial<Record<RefusalType, number>> = {}
  readonly #hours: { leased: number; on: number; inService: number; waiting: number }[] = []
  /** Made once: they are asked for at every step. */
  readonly #keys = new Map<string, PoolKeys>()
  #usesBefore: ReadonlyMap<MachineName, number> = new Map()
  readonly #counts = { asked: 0, cancelled: 0, unsatisfiable: 0, unprepared: 0, failedRuns: 0, commands: 0, events: 0 }

  constructor(fleet: Fleet, from: Instant) {
    this.#fleet = fleet
    this.#from = from
  }

  /** The fleet is now as it is at the start. */
  begin(): void {
    this.#usesBefore = new Map([...this.#fleet.machines.values()].map(({ name, uses }) => [name, uses]))
  }

  decided(events: number): void {
    this.#counts.commands += 1
    this.#counts.events += events
  }

  refused(refusal: RefusalType, at: Instant): void {
    if (at < this.#from) return
    this.#counts.asked += 1
    this.#refused[refusal] = (this.#refused[refusal] ?? 0) + 1
  }

  see(event: Event, at: Instant): void {
    if (event.type === 'requestMade') this.#made(event.request)
    else if (event.type === 'leaseGranted') this.#granted(event.request, event.lease)
    else if (event.type === 'leaseActivated') this.#activated(event.lease, at)
    else if (event.type === 'leaseEnded') this.#counts.unprepared += Number(this.#preparing.delete(event.lease))
    else if (event.type === 'requestCancelled') this.#counts.cancelled += Number(this.#open.delete(event.request))
    else if (event.type === 'requestUnsatisfiable')
      this.#counts.unsatisfiable += Number(this.#open.delete(event.request))
    else if (event.type === 'runEnded' && event.result.outcome !== 'ok' && at >= this.#from)
      this.#counts.failedRuns += 1
  }

  /** The fleet was as it is now from one instant to another. */
  pass(from: Instant, to: Instant): void {
    if (to <= this.#from) return
    if (from < this.#from) this.begin()
    const { machines, pools, statuses, requests } = this.#fleet
    let leased = 0
    let off = 0
    let inUse = 0
    for (const { name } of pools.values()) {
      const of = this.#keysOf(name)
      leased += statuses.of(of.leased)
      off += statuses.of(of.enrolled) + statuses.of(of.retired)
      inUse += statuses.of(name)
    }
    const on = machines.size - off
    for (let at = Math.max(from, this.#from); at < to;) {
      const hour = Math.floor((at - this.#from) / HOUR)
      const end = Math.min(to, this.#from + (hour + 1) * HOUR)
      const bucket = (this.#hours[hour] ??= { leased: 0, on: 0, inService: 0, waiting: 0 })
      bucket.leased += leased * (end - at)
      bucket.on += on * (end - at)
      bucket.inService += inUse * (end - at)
      bucket.waiting += requests.size * (end - at)
      at = end
    }
  }

  figures(until: Instant): Figures {
    const { asked, cancelled, unsatisfiable, unprepared, failedRuns, commands, events } = this.#counts
    const waits = this.#waits.toSorted((a, b) => a - b)
    const total = (of: 'leased' | 'on' | 'inService'): number =>
      this.#hours.reduce((sum, hour) => sum + hour[of], 0) / HOUR
    const types = MACHINE_TYPES.flatMap((type) => {
      const of = this.#waitsOf.get(type)
      return of === undefined ? [] : [[type, waitsOf(of)] as const]
    })
    const tenants = [...this.#waitsOf].flatMap(([key, of]) =>
      key.startsWith('tenant ') ? [[key.slice('tenant '.length) as TenantName, waitsOf(of)] as const] : [],
    )
    return {
      asked,
      served: waits.length,
      waiting: this.#open.size,
      preparing: this.#preparing.size,
      cancelled,
      unsatisfiable,
      unprepared,
      refused: this.#refused,
      wait: waitsOf(waits),
      waitByType: Object.fromEntries(types),
      waitByTenant: new Map(tenants),
      waits,
      utilisation: total('inService') === 0 ? 0 : total('leased') / total('inService'),
      machineHours: total('on'),
      leasedHours: total('leased'),
      wear: this.#wear(),
      hours: this.#hours.map((hour, index) => {
        const ms = Math.min(HOUR, until - this.#from - index * HOUR)
        const { leased, on, inService: inUse, waiting } = hour
        return { leased: leased / ms, on: on / ms, inService: inUse / ms, waiting: waiting / ms }
      }),
      failedRuns,
      commands,
      events,
    }
  }

  #made({ id, askedAt, demand, tenant }: Omit<MachineRequest, 'state' | 'estimate' | 'headSince'>): void {
    if (askedAt < this.#from) return
    this.#counts.asked += 1
    this.#open.set(id, { askedAt, type: demand.type, tenant })
  }

  #granted(request: RequestId, lease: LeaseId): void {
    const open = this.#open.get(request)
    if (open === undefined) return
    this.#open.delete(request)
    this.#preparing.set(lease, open)
  }

  #activated(lease: LeaseId, at: Instant): void {
    const open = this.#preparing.get(lease)
    if (open === undefined) return
    this.#preparing.delete(lease)
    const wait = at - open.askedAt
    this.#waits.push(wait)
    this.#note(open.type, wait)
    this.#note(`tenant ${open.tenant}`, wait)
  }

  #note(of: string, wait: number): void {
    const waits = this.#waitsOf.get(of)
    if (waits === undefined) this.#waitsOf.set(of, [wait])
    else waits.push(wait)
  }

  /** Of machines that were there all the time. */
  #wear(): WearFigures[] {
    const platforms = new Map<string, number[]>()
    for (const machine of this.#fleet.machines.values()) {
      const before = this.#usesBefore.get(machine.name)
      if (before === undefined || !inService(machine)) continue
      const uses = platforms.get(machine.platform) ?? []
      platforms.set(machine.platform, uses)
      uses.push(machine.uses - before)
    }
    return [...platforms].map(([platform, uses]) => {
      const [least, most] = [uses.reduce((a, b) => Math.min(a, b)), uses.reduce((a, b) => Math.max(a, b))]
      return { platform, machines: uses.length, least, most, spread: most - least }
    })
  }

  #keysOf(pool: string): PoolKeys {
    let keys = this.#keys.get(pool)
    if (keys === undefined)
      this.#keys.set(
        pool,
        (keys = { leased: `${pool}/leased`, enrolled: `${pool}/enrolled`, retired: `${pool}/retired` }),
      )
    return keys
  }
}
