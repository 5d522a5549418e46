import { missing } from '../lease.ts'
import type { Machine } from '../machine.ts'
import { byPlatform, fitting } from '../policy/match.ts'
import { homeOf } from '../policy/platform.ts'
import { queueOf } from '../policy/queue.ts'
import { byWear } from '../policy/wear.ts'
import type { Pool } from '../pool.ts'
import type { Stock } from '../stock.ts'
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
  for (const { stocks, count } of wants(draft)) spare.take(stocks, count)
  for (const pool of fleet.pools.values()) {
    if (pool.configured) spare.take(stocksOf(draft, pool), pool.ready)
  }
}

interface Want {
  /** Where the machines may come from. */
  readonly stocks: readonly Stock[]
  readonly count: number
}

/** Those who are owed machines, in the order in which they are served. */
function* wants({ fleet }: Draft): Generator<Want> {
  for (const lease of fleet.shortLeases.of('all')) {
    const stocks = fitting(fleet, lease.demand).filter(
      ({ shape }) => lease.choice.reason === 'any' || shape.platform === lease.choice.platform,
    )
    yield { stocks, count: missing(lease) }
  }
  const heads = [...fleet.queues.firsts()].toSorted((a, b) => a.number - b.number)
  for (const head of heads) {
    const { demand } = head
    const fit = fitting(fleet, demand)
    const inLine = fleet.wanted.of(queueOf(head))
    const home = homeOf(fleet, fleet.tenants.need(head.tenant), demand)
    if (demand.platform === 'any') yield { stocks: fit, count: inLine }
    else if (home !== null && demand.platform === 'same')
      yield { stocks: fit.filter(({ shape }) => shape.platform === home), count: inLine }
    else yield { stocks: nearestToEnough(fit, demand.count), count: demand.count }
  }
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

  /** Counts what is there for somebody, and wakes what is lacking. */
  take(stocks: readonly Stock[], count: number): void {
    let lacking = count
    for (const stock of stocks) {
      const taken = this.#taken.get(stock) ?? 0
      const free = Math.max(0, Math.min(lacking, this.#onHand(stock) - taken))
      this.#taken.set(stock, taken + free)
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
