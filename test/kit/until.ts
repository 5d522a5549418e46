import { setTimeout as pause } from 'node:timers/promises'

/** What never comes is to fail a test; what only takes its time, on a host that is busy with other tests, is not. */
const MOST_MS = 60_000

/** Waits until it holds; fails by naming what was waited for. */
export const until = async (holds: () => boolean | Promise<boolean>, ms = MOST_MS): Promise<void> => {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${holds.toString()}`)
    await pause(20)
  }
}
