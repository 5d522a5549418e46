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
}

const KEPT = 24
/** Once there are enough, one run in so many is measured: a commit need not write these figures each time. */
const EVERY = 8

export const stepKey = (pool: PoolName, step: Step): string => `${pool}/${step}`

/** Whether this run is one to measure. By its number, so that replaying comes to the same. */
export const isMeasured = (known: StepTimes | undefined, run: { readonly number: number }): boolean =>
  known === undefined || known.recentMs.length < KEPT || run.number % EVERY === 0

/** With one more time. */
export const withTime = (known: StepTimes | undefined, key: string, ms: number): StepTimes => ({
  key,
  count: (known?.count ?? 0) + 1,
  recentMs: [...(known?.recentMs ?? []), Math.max(0, Math.round(ms))].slice(-KEPT),
})

/** What a step that was never seen to the end is thought to take, as parts of its deadline. */
const GUESSES = [0.02, 0.05, 0.1, 0.2, 0.4] as const

/** Lengths that a step may have, each as likely as the others. None: its driver has no such step. */
export const lengthsOf = (times: StepTimes | undefined, { steps, deadlineMs }: Pool, step: Step): readonly number[] => {
  if (!steps.includes(step)) return [0]
  return times?.recentMs ?? GUESSES.map((part) => part * deadlineMs[step])
}

/** What is left of a step that has lasted `elapsedMs`; one that has outlasted all others may take that long again. */
export const lengthsLeft = (lengths: readonly number[], elapsedMs: number): readonly number[] => {
  if (elapsedMs <= 0) return lengths.map((ms) => ms - elapsedMs)
  const longer = lengths.filter((ms) => ms > elapsedMs)
  return longer.length > 0 ? longer.map((ms) => ms - elapsedMs) : [0, 0.1, 0.2, 0.4, 1].map((part) => part * elapsedMs)
}

export const pick = (lengths: readonly number[], luck: number): number => lengths[Math.floor(luck * lengths.length)]!
