import type { Rate } from './bounds.ts'

/** Token buckets by caller. */
export interface Buckets {
  /** Takes a token of this caller's: 0, or milliseconds until there is one again. `now` in milliseconds. */
  take(caller: string, now: number): number
  readonly size: number
}

interface Bucket {
  tokens: number
  at: number
}

/** Callers remembered at once; beyond it the ones heard of longest ago are forgotten, which fills their buckets. */
const MOST_CALLERS = 20_000

export function buckets({ burst, perSecond }: Rate, mostCallers = MOST_CALLERS): Buckets {
  const known = new Map<string, Bucket>()

  const bucketOf = (caller: string, now: number): Bucket => {
    const bucket = known.get(caller)
    if (bucket !== undefined) return bucket
    if (known.size >= mostCallers) forget(known, now - (burst / perSecond) * 1000)
    const fresh = { tokens: burst, at: now }
    known.set(caller, fresh)
    return fresh
  }

  return {
    take(caller, now) {
      const bucket = bucketOf(caller, now)
      const passed = Math.max(0, now - bucket.at)
      bucket.tokens = Math.min(burst, bucket.tokens + (passed / 1000) * perSecond)
      bucket.at = now
      if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / perSecond) * 1000)
      bucket.tokens -= 1
      return 0
    },
    get size() {
      return known.size
    },
  }
}

/** Drops all that are full again by now, and the oldest tenth in any case, so that the cost is spread over many callers. */
const forget = (known: Map<string, Bucket>, fullBefore: number): void => {
  let oldest = Math.ceil(known.size / 10)
  for (const [caller, { at }] of known) {
    if (oldest > 0 || at < fullBefore) known.delete(caller)
    oldest -= 1
  }
}
