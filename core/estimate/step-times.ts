import type { PoolName } from '../id.ts'
import type { Pool } from '../pool.ts'
import type { Step } from '../run.ts'

/** How long a step takes in a pool, from the moment that it is owed: the waits for a worker are part of it. */
export interface StepTimes {
  readonly key: string
  /** Times measured so far. */
  readonly count: number
  /** The last of those kept, oldest first. */
  readonly recentMs: readonly number[]
  /** The average, older times fading slowly: the few that are kept are off by some percent by themselves. */
  readonly meanMs: number
}

const KEPT = 24
/** Once there are enough, one run in so many is measured: a commit need not write these figures each time. */
const EVERY = 8
/** A time counts at least this much in the average. */
const LEAST_SHARE = 1 / 128

export const stepKey = (pool: PoolName, step: Step): string => `${pool}/${step}`

/** Whether this run is one to measure. By its number, so that replaying comes to the same. */
export const isMeasured = (known: StepTimes | undefined, run: { readonly number: number }): boolean =>
  known === undefined || known.recentMs.length < KEPT || run.number % EVERY === 0

/** With one more time. */
export const withTime = (known: StepTimes | undefined, key: string, ms: number): StepTimes => {
  const { count, recentMs, meanMs } = known ?? { count: 0, recentMs: [], meanMs: 0 }
  const time = Math.max(0, Math.round(ms))
  return {
    key,
    count: count + 1,
    recentMs: [...recentMs, time].slice(-KEPT),
    meanMs: meanMs + (time - meanMs) * Math.max(1 / (count + 1), LEAST_SHARE),
  }
}

/** What a step that was never seen to the end is thought to take, as parts of its deadline. */
const GUESSES = [0.02, 0.05, 0.1, 0.2, 0.4] as const

/** Lengths that a step may have, each as likely as the others. None: its driver has no such step. */
export const lengthsOf = (times: StepTimes | undefined, { steps, deadlineMs }: Pool, step: Step): readonly number[] => {
  if (!steps.includes(step)) return [0]
  return times?.recentMs ?? GUESSES.map((part) => part * deadlineMs[step])
}

/** How long a step takes on average. */
export const averageOf = (times: StepTimes | undefined, pool: Pool, step: Step): number => {
  if (times !== undefined && pool.steps.includes(step)) return times.meanMs
  const lengths = lengthsOf(undefined, pool, step)
  return lengths.reduce((sum, ms) => sum + ms, 0) / lengths.length
}

/** What is left of a step that has lasted `elapsedMs`; one that has outlasted all others may take that long again. */
export const lengthsLeft = (lengths: readonly number[], elapsedMs: number): readonly number[] => {
  if (elapsedMs <= 0) return lengths.map((ms) => ms - elapsedMs)
  const longer = lengths.filter((ms) => ms > elapsedMs)
  return longer.length > 0 ? longer.map((ms) => ms - elapsedMs) : [0, 0.1, 0.2, 0.4, 1].map((part) => part * elapsedMs)
}

export const pick = (lengths: readonly number[], luck: number): number => lengths[Math.floor(luck * lengths.length)]!
