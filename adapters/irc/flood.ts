export interface FloodOptions {
  perMinute: number
  /** How long all is ignored once the limit was passed. */
  ignoreMs: number
  /** Keys remembered at once; the one silent for longest is forgotten first. */
  remembered: number
  now?: () => number
}

const MINUTE = 60_000

/** Limits how often each key may speak. The first `tell` is to be said aloud; what follows is ignored for a while. */
export function flood(options: FloodOptions): (key: string) => 'pass' | 'tell' | 'ignore' {
  const { now = Date.now } = options
  const seen = new Map<string, { times: number[]; ignoredUntil: number }>()

  return (key) => {
    const at = now()
    const past = seen.get(key) ?? { times: [], ignoredUntil: 0 }
    seen.delete(key)
    seen.set(key, past)
    const oldest = seen.keys().next().value
    if (seen.size > options.remembered && oldest !== undefined) seen.delete(oldest)

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
  const said = new Map<string, number>()
  return (key) => {
    const at = said.get(key)
    if (at !== undefined && now() - at < ms) return false
    said.delete(key)
    said.set(key, now())
    const oldest = said.keys().next().value
    if (said.size > remembered && oldest !== undefined) said.delete(oldest)
    return true
  }
}
