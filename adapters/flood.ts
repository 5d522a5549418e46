import { MINUTE } from '#core'
import { Bounded } from './bounded.ts'

export interface FloodOptions {
  perMinute: number
  /** How long all is ignored once the limit was passed. */
  ignoreMs: number
  /** Keys remembered at once; the one silent for longest is forgotten first. */
  remembered: number
  now?: () => number
}

/** Limits how often each key may speak. The first `tell` is to be said aloud; what follows is ignored for a while. */
export function flood(options: FloodOptions): (key: string) => 'pass' | 'tell' | 'ignore' {
  const { now = Date.now } = options
  const seen = new Bounded<string, { times: number[]; ignoredUntil: number }>(options.remembered)

  return (key) => {
    const at = now()
    const past = seen.get(key) ?? { times: [], ignoredUntil: 0 }
    seen.set(key, past)

    if (at < past.ignoredUntil) return 'ignore'
    past.times = past.times.filter((time) => time > at - MINUTE)
    if (past.times.length < options.perMinute) {
      past.times.push(at)
      return 'pass'
    }
    past.ignoredUntil = at + options.ignoreMs
    past.times = []
    return 'tell'
  }
}

/** Remembers keys for `ms`: true the first time, false until they are forgotten. */
export function once(ms: number, remembered: number, now: () => number = Date.now): (key: string) => boolean {
  const said = recently(ms, remembered, now)
  return (key) => {
    if (said.has(key)) return false
    said.add(key)
    return true
  }
}

/** Keys of the last `ms`, `remembered` at most; the one added longest ago is forgotten first. */
export function recently(
  ms: number,
  remembered: number,
  now: () => number = Date.now,
): { add(key: string): void; has(key: string): boolean } {
  const added = new Bounded<string, number>(remembered)
  return {
    add: (key) => void added.set(key, now()),
    has(key) {
      const at = added.get(key)
      return at !== undefined && now() - at < ms
    },
  }
}
