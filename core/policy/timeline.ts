import { byLatest, bySoonest, type Ending } from '../fleet/ends.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import type { Pool } from '../pool.ts'
import type { Stock } from '../fleet/stock.ts'
import { sum } from './match.ts'

/**
 * What is free when, if every lease lasts until its planned end. Only as many machines are looked at as are asked for, so that
 * a question costs the same in a fleet of any size.
 */

/** The first `most` lent machines of these stocks to be taken back, soonest first. */
export const endings = (fleet: Fleet, stocks: readonly Stock[], most: number): Ending[] => {
  const soonest = stocks.flatMap(({ shape }) => fleet.ends.of(shape.key, most))
  return stocks.length > 1 ? soonest.toSorted(bySoonest).slice(0, most) : soonest
}

/** The same, those first that are over first for certain: a lease that has yet to begin may do so late. */
export const latestEndings = (fleet: Fleet, stocks: readonly Stock[], most: number): Ending[] => {
  const latest = stocks.flatMap(({ shape }) => fleet.ends.latestOf(shape.key, most))
  return stocks.length > 1 ? latest.toSorted(byLatest).slice(0, most) : latest
}

/** Not lent, and at most a few steps from being ready. */
export const atHand = (stocks: readonly Stock[]): number => sum(stocks, (stock) => stock.ready.size + underWay(stock))

const underWay = ({ coming, returning, stopping, off }: Stock): number => coming + returning + stopping + off.size

/** How many machines of these stocks can be free together once all leases of now are over. */
export const everFree = (fleet: Fleet, stocks: readonly Stock[]): number =>
  atHand(stocks) + sum(stocks, ({ shape }) => fleet.ends.countOf(shape.key))

/**
 * When `count` machines of these stocks can be free together at the earliest: the end of the lease that is waited for last, or
 * now. The steps between a lease and the next are taken to need no time. Null if not even the ends of all leases give so many.
 */
export const freeBy = (fleet: Fleet, stocks: readonly Stock[], count: number, now: Instant): Instant | null => {
  const lacking = count - atHand(stocks)
  if (lacking <= 0) return now
  const last = endings(fleet, stocks, lacking)[lacking - 1]
  return last === undefined ? null : (Math.max(last.at, now) as Instant)
}

/**
 * How many machines of these stocks are free at an instant, `most` at most. Those that are ready, those whose leases have ended
 * by `at - slackMs` however late they may begin, and, where that leaves their pools time for a turnaround from now, those in a step or off.
 */
export const freeAt = (
  fleet: Fleet,
  stocks: readonly Stock[],
  { at, now, most, slackMs = 0 }: { at: Instant; now: Instant; most: number; slackMs?: number },
): number => {
  let free = 0
  for (const stock of stocks) {
    const { shape, ready } = stock
    free += ready.size + fleet.ends.countBy(shape.key, at - slackMs, most)
    if (now + turnaroundMs(fleet.pools.need(shape.pool)) <= at) free += underWay(stock)
    if (free >= most) return most
  }
  return free
}

/** The longest that a machine takes from the end of a lease until it is ready for the next, if no step fails. */
export const turnaroundMs = ({ steps, deadlineMs, afterLease }: Pool): number =>
  sum(steps, (step) => {
    const isBetween = step === 'revoke' || step === 'collect' || step === afterLease
    return isBetween || (step === 'provision' && afterLease === 'shutdown') ? deadlineMs[step] : 0
  })
