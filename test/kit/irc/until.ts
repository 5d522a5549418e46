import { setTimeout as sleep } from 'node:timers/promises'

/** Asks every 20 ms until the answer is neither `undefined` nor `false`; fails naming what was awaited. */
export async function until<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  given: { ms?: number; what: string | (() => string) },
): Promise<T> {
  const deadline = Date.now() + (given.ms ?? 30_000)
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline)
      throw new Error(`waited in vain for ${typeof given.what === 'string' ? given.what : given.what()}`)
    await sleep(20)
  }
}
