import type { Fleet } from '../fleet.ts'
import type { PlatformName } from '../id.ts'
import { missing } from '../lease.ts'
import type { Machine } from '../machine.ts'
import { isOpenUntil, openFor } from '../policy/calendar.ts'
import { levelOf } from '../policy/level.ts'
import { byPlatform, fitting, sum } from '../policy/match.ts'
import { homeOf, isNear, nearestFirst } from '../policy/platform.ts'
import { leadMs } from '../policy/reservation.ts'
import { groupsInOrder, setAsideAt } from '../policy/turn.ts'
import { byWear } from '../policy/wear.ts'
import type { Pool } from '../pool.ts'
import type { Demand } from '../request.ts'
import type { Stock } from '../fleet/stock.ts'
import type { Draft } from './draft.ts'
import { begin } from './steps.ts'

/**
 * Wakes machines that are off, least worn first: for leases that lost one, for those who wait, and then for the pools' own
 * levels. What is ready or on its way already is counted once, for whoever comes first.
 */
export const fill = (draft: Draft): void => {
  const { fleet } = draft
  if (fleet.stocks.all().every(({ off }) => off.size === 0)) return
  const spare = new Spare(draft)
  for (const want of wants(draft)) spare.serve(want)
  for (const pool of fleet.pools.values()) {
    if (pool.configured) spare.take(stocksOf(draft, pool), levelOf(fleet, pool, draft.at).machines)
  }
}

interface Want {
  /** Where the machines may come from; what the first cannot give is asked of the next. */
  readonly from: readonly (readonly Stock[])[]
  readonly count: number
  /** So many at a time are wanted of one place. */
  readonly together: number
}

/** Those who are owed machines, in the order in which they are served. */
function* wants({ fleet, at }: Draft): Generator<Want> {
  for (const lease of fleet.shortLeases.of('all')) {
    const stocks = fitting(fleet, lease.demand).filter(
      ({ shape }) =>
        (lease.choice.reason === 'any' || shape.platform === lease.choice.platform) &&
        isOpenUntil(fleet, shape, lease.dueAt + lease.durationMs + lease.graceMs),
    )
    yield { from: [stocks], count: missing(lease), together: 1 }
  }
  const aside = setAsideAt(fleet, at)
  for (const { request, stocks, count, from } of aside.claims) {
    const isReserved = fleet.requests.get(request)?.reserved != null
    if (isReserved && stocks.some(({ shape }) => from - leadMs(fleet.pools.need(shape.pool)) <= at))
      yield { from: [stocks], count, together: 1 }
  }
  const claims = new Map(aside.claims.map(({ request, stocks }) => [request, stocks]))
  for (const { head, group } of groupsInOrder(fleet)) {
    const { request } = head
    const { demand } = request
    const claimed = claims.get(request.id)
    // Where machines are set aside for it, the rest of them is woken.
    if (claimed !== undefined) yield { from: [claimed], count: demand.count, together: 1 }
    const counted = claimed === undefined ? 0 : demand.count
    const fit = openFor(fleet, fitting(fleet, demand), request, at)
    const home = homeOf(fleet, fleet.tenants.need(request.tenant), demand)
    const firsts = demand.count * group.fair.size - counted
    const all = group.wanted - counted
    if (demand.platform === 'any') yield { from: [fit], count: all, together: 1 }
    else if (home === null) yield { from: [nearestToEnough(fit, demand.count)], count: firsts, together: 1 }
    else
      yield {
        from: nearest(fleet, home, { fit, demand }),
        count: demand.platform === 'same' ? all : firsts,
        together: demand.count,
      }
  }
}

/** The platforms that could ever serve a demand under its own rule, the nearest to home first. */
const nearest = (
  fleet: Fleet,
  home: PlatformName,
  { fit, demand }: { readonly fit: readonly Stock[]; readonly demand: Demand },
): (readonly Stock[])[] => {
  const able = byPlatform(fit).filter(
    ({ platform, inService }) =>
      inService >= demand.count && (demand.platform !== 'same' || isNear(fleet, home, platform)),
  )
  return nearestFirst(fleet, home, able).map(({ stocks }) => stocks)
}

/** Of the platforms that could ever serve a count, the one that has most of it at hand. */
const nearestToEnough = (fit: readonly Stock[], count: number): readonly Stock[] => {
  const able = byPlatform(fit).filter(({ inService }) => inService >= count)
  const [best] = able.toSorted((a, b) => b.ready - a.ready)
  return best?.stocks ?? []
}

const stocksOf = ({ fleet }: Draft, { name }: Pool): Stock[] =>
  fleet.stocks.all().filter(({ shape }) => shape.pool === name)

/** Machines ready or on their way that nobody has been counted for yet. */
class Spare {
  readonly #draft: Draft
  readonly #taken = new Map<Stock, number>()

  constructor(draft: Draft) {
    this.#draft = draft
  }

  serve({ from, count, together }: Want): void {
    let lacking = count
    for (const stocks of from) {
      const reachable = sum(stocks, (stock) => this.#unclaimed(stock) + stock.off.size)
      const share = Math.min(lacking, reachable - (reachable % together))
      this.take(stocks, share)
      lacking -= share
    }
    // Not enough of any: what there is of the first is made ready for when the rest comes back.
    if (from[0] !== undefined) this.take(from[0], lacking)
  }

  /** Counts what is there for somebody, and wakes what is lacking. */
  take(stocks: readonly Stock[], count: number): void {
    let lacking = count
    for (const stock of stocks) {
      const free = Math.min(lacking, this.#unclaimed(stock))
      this.#taken.set(stock, (this.#taken.get(stock) ?? 0) + free)
      lacking -= free
    }
    for (; lacking > 0; lacking -= 1) {
      const found = leastWornOff(stocks)
      if (found === undefined) return
      begin(this.#draft, found.machine.name, 'provision')
      const { stock } = found
      this.#taken.set(stock, (this.#taken.get(stock) ?? 0) + 1)
    }
  }

  #unclaimed(stock: Stock): number {
    return Math.max(0, this.#onHand(stock) - (this.#taken.get(stock) ?? 0))
  }

  /** Ready, or will be without anything more being decided. */
  #onHand({ shape, ready, coming, returning }: Stock): number {
    const { afterLease } = this.#draft.fleet.pools.need(shape.pool)
    return ready.size + coming + (afterLease === 'shutdown' ? 0 : returning)
  }
}

const leastWornOff = (stocks: readonly Stock[]): { readonly machine: Machine; readonly stock: Stock } | undefined =>
  stocks
    .flatMap((stock) => {
      const machine = stock.off.first()
      return machine === undefined ? [] : [{ machine, stock }]
    })
    .toSorted((a, b) => byWear(a.machine, b.machine))[0]
