import type { Instant } from '#core'

/**
 * The lane's time: never before the last record. If the clock is behind that (it was ahead once, or was set back), time goes on
 * from the last record as fast as it really passes: it neither stands still, so that no lease would ever end, nor jumps.
 */
export class LaneClock {
  readonly #clock: () => number
  readonly #monotonic: () => number
  #last = 0
  /** When the last record was seen, by the monotonic clock. */
  #seenAt = 0

  constructor(clock: () => number, monotonic: () => number) {
    this.#clock = clock
    this.#monotonic = monotonic
  }

  /** The last record was made then. */
  seen(at: Instant): void {
    if (at === this.#last) return
    this.#last = at
    this.#seenAt = this.#monotonic()
  }

  now(): Instant {
    const wall = this.#clock()
    if (wall >= this.#last) return wall as Instant
    return Math.floor(this.#last + (this.#monotonic() - this.#seenAt)) as Instant
  }
}
