import { Agenda } from '../collections/agenda.ts'
import { draw, NONE_PASSED, TO_THE_END } from './habit.ts'
import { luck } from './luck.ts'
import type { Scene, SceneLease, SceneRequest } from './scene.ts'
import { pick } from './step-times.ts'

/** What luck is drawn for. */
const LEASE = 1
const NEXT_LEASE = 2
const STEP = 3

/** Nothing happens in a future after that many things: whoever is not served by then is said to wait for ever. */
const MOST_HAPPENINGS = 5_000

/** Not within this future. */
export const NEVER = Infinity

/**
 * Lives futures of one scene. Leases end as their tenants are used to end them, steps take as long as they took before, and
 * those who wait are served by the rules of `decide`, as far as they matter here: in order, all or nothing, from one platform,
 * within their quota, past those who cannot be served. Nobody new comes: what that changes is learned from the scores.
 */
export class Life {
  readonly #scene: Scene
  readonly #agenda = new Agenda<number>()
  /** Those who wait and could take from a stock, in order. */
  readonly #takers: readonly (readonly number[])[]
  readonly #ofTenant: ReadonlyMap<number, readonly number[]>
  readonly #free: number[] = []
  /** By stock: those before this place in `#takers` are served. */
  readonly #firstOf: number[] = []
  /** By stock: the walk along its takers in which it was last set aside. */
  readonly #claimed: number[] = []
  #walk = 0
  readonly #held: number[] = []
  readonly #patient: boolean[] = []
  /** In milliseconds from the scene's time, by place in its `waiting`. */
  readonly #served: number[] = []
  #future = 0

  constructor(scene: Scene) {
    this.#scene = scene
    const { stocks, waiting } = scene
    const numbers = waiting.keys().toArray()
    const mayTake = ({ groups, later }: SceneRequest, stock: number): boolean =>
      (later ?? groups).some((group) => group.includes(stock))
    this.#takers = stocks.map((_, stock) => numbers.filter((number) => mayTake(waiting[number]!, stock)))
    this.#ofTenant = Map.groupBy(numbers, (number) => waiting[number]!.tenant)
  }

