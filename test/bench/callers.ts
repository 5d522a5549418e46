/** Durations in milliseconds, as people compare them. */
export interface Timing {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly count: number
}

/** Several callers, each asking again as soon as it is answered, for a while. `ask` is told which caller asks. */
export const callers = async (count: number, ms: number, ask: (caller: number) => Promise<void>): Promise<Timing> => {
  const times: number[] = []
  const began = performance.now()
  const end = began + ms
  await Promise.all(
    Array.from({ length: count }, async (_, caller) => {
      while (performance.now() < end) {
        const start = performance.now()
        await ask(caller)
        times.push(performance.now() - start)
      }
    }),
  )
  return timing(times, performance.now() - began)
}

export const timing = (times: readonly number[], ms: number): Timing => {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { perSecond: (times.length / ms) * 1000, p50: at(0.5), p99: at(0.99), count: times.length }
}
