/** Timers that all end with the connection. */
export function timerSet() {
  const timers = new Set<NodeJS.Timeout>()
  return {
    later(ms: number, run: () => void) {
      timers.add(setTimeout(run, ms))
    },
    every(ms: number, run: () => void) {
      timers.add(setInterval(run, ms))
    },
    clear() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
