import type { Step } from '../run.ts'
import { MINUTE, SECOND } from '../time.ts'
import { around } from './chance.ts'
import type { StepModel } from './load.ts'

/** How long a step takes, and how often it fails. */
export interface DescribedStep {
  readonly medianMs: number
  /** As in `around`; 1: always the same. */
  readonly spread: number
  /** 0 to 1. */
  readonly failures: number
}

/** Every pool alike. A step that is not described takes no time, and always succeeds. */
export const describedSteps =
  (steps: Readonly<Partial<Record<Step, DescribedStep>>>): StepModel =>
  (_pool, step, chance) => {
    const described = steps[step]
    if (described === undefined) return { ms: 0, ok: true }
    const { medianMs, spread, failures } = described
    return { ms: Math.round(around(chance, medianMs, spread)), ok: failures === 0 || !chance.chance(failures) }
  }

/** What steps are taken to last where nobody measured them. */
export const DEFAULT_STEP_TIMES: Readonly<Partial<Record<Step, DescribedStep>>> = Object.fromEntries(
  (
    [
      ['provision', 3 * MINUTE],
      ['check', 10 * SECOND],
      ['grant', 5 * SECOND],
      ['revoke', 5 * SECOND],
      ['collect', MINUTE],
      ['recycle', 2 * MINUTE],
      ['rebuild', 10 * MINUTE],
      ['shutdown', 30 * SECOND],
      ['burnin', 5 * MINUTE],
    ] as const
  ).map(([step, medianMs]) => [step, { medianMs, spread: 1.3, failures: 0 }]),
)
