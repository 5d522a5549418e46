import type { Fleet } from '../fleet.ts'
import type { Instant, MachineName, PoolName, TenantName } from '../id.ts'
import { firstOf } from '../collections/indexes.ts'
import { entitlement, type Lease } from '../lease.ts'
import type { Machine } from '../machine.ts'
import { place } from '../policy/platform.ts'
import { wantOf, type Waiting } from '../policy/queue.ts'
import type { Run, Step } from '../run.ts'
import { shapeKey, type Stock } from '../fleet/stock.ts'
import { curveOf, habitOfAll, passedBy, type Curve, type Habit, type Passed } from './habit.ts'
import { lengthsLeft, lengthsOf, stepKey } from './step-times.ts'

/** All that a future is drawn from: what would do for some requests, who holds it, and who else wants it. Places, times and names are numbers here. */
export interface Scene {
  readonly at: Instant
  /** Free machines of each stock, and what follows a lease of one before it is free again. */
  readonly stocks: readonly SceneStock[]
  readonly leases: readonly SceneLease[]
  readonly coming: readonly Coming[]
  /** In the order in which they are served. */
  readonly waiting: readonly SceneRequest[]
  readonly tenants: readonly SceneTenant[]
}

export interface SceneStock {
  readonly free: number
  /** The steps between two leases, each with the lengths that it may have. */
  readonly turnaround: readonly (readonly number[])[]
  /** The step that lets a tenant in. */
  readonly grant: readonly number[]
}

export interface SceneLease {
  readonly number: number
  readonly tenant: number
  /** Machines that count against its tenant's quota. */
  readonly machines: number
  /** The stock of each of its machines that somebody may wait for. */
  readonly stocks: readonly number[]
  readonly since: Instant
  readonly until: Instant
  /** How much of the time until its planned end has passed. */
  readonly passed: Passed
  readonly graceMs: number
  /** It was extended: how its tenant's leases end says nothing of times past this end. */
  readonly extended: boolean
  readonly curve: Curve
}

/** A machine that is in a step, and free after it and those that follow. */
interface Coming {
  readonly number: number
  readonly stock: number
  readonly steps: readonly (readonly number[])[]
}

export interface SceneRequest {
  readonly request: Waiting
  readonly tenant: number
  readonly count: number
  /** Stocks that it may be served from; all of its machines come from one of these groups. */
  readonly groups: readonly (readonly number[])[]
  /** The groups once it no longer waits for its home platform; null: that never comes. */
  readonly later: readonly (readonly number[])[] | null
  readonly curve: Curve
}

export interface SceneTenant {
  readonly held: number
  readonly quota: number
  /** Its quota may decide who is served next. */
  readonly tight: boolean
}

/** Leases and runs that one scene takes in, those first that end first; beyond that an estimate would cost more than it tells. */
const MOST_LEASES = 1_500
const MOST_LOOKED_AT = 20_000
/** Tenants whose habits make up the site's. */
const MOST_TENANTS = 2_000

/**
 * The scene for some of those who wait, `targets`, out of `line`, who wait for machines of their type, in order of service. Left
 * out is who wants nothing that a target could want.
 */
export const sceneOf = (fleet: Fleet, line: readonly Waiting[], targets: ReadonlySet<Waiting>, at: Instant): Scene => {
  const [{ demand }] = line as [Waiting, ...Waiting[]]
  const stocks = fleet.stocks.all().filter(({ shape, inService }) => shape.type === demand.type && inService > 0)
  const places = new Map(stocks.map(({ shape }, index) => [shape.key, index]))
  const tenants = new Tenants(fleet)
  const numbers: Numbers = { places, tenants, at, known: new Map() }
  const { waiting, wanted } = concerned(
    line.map((request) => asked(fleet, request, numbers)),
    targets,
  )
  for (const { request } of waiting) tenants.wants(request)
  const lengths = (pool: PoolName, step: Step): readonly number[] =>
    lengthsOf(fleet.stepTimes.get(stepKey(pool, step)), fleet.pools.need(pool), step)
  const stockOf = (name: MachineName): number => {
    const machine = fleet.machines.need(name)
    const stock = machine.configured ? places.get(shapeKey(machine)) : undefined
    return stock !== undefined && wanted.has(stock) ? stock : -1
  }
  return {
    at,
    stocks: stocks.map(({ shape, ready }) => ({
      free: ready.size,
      turnaround: between(fleet, shape.pool).map((step) => lengths(shape.pool, step)),
      grant: lengths(shape.pool, 'grant'),
    })),
    leases: leasesIn(fleet, at, tenants, stockOf),
    coming: [...comingIn(fleet, at, lengths, stockOf)],
    waiting,
    tenants: tenants.all(),
  }
}

