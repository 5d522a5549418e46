import type { Pace } from './options.ts'

/** Decides when the next line may go: `burst` lines, then one per `everyMs`, and a ceiling on bytes in a window. */
export interface Bucket {
  /** Milliseconds until a line of this many bytes may be sent; 0 is now. */
  waitMs(bytes: number, at: number): number
  take(bytes: number, at: number): void
}

export function bucket(pace: Pace): Bucket {
  let lines = pace.burst
  let refilledAt = Number.NEGATIVE_INFINITY
  let recent: { at: number; bytes: number }[] = []

  const refill = (at: number) => {
    const earned = pace.everyMs > 0 ? (at - refilledAt) / pace.everyMs : pace.burst
    lines = Math.min(pace.burst, lines + Math.max(0, earned))
    refilledAt = at
    recent = recent.filter((sent) => sent.at > at - pace.bytesWindowMs)
  }

  const waitForLine = () => (lines >= 1 ? 0 : Math.ceil((1 - lines) * pace.everyMs))

  const waitForBytes = (bytes: number, at: number) => {
    let over = recent.reduce((sum, sent) => sum + sent.bytes, 0) + bytes - pace.bytes
    for (const sent of recent) {
      if (over <= 0) return 0
      over -= sent.bytes
      if (over <= 0) return sent.at + pace.bytesWindowMs - at
    }
    // A line longer than the whole allowance goes once the window is empty.
    const last = recent.at(-1)
    return last ? last.at + pace.bytesWindowMs - at : 0
  }

  return {
    waitMs(bytes, at) {
      refill(at)
      return Math.max(waitForLine(), waitForBytes(bytes, at))
    },
    take(bytes, at) {
      refill(at)
      lines -= 1
      recent.push({ at, bytes })
    },
  }
}
