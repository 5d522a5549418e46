import type { Instant } from '../id.ts'
import { wantedFrom } from '../policy/queue.ts'
import type { MachineRequest } from '../request.ts'
import { MINUTE } from '../time.ts'

/** Chances for which the futures are kept: what the truth is later compared with. */
export const LEVELS = [0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98] as const
const LOWEST = LEVELS[0]
const HIGHEST = LEVELS.at(-1)!

/** For each of `LEVELS`, milliseconds from the estimate by which that part of the futures had served the request. Never falling. */
export type Futures = readonly number[]

export type Interval = readonly [from: Instant, until: Instant]

/** When a request will be served, as was thought at `at`. */
export interface Estimate {
  readonly at: Instant
  readonly place: number
  readonly futures: Futures
  /** The middle. */
  readonly middle: Instant
  readonly at50: Interval
  readonly at90: Interval
}

/**
 * How estimates for one type or pool, and for one machine or for several together, compared with what came: the counts that
 * people are shown, and `places`, where among the futures the truth came to lie, the older ones fading. New intervals are read
 * from `places`, so that they keep what they promise even where the futures are drawn wrongly: overtaking and arrivals to come
 * are learned this way.
 */
export interface Calibration {
  readonly key: string
  readonly scored: number
  readonly inside50: number
  readonly inside90: number
  readonly places: readonly number[]
  /** Real time less the middle of the estimate, in milliseconds, the last so many. */
  readonly errorsMs: readonly number[]
}

/** Classes of places between the lowest and the highest future, and of how far outside they were. */
const BODY = 24
const TAIL = 16
/** A step of a tail: a wait longer (shorter) by this factor, as a logarithm. */
const TAIL_STEP = 0.125
const CLASSES = BODY + 2 * TAIL
/** Evidence beyond this fades. */
const MOST_EVIDENCE = 1_000
const LEAST_EVIDENCE = 1 / 64
const KEPT_ERRORS = 64
/** What is thought of a type without scores: that futures are drawn as they come. In scores. */
const TRUST = 20
/** Waits much shorter than this are as good as none: what is compared is the wait and this together. */
const SHORT_MS = MINUTE

/** Of what the estimates of this request are a case: several machines are passed over and set aside for, one hardly ever is. */
export const calibrationOf = (request: Pick<MachineRequest, 'demand'>): string =>
  `${wantedFrom(request)}${request.demand.count > 1 ? ', several together' : ''}`

/** The calibration after a request was served at `at`. */
export const withScore = (
  known: Calibration | undefined,
  key: string,
  estimate: Estimate,
  at: Instant,
): Calibration => {
  const places = known === undefined ? Array<number>(CLASSES).fill(0) : [...known.places]
  places[classOf(placeOf(estimate.futures, at - estimate.at))]! += 1
  const faded = total(places) < MOST_EVIDENCE ? places : places.map(halved)
  return {
    key,
    scored: (known?.scored ?? 0) + 1,
    inside50: (known?.inside50 ?? 0) + Number(isInside(estimate.at50, at)),
    inside90: (known?.inside90 ?? 0) + Number(isInside(estimate.at90, at)),
    places: faded,
    errorsMs: [...(known?.errorsMs ?? []), at - estimate.middle].slice(-KEPT_ERRORS),
  }
}

export const isInside = ([from, until]: Interval, at: Instant): boolean => from <= at && at <= until

const halved = (count: number): number => (count / 2 < LEAST_EVIDENCE ? 0 : count / 2)

/** The middle and the intervals of these futures, as the past teaches to read them. */
export const readFutures = (
  known: Calibration | undefined,
  at: Instant,
  futures: Futures,
): Pick<Estimate, 'middle' | 'at50' | 'at90'> => {
  const sums = sumsOf(known)
  const when = (chance: number): Instant => (at + waitAt(futures, placeAt(sums, chance))) as Instant
  return { middle: when(0.5), at50: [when(0.25), when(0.75)], at90: [when(0.05), when(0.95)] }
}