/** The targets, and whoever may take a machine before them; the stocks that all of those may be served from. */
const concerned = (
  line: readonly SceneRequest[],
  targets: ReadonlySet<Waiting>,
): { readonly waiting: readonly SceneRequest[]; readonly wanted: ReadonlySet<number> } => {
  const isTarget = ({ request }: SceneRequest): boolean => targets.has(request)
  const last = line.findLastIndex(isTarget)
  const near = line.slice(0, last + 1)
  const wanted = new Set(near.filter(isTarget).flatMap(stocksOf))
  let waiting: readonly SceneRequest[] = []
  for (let before = -1; before < wanted.size;) {
    before = wanted.size
    waiting = near.filter((request) => isTarget(request) || stocksOf(request).some((stock) => wanted.has(stock)))
    for (const stock of waiting.flatMap(stocksOf)) wanted.add(stock)
  }
  return { waiting, wanted }
}

const stocksOf = ({ groups, later }: SceneRequest): readonly number[] => (later ?? groups).flat()

/** What a machine goes through from one tenant to the next. */
const between = (fleet: Fleet, name: PoolName): readonly Step[] => {
  const { afterLease } = fleet.pools.need(name)
  return ['revoke', afterLease, ...(afterLease === 'shutdown' ? (['provision'] as const) : [])]
}

/** Tenants by number, as far as the scene has met them. */
class Tenants {
  readonly #fleet: Fleet
  readonly #numbers = new Map<TenantName, number>()
  readonly #curves: Curve[] = []
  readonly #wanted = new Map<TenantName, number>()
  #site: Habit | null = null

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  wants({ tenant, demand }: Waiting): void {
    this.#wanted.set(tenant, (this.#wanted.get(tenant) ?? 0) + demand.count)
  }

  numberOf(name: TenantName): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      this.#numbers.set(name, (number = this.#numbers.size))
      this.#curves.push(curveOf(this.#fleet.tenants.need(name).habit, this.#siteHabit()))
    }
    return number
  }

  curve(number: number): Curve {
    return this.#curves[number]!
  }

  isTight(name: TenantName): boolean {
    const wanted = this.#wanted.get(name)
    if (wanted === undefined) return false
    const { held, quota } = this.#fleet.tenants.need(name)
    return held + wanted > quota
  }

  all(): SceneTenant[] {
    return Array.from(this.#numbers.keys(), (name) => {
      const { held, quota } = this.#fleet.tenants.need(name)
      return { held, quota, tight: this.isTight(name) }
    })
  }

  #siteHabit(): Habit {
    return (this.#site ??= habitOfAll(
      Array.from(firstOf(this.#fleet.tenants.values(), MOST_TENANTS), ({ habit }) => habit),
    ))
  }
}

/** Leases whose end frees a machine that somebody waits for, or room within a quota that somebody waits for. */
const leasesIn = (
  fleet: Fleet,
  at: Instant,
  tenants: Tenants,
  stockOf: (machine: MachineName) => number,
): SceneLease[] => {
  const taken: SceneLease[] = []
  let looked = 0
  for (const lease of fleet.dueLeases.of('all')) {
    if (taken.length === MOST_LEASES || looked === MOST_LOOKED_AT) break
    looked += 1
    const stocks = lease.machines.map(({ machine }) => stockOf(machine)).filter((stock) => stock >= 0)
    if (stocks.length > 0 || tenants.isTight(lease.tenant)) taken.push(lasting(lease, stocks, tenants, at))
  }
  return taken
}

