import type { PoolName } from '../id.ts'
import { HOURS_OF_WEEK } from '../week.ts'

/**
 * Machines of a pool that were lent in each hour of the week. Kept for pools whose level follows demand, and bounded: older
 * weeks fade. Only sums, products and quotients are taken, so that every machine comes to the same figures.
 */
export interface DemandHistory {
  readonly key: PoolName
  /** Counted since then: hours since the Monday before 1970, as is `hour`. */
  readonly since: number
  /** The hour that is being counted, and what was lent in it so far. */
  readonly hour: number
  readonly machines: number
  /** Of each hour of the week before that: machines, summed up week after week, older ones fading. */
  readonly hours: readonly number[]
  /** How far the hours were off what the weeks before had led to expect: squared differences, and what was expected. */
  readonly squares: number
  readonly expected: number
}

/** What is left of a week's weight a week later. */
const FADE = 7 / 8
/** What is left of the weight of a difference an hour later. */
const FADE_OFF = 1023 / 1024
/** Nothing is kept of a pool that was not used for so long. */
const MOST_IDLE_HOURS = 8 * HOURS_OF_WEEK
/** Sums are kept to the nearest of these, so that a history stays short to write. */
const GRAIN = 64

/** With so many more machines lent in this hour. */
export const withDemand = (
  known: DemandHistory | undefined,
  { key, machines, hour }: { readonly key: PoolName; readonly machines: number; readonly hour: number },
): DemandHistory => {
  const history =
    known === undefined || hour - known.hour > MOST_IDLE_HOURS ? newHistory(key, hour) : closed(known, hour)
  return { ...history, machines: history.machines + machines }
}

const newHistory = (key: PoolName, hour: number): DemandHistory => ({
  key,
  since: hour,
  hour,
  machines: 0,
  hours: Array<number>(HOURS_OF_WEEK).fill(0),
  squares: 0,
  expected: 0,
})

/** With every hour before this one counted to its end. */
export const closed = (history: DemandHistory, until: number): DemandHistory => {
  if (until <= history.hour) return history
  const { since } = history
  const hours = [...history.hours]
  let { machines, squares, expected } = history
  for (let hour = history.hour; hour < until; hour += 1) {
    const ofWeek = hour % HOURS_OF_WEEK
    const weeks = weightOf(timesClosed(since, hour))
    if (weeks > 0) {
      const mean = hours[ofWeek]! / weeks
      // A mean of few weeks is off by itself.
      squares = squares * FADE_OFF + (machines - mean) ** 2 / (1 + 1 / weeks)
      expected = expected * FADE_OFF + mean
    }
    hours[ofWeek] = Math.round((hours[ofWeek]! * FADE + machines) * GRAIN) / GRAIN
    machines = 0
  }
  return { ...history, hour: until, machines, hours, squares, expected }
}

/** How much the counts of an hour of the week weigh together, in weeks. */
export const weeksOf = ({ since, hour }: DemandHistory): ((ofWeek: number) => number) => {
  const times = timesClosed(since, hour)
  const [less, more] = [weightOf(times), weightOf(times + 1)]
  // Of the hours since, those of a week that is not over were counted once more than the others.
  const begun = (hour - since) % HOURS_OF_WEEK
  const first = since % HOURS_OF_WEEK
  return (ofWeek) => ((ofWeek - first + HOURS_OF_WEEK) % HOURS_OF_WEEK < begun ? more : less)
}

/** How often the hour of the week that this hour is was counted before. */
const timesClosed = (since: number, hour: number): number => Math.floor((hour - since) / HOURS_OF_WEEK)

const weightOf = (times: number): number => {
  let weight = 0
  // Beyond a hundred weeks nothing is added.
  for (let week = Math.min(times, 100); week > 0; week -= 1) weight = weight * FADE + 1
  return weight
}