/**
 * Where a wait lies among futures: the part of them that were over by then; below the lowest or above the highest, how far
 * outside, as the logarithm of the ratio.
 */
const placeOf = (futures: Futures, waitMs: number): number => {
  const lowest = futures[0]!
  const highest = futures.at(-1)!
  if (waitMs > highest) return HIGHEST + ratio(waitMs, highest)
  if (waitMs < lowest) return LOWEST - ratio(lowest, waitMs)
  const above = futures.findIndex((ms) => waitMs <= ms)
  // Several levels of one length: the middle of those, since the truth lies at all of them.
  const last = futures.findLastIndex((ms) => ms === futures[above])
  if (futures[above] === waitMs) return (LEVELS[above]! + LEVELS[last]!) / 2
  const before = futures[above - 1]!
  const part = (waitMs - before) / (futures[above]! - before)
  return LEVELS[above - 1]! + part * (LEVELS[above]! - LEVELS[above - 1]!)
}

/** The wait at a place: `placeOf` the other way round. */
const waitAt = (futures: Futures, place: number): number => {
  const lowest = futures[0]!
  const highest = futures.at(-1)!
  if (place >= HIGHEST) return (highest + SHORT_MS) * Math.exp(place - HIGHEST) - SHORT_MS
  if (place <= LOWEST) return Math.max(0, (lowest + SHORT_MS) * Math.exp(place - LOWEST) - SHORT_MS)
  const above = LEVELS.findIndex((level) => place < level)
  const part = (place - LEVELS[above - 1]!) / (LEVELS[above]! - LEVELS[above - 1]!)
  return futures[above - 1]! + part * (futures[above]! - futures[above - 1]!)
}

const ratio = (longMs: number, shortMs: number): number => Math.log((longMs + SHORT_MS) / (shortMs + SHORT_MS))

const classOf = (place: number): number => {
  if (place > HIGHEST) return TAIL + BODY + Math.min(TAIL - 1, Math.floor((place - HIGHEST) / TAIL_STEP))
  if (place < LOWEST) return TAIL - 1 - Math.min(TAIL - 1, Math.floor((LOWEST - place) / TAIL_STEP))
  return TAIL + Math.min(BODY - 1, Math.floor(((place - LOWEST) / (HIGHEST - LOWEST)) * BODY))
}

/** Lower bound of a class as a place; of the one after the last, its upper bound. */
const boundOf = (index: number): number => {
  if (index < TAIL) return LOWEST - (TAIL - index) * TAIL_STEP
  if (index <= TAIL + BODY) return LOWEST + ((index - TAIL) / BODY) * (HIGHEST - LOWEST)
  return HIGHEST + (index - TAIL - BODY) * TAIL_STEP
}

/** The evidence added up class by class, with what is thought without any. */
const sumsOf = (known: Calibration | undefined): readonly number[] => {
  let sum = 0
  return Array.from({ length: CLASSES }, (_, index) => (sum += (known?.places[index] ?? 0) + trustIn(index)))
}

const trustIn = (index: number): number => {
  if (index === TAIL - 1) return TRUST * LOWEST
  if (index === TAIL + BODY) return TRUST * (1 - HIGHEST)
  return index < TAIL || index > TAIL + BODY ? 0 : (TRUST * (HIGHEST - LOWEST)) / BODY
}

/** The place below which this part of the evidence lies. */
const placeAt = (sums: readonly number[], chance: number): number => {
  const target = chance * sums.at(-1)!
  const index = sums.findIndex((sum) => target <= sum)
  const before = index === 0 ? 0 : sums[index - 1]!
  const low = boundOf(index)
  return low + ((target - before) / (sums[index]! - before)) * (boundOf(index + 1) - low)
}

const total = (counts: readonly number[]): number => {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
