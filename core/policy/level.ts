import { averageOf, stepKey } from '../estimate/step-times.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import type { Pool, PredictedLevel } from '../pool.ts'
import { HOUR, MINUTE } from '../time.ts'
import { beginningOf, hoursSinceMonday, HOURS_OF_WEEK } from '../week.ts'
import { closed, weeksOf, type DemandHistory } from './demand.ts'

/** How many machines a pool is to keep ready now, and why so many. */
export interface Level {
  readonly machines: number
  readonly because: LevelReason
}

export type LevelReason =
  | { readonly type: 'fixed' }
  /** It is to be predicted, once a week has been seen. */
  | { readonly type: 'learning'; readonly until: Instant | null }
  /** So many machines are expected to be lent within `withinMs`, the time that making one takes. */
  | {
      readonly type: 'predicted'
      readonly expected: number
      readonly withinMs: number
      readonly missProbability: number
    }

/**
 * The level of a pool at an instant. A predicted one is the least for which the chance that more machines are wanted than are
 * ready, within the time that making another takes, is no greater than the pool's `missProbability`: what is ready or being
 * made at any moment has to do for what is asked until whatever is ordered then arrives.
 */
export const levelOf = (fleet: Fleet, pool: Pool, at: Instant): Level => {
  const { ready } = pool
  if (typeof ready === 'number') return { machines: ready, because: { type: 'fixed' } }
  const history = fleet.demand.get(pool.name)
  const hour = hoursSinceMonday(at)
  if (history === undefined || hour - history.since < HOURS_OF_WEEK)
    return { machines: ready.atFirst, because: { type: 'learning', until: learntAt(history) } }
  const withinMs = makingMs(fleet, pool)
  const { mean, variance } = wanted(closed(history, hour), at, withinMs)
  const { missProbability } = ready
  return {
    machines: within(ready, enoughFor(mean, variance, missProbability, ready.most)),
    because: { type: 'predicted', expected: mean, withinMs, missProbability },
  }
}

/** Machines are kept on for that long where the level is about to rise again. */
const LOOK_AHEAD_MS = 30 * MINUTE
const LOOK_EVERY_MS = 10 * MINUTE
/** And so many times surer of being enough. */
const SURER = 2

/**
 * What a pool has over this is turned off. It is somewhat above the level, and the highest of the coming half hour, so that no
 * machine is turned off that would be wanted on again at once, however the level wavers.
 */
export const keptLevel = (fleet: Fleet, pool: Pool, at: Instant): number => {
  const { ready } = pool
  if (typeof ready === 'number') return ready
  const surer = { ...pool, ready: { ...ready, missProbability: ready.missProbability / SURER } }
  let highest = 0
  for (let ahead = 0; ahead <= LOOK_AHEAD_MS; ahead += LOOK_EVERY_MS)
    highest = Math.max(highest, levelOf(fleet, surer, (at + ahead) as Instant).machines)
  return highest
}

/** Whether a pool turns off what it has over its level. */
export const stopsSurplus = ({ kind, ready }: Pool): boolean => kind === 'elastic' || typeof ready !== 'number'

const within = ({ least, most }: PredictedLevel, machines: number): number => Math.max(least, Math.min(machines, most))

const learntAt = (history: DemandHistory | undefined): Instant | null =>
  history === undefined ? null : beginningOf(history.since + HOURS_OF_WEEK)
/** How long it takes on average until a machine that is woken now is ready. */
const makingMs = (fleet: Fleet, pool: Pool): number =>
  averageOf(fleet.stepTimes.get(stepKey(pool.name, 'provision')), pool, 'provision')

/** The whole week's average counts as much as so many weeks of an hour's own, at least and at most. */
const LEAST_AVERAGE = 0.1
const MOST_AVERAGE = 100
/** Differences up to so many times what chance makes of them on average, which it exceeds in one case of forty, are taken for chance. */
const SURELY_CHANCE = 1 + 2 * Math.sqrt(2 / HOURS_OF_WEEK)
/** That demand comes evenly counts as much as so many machines that did. */
const EVEN_WEIGHT = 10

/** Machines wanted from an instant on within so long: what to expect, and how far it may be off, what is not known of the rates included. */
const wanted = (history: DemandHistory, at: Instant, withinMs: number): { mean: number; variance: number } => {
  const { hours, squares, expected } = history
  const weeks = weeksOf(history)
  const uneven = Math.max(1, (squares + EVEN_WEIGHT) / (expected + EVEN_WEIGHT))
  const { average, weight } = weekOf(history, weeks, uneven)
  let mean = 0
  let variance = 0
  const end = at + withinMs
  for (let from: number = at; from < end;) {
    const until = Math.min(end, (Math.floor(from / HOUR) + 1) * HOUR)
    const ofWeek = hoursSinceMonday(from as Instant) % HOURS_OF_WEEK
    const seen = weeks(ofWeek) + weight
    const rate = (hours[ofWeek]! + weight * average) / seen
    const part = (until - from) / HOUR
    mean += rate * part
    variance += uneven * (rate * part + (rate / seen) * part * part)
    from = until
  }
  return { mean, variance }
}

/**
 * What is lent in an hour on average, and how much that is to weigh beside an hour's own weeks: little where hours differ by more
 * than chance would have it, and much where they do not, since then what looks like a busy hour is none.
 */
const weekOf = (
  { hours }: DemandHistory,
  weeks: (ofWeek: number) => number,
  uneven: number,
): { average: number; weight: number } => {
  let machines = 0
  let seen = 0
  for (const [ofWeek, count] of hours.entries()) {
    machines += count
    seen += weeks(ofWeek)
  }
  const average = machines / seen
  let differences = 0
  for (const [ofWeek, count] of hours.entries()) differences += (count / weeks(ofWeek) - average) ** 2
  const byChance = (uneven * average * HOURS_OF_WEEK) / seen
  const real = Math.max(0, differences / HOURS_OF_WEEK - byChance * SURELY_CHANCE)
  const weight = (uneven * average) / real
  return { average, weight: weight >= LEAST_AVERAGE ? Math.min(weight, MOST_AVERAGE) : LEAST_AVERAGE }
}

/** Terms grow beyond what a number holds where much is expected; only their ratio counts. */
const HUGE = 1e200

/**
 * The least number that more than are wanted with a chance no greater than `miss`, of a negative binomial distribution with this
 * mean and variance (of Poisson's where they are equal). Each of its terms follows from the one before by a quotient, and they
 * are brought to a sum of 1 at the end: so neither powers nor logarithms are needed, which differ between machines.
 */
export const enoughFor = (mean: number, variance: number, miss: number, most: number): number => {
  if (mean <= 0) return 0
  const ratio = 1 - mean / Math.max(variance, mean)
  const first = (mean * mean) / Math.max(variance, mean)
  const sums: number[] = []
  let sum = 0
  let term = 1
  for (let count = 0; ; count += 1) {
    sum += term
    if (count <= most) sums.push(sum)
    const next = (count * ratio + first) / (count + 1)
    term *= next
    // Past the highest term, and too little to be seen.
    if (next < 1 && term < sum * 1e-12 * (1 - next)) break
    if (sum > HUGE) {
      for (let at = 0; at < sums.length; at += 1) sums[at]! /= HUGE
      sum /= HUGE
      term /= HUGE
    }
  }
  const enough = sums.findIndex((below) => below >= (1 - miss) * sum)
  return enough < 0 ? most : enough
}