  /** When each of these (by place in the scene's `waiting`) is served in this future: milliseconds from now, or `NEVER`. */
  live(future: number, targets: readonly number[]): readonly number[] {
    this.#begin(future)
    const agenda = this.#agenda
    const stocks = this.#scene.stocks.length
    const tenants = this.#scene.tenants.length
    for (let happened = 0; happened < MOST_HAPPENINGS; happened += 1) {
      if (agenda.next === Infinity || this.#areServed(targets)) break
      const amount = agenda.take()
      const what = agenda.rank
      if (what < stocks) {
        this.#free[what]! += amount
        this.#serveFrom(what)
      } else if (what < stocks + tenants) {
        this.#held[what - stocks]! -= amount
        for (const taker of this.#ofTenant.get(what - stocks) ?? []) if (this.#hasRoom(taker)) this.#serveFor(taker)
      } else {
        this.#patient[what - stocks - tenants] = false
        this.#serveFor(what - stocks - tenants)
      }
    }
    return targets.map((target) => this.#served[target]!)
  }

  #areServed(targets: readonly number[]): boolean {
    for (const target of targets) if (this.#served[target] === NEVER) return false
    return true
  }

  #begin(future: number): void {
    const { at, stocks, tenants, waiting, leases, coming } = this.#scene
    this.#future = future
    this.#agenda.clear()
    for (const [index, { free }] of stocks.entries()) {
      this.#free[index] = free
      this.#firstOf[index] = 0
    }
    for (const [index, { held }] of tenants.entries()) this.#held[index] = held
    for (const [index, { later, request }] of waiting.entries()) {
      this.#served[index] = NEVER
      this.#patient[index] = later !== null
      if (later !== null) this.#agenda.add(request.preferUntil - at, stocks.length + tenants.length + index, 1)
    }
    for (const lease of leases) this.#end(lease, this.#lengthOf(lease))
    for (const { number, stock, steps } of coming) {
      const ms = steps.reduce((sum, lengths, step) => sum + pick(lengths, luck(future, STEP + step, number)), 0)
      this.#agenda.add(ms, stock, 1)
    }
  }

  /** Milliseconds that it goes on from now. */
  #lengthOf({ number, since, until, passed, graceMs, extended, curve }: SceneLease): number {
    const { at } = this.#scene
    const toTheEnd = Math.max(0, until + graceMs - at)
    if (passed.from >= 1) return toTheEnd
    const drawn = draw(curve, passed, luck(this.#future, LEASE, number))
    if (drawn === TO_THE_END || (extended && drawn > 1)) return toTheEnd
    return Math.max(0, since + drawn * (until - since) - at)
  }

  #end({ number, tenant, machines, stocks }: SceneLease, ms: number): void {
    if (this.#scene.tenants[tenant]!.tight) this.#agenda.add(ms, this.#scene.stocks.length + tenant, machines)
    for (let held = 0; held < stocks.length; held += 1) this.#giveBack(stocks[held]!, ms, number + held)
  }

  #giveBack(stock: number, ms: number, number: number): void {
    const { turnaround } = this.#scene.stocks[stock]!
    let free = ms
    for (let step = 0; step < turnaround.length; step += 1)
      free += pick(turnaround[step]!, luck(this.#future, STEP + step, number))
    this.#agenda.add(free, stock, 1)
  }

  /**
   * Something of this stock may be taken: in the order of service, until somebody cannot be served who has it set aside. Those behind
   * who would be back in time pass in truth; that is learned from the scores.
   */
  #serveFrom(stock: number): void {
    const takers = this.#takers[stock]!
    this.#walk += 1
    for (let place = this.#firstOf[stock]!; place < takers.length && this.#free[stock]! > 0; place += 1) {
      const taker = takers[place]!
      if (this.#served[taker] !== NEVER) {
        if (place === this.#firstOf[stock]) this.#firstOf[stock] = place + 1
      } else if (this.#hasRoom(taker) && !this.#serve(taker)) {
        this.#setAside(taker)
        if (this.#claimed[stock] === this.#walk) return
      }
    }
  }

  /** Something changed for this one alone. */
  #serveFor(taker: number): void {
    if (this.#served[taker] !== NEVER) return
    for (const group of this.#groupsOf(taker)) {
      for (const stock of group) if (this.#free[stock]! > 0) this.#serveFrom(stock)
    }
  }

  #hasRoom(taker: number): boolean {
    const { tenant, count } = this.#scene.waiting[taker]!
    return this.#held[tenant]! + count <= this.#scene.tenants[tenant]!.quota
  }

  #groupsOf(taker: number): SceneRequest['groups'] {
    const { groups, later } = this.#scene.waiting[taker]!
    return this.#patient[taker] || later === null ? groups : later
  }

  #serve(taker: number): boolean {
    const { count } = this.#scene.waiting[taker]!
    for (const group of this.#groupsOf(taker)) {
      if (this.#freeIn(group) < count) continue
      this.#grant(taker, group)
      return true
    }
    return false
  }

  /** Free machines of these stocks that are not set aside for somebody before. */
  #freeIn(group: readonly number[]): number {
    let free = 0
    for (const stock of group) if (this.#claimed[stock] !== this.#walk) free += this.#free[stock]!
    return free
  }

  /** The group that lacks least is set aside, unless somebody before has a part of each. */
  #setAside(taker: number): void {
    let best: readonly number[] | null = null
    let most = -1
    for (const group of this.#groupsOf(taker)) {
      const free = this.#freeIn(group)
      if (free <= most || group.some((stock) => this.#claimed[stock] === this.#walk)) continue
      best = group
      most = free
    }
    for (const stock of best ?? []) this.#claimed[stock] = this.#walk
  }

  #grant(taker: number, group: readonly number[]): void {
    const { request, tenant, count, curve } = this.#scene.waiting[taker]!
    const { time } = this.#agenda
    const { number, durationMs, graceMs } = request
    this.#served[taker] = time
    this.#held[tenant]! += count
    const drawn = draw(curve, NONE_PASSED, luck(this.#future, NEXT_LEASE, number))
    const lasts = drawn === TO_THE_END ? durationMs + graceMs : drawn * durationMs
    const begun = time + pick(this.#scene.stocks[group[0]!]!.grant, luck(this.#future, STEP, number))
    if (this.#scene.tenants[tenant]!.tight) this.#agenda.add(begun + lasts, this.#scene.stocks.length + tenant, count)
    let wanted = count
    for (const stock of group) {
      if (this.#claimed[stock] === this.#walk) continue
      for (; wanted > 0 && this.#free[stock]! > 0; wanted -= 1) {
        this.#free[stock]! -= 1
        this.#giveBack(stock, begun + lasts, number + wanted)
      }
    }
  }
}
