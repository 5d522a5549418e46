import type { Asked, Decision } from '#core'
import { Busy } from './errors.ts'
import type { RefusedWhy } from './refusals.ts'

/** What a command is answered. `repeat`: it was decided before, and this is the answer that it got then. */
export type Answer = (
  | Pick<Extract<Decision, { type: 'accepted' }>, 'type' | 'outcome'>
  | (Extract<Decision, { type: 'refused' }> & { readonly why?: RefusedWhy })
) & { readonly repeat?: true }

/** A command in the line, and whom to tell. */
export interface Waiting {
  readonly asked: Omit<Asked, 'at'>
  /** Digest of principal, door and the caller's id; null: the caller has none, and no answer is kept. */
  readonly key: string | null
  /** Digest of the command, if there is a key. */
  readonly digest: string
  readonly reply: (answer: Answer) => void
  readonly fail: (error: Error) => void
  /** Batches with it that failed. */
  failures: number
  fault: unknown
}

export interface LineLimits {
  /** Commands waiting at once. */
  readonly queue: number
  /** Commands in one transaction. */
  readonly batch: number
  /** Failures after which a command is given up; the last of them is one that it had by itself. */
  readonly tries: number
}

/** Failures together with others after which a command goes by itself, so that one which breaks every batch breaks no more. */
const TRIES_TOGETHER = 2

/** Commands in order of arrival. */
export class Line {
  readonly #waiting: Waiting[] = []
  readonly #limits: LineLimits

  constructor(limits: LineLimits) {
    this.#limits = limits
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Throws `Busy` if it is full; `batchMs` is how long a batch takes at the moment. */
  join(waiting: Waiting, batchMs: number): void {
    const { queue, batch } = this.#limits
    if (this.#waiting.length >= queue) throw new Busy(Math.max(SHORTEST_WAIT_MS, Math.ceil(queue / batch) * batchMs))
    this.#waiting.push(waiting)
  }

  /** The next batch: as many as fit, or one that has failed in company. */
  take(): Waiting[] {
    return this.#waiting.splice(0, this.#nextSize())
  }

  /** Back to the front: their batch failed, and so it may be their turn again. */
  putBack(batch: readonly Waiting[], fault: unknown): void {
    for (const waiting of batch) fail(waiting, fault)
    this.#waiting.unshift(...batch)
  }

  /** The batch whose turn it would have been, had the store been there. */
  failNext(fault: unknown): void {
    for (const waiting of this.#waiting.slice(0, this.#nextSize())) fail(waiting, fault)
  }

  /** Takes out those that have failed too often. */
  takeGivenUp(): Waiting[] {
    return this.remove(({ failures }) => failures >= this.#limits.tries)
  }

  remove(which: (waiting: Waiting) => boolean): Waiting[] {
    const removed = this.#waiting.filter(which)
    if (removed.length > 0) this.#waiting.splice(0, Infinity, ...this.#waiting.filter((waiting) => !which(waiting)))
    return removed
  }

  #nextSize(): number {
    const { batch } = this.#limits
    const lone = this.#waiting.findIndex(({ failures }) => failures >= TRIES_TOGETHER)
    if (lone === -1) return batch
    return lone === 0 ? 1 : Math.min(lone, batch)
  }
}

const SHORTEST_WAIT_MS = 1_000

const fail = (waiting: Waiting, fault: unknown): void => {
  waiting.failures += 1
  waiting.fault = fault
}
