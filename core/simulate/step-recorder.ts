import type { Fleet } from '../fleet.ts'
import type { Instant, PoolName, RunId } from '../id.ts'
import type { Run, Step } from '../run.ts'
import type { StepModel } from './load.ts'
import { DEFAULT_STEP_TIMES, describedSteps } from './steps.ts'

interface Sample {
  ms: number
  ok: boolean
  /** Whether it was seen to its end. */
  seen: boolean
}

interface OpenRun {
  readonly sample: Sample
  readonly since: number
}

/** How long the steps of each pool took and how they ended, in the order in which they were owed. */
export class StepRecorder {
  readonly #samples = new Map<string, Sample[]>()
  readonly #open = new Map<RunId, OpenRun>()

  owed(fleet: Fleet, { id, step, machine, dueAt }: Run, at: Instant): void {
    const { pool } = fleet.machines.need(machine)
    const sample = { ms: 0, ok: true, seen: false }
    for (const key of [keyOf(pool, step), step]) {
      const samples = this.#samples.get(key)
      if (samples === undefined) this.#samples.set(key, [sample])
      else samples.push(sample)
    }
    this.#open.set(id, { sample, since: Math.max(dueAt, at) })
  }

  ended(id: RunId, at: Instant, ok: boolean): void {
    this.#close(id, at, { ok, seen: true })
  }

  /** It would have lasted longer. */
  dropped(id: RunId, at: Instant): void {
    this.#close(id, at, { ok: true, seen: false })
  }

  /** Nothing more will be known. One that was not seen to its end lasts as long as half of those do that were, or as it had lasted. */
  end(until: Instant): void {
    for (const id of [...this.#open.keys()]) this.dropped(id, until)
    for (const samples of this.#samples.values()) {
      const seen = samples.flatMap(({ ms, seen: was }) => (was ? [ms] : [])).toSorted((a, b) => a - b)
      const median = seen[Math.floor(seen.length / 2)] ?? 0
      for (const sample of samples) {
        if (!sample.seen) sample.ms = Math.max(sample.ms, median)
      }
    }
  }

  /**
   * Steps take what they took, the first as the first did and so on, and after the last the first again: lived through unchanged,
   * a stretch comes out as it did. A step that its pool never took lasts as in other pools, or as one that nobody measured.
   */
  model(): StepModel {
    const next = new Map<string, number>()
    const unmeasured = describedSteps(DEFAULT_STEP_TIMES)
    return (pool, step, chance) => {
      const own = keyOf(pool, step)
      const key = this.#samples.has(own) ? own : step
      const samples = this.#samples.get(key)
      if (samples === undefined) return unmeasured(pool, step, chance)
      const at = next.get(key) ?? 0
      next.set(key, (at + 1) % samples.length)
      return samples[at]!
    }
  }

  #close(id: RunId, at: Instant, { ok, seen }: Pick<Sample, 'ok' | 'seen'>): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    Object.assign(open.sample, { ms: Math.max(0, at - open.since), ok, seen })
  }
}

const keyOf = (pool: PoolName, step: Step): string => `${pool}/${step}`