const lasting = (lease: Lease, stocks: readonly number[], tenants: Tenants, at: Instant): SceneLease => {
  const { state, durationMs, graceMs } = lease
  const tenant = tenants.numberOf(lease.tenant)
  const since = state.status === 'active' ? state.since : at
  const until = state.status === 'active' ? state.until : ((at + durationMs) as Instant)
  return {
    number: lease.number,
    tenant,
    machines: entitlement(lease),
    stocks,
    since,
    until,
    passed: passedBy(tenants.curve(tenant), (at - since) / (until - since)),
    graceMs,
    extended: until > since + durationMs,
    curve: tenants.curve(tenant),
  }
}

/** Machines on their way back, those in quarantine that will be tried again, and those in maintenance that has an end. */
function* comingIn(
  fleet: Fleet,
  at: Instant,
  lengths: (pool: PoolName, step: Step) => readonly number[],
  stockOf: (machine: MachineName) => number,
): Generator<Coming> {
  const machineOf = (run: Run): Machine => fleet.machines.need(run.machine)
  for (const run of firstOf(fleet.dueRuns.of('all'), MOST_LOOKED_AT)) {
    const { number, pool, configured } = machineOf(run)
    const stock = stockOf(run.machine)
    if (stock < 0 || !configured || run.step === 'grant') continue
    const left = lengthsLeft(lengths(pool, run.step), at - run.dueAt)
    const steps = between(fleet, pool)
    const done = steps.indexOf(run.step)
    const after = done < 0 ? [] : steps.slice(done + 1)
    yield { number, stock, steps: [left, ...after.map((step) => lengths(pool, step))] }
  }
  for (const { name, number, pool, state } of firstOf(fleet.probations.of('all'), MOST_LOOKED_AT)) {
    const stock = stockOf(name)
    if (state.status !== 'quarantined' || state.probationAt === null || stock < 0) continue
    const rebuilt = lengthsLeft(lengths(pool, 'rebuild'), at - state.probationAt)
    yield { number, stock, steps: [rebuilt, lengths(pool, 'check')] }
  }
  for (const { name, number, pool, state, maintenance } of firstOf(fleet.windowEnds.of('all'), MOST_LOOKED_AT)) {
    const stock = stockOf(name)
    if (state.status !== 'maintenance' || maintenance?.until == null || stock < 0) continue
    yield { number, stock, steps: [[maintenance.until - at], lengths(pool, 'check')] }
  }
}

/** What requests are numbered by. */
interface Numbers {
  readonly places: ReadonlyMap<string, number>
  readonly tenants: Tenants
  readonly at: Instant
  /** Stocks by what is wanted and by whose home: many want the same. */
  readonly known: Map<string, readonly (readonly number[])[]>
}

const asked = (fleet: Fleet, request: Waiting, { places, tenants, at, known }: Numbers): SceneRequest => {
  const { demand } = request
  const { homes } = fleet.tenants.need(request.tenant)
  const tenant = tenants.numberOf(request.tenant)
  const numbers = (stocks: readonly Stock[]): number[] => stocks.map(({ shape }) => places.get(shape.key)!)
  const groups = (patient: boolean): readonly (readonly number[])[] => {
    const wish = patient ? request : { ...request, preferUntil: at }
    const key = `${wantOf(demand, request.durationMs)} ${request.graceMs} ${homes[demand.type] ?? ''} ${patient}`
    let found = known.get(key)
    if (found === undefined) {
      const { platforms, allowed } = place(fleet, fleet.tenants.need(request.tenant), wish, { at })
      found = demand.platform === 'any' ? [numbers(allowed)] : platforms.map(({ stocks }) => numbers(stocks))
      known.set(key, found)
    }
    return found
  }
  const isPatient = demand.platform === 'prefer' && at < request.preferUntil
  return {
    request,
    tenant,
    count: demand.count,
    groups: groups(isPatient),
    later: isPatient ? groups(false) : null,
    curve: tenants.curve(tenant),
  }
}
