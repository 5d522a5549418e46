import { setTimeout as pause } from 'node:timers/promises'

/** Waits until it holds; fails by naming what was waited for. */
export const until = async (holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> => {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${holds.toString()}`)
    await pause(20)
  }
}
