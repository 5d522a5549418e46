import type { Fleet } from '#core'
import type { Ports } from './ports.ts'

/** Answers held back until something has come about. */
export interface Waits {
  /**
   * What `look` finds, as soon as it finds something; null once the time is over, the caller has gone, or too many wait.
   * `look` is called now and after every commit, so it should be a look-up or two.
   */
  until<T>(
    look: (fleet: Fleet) => T | null,
    options: { readonly ms: number; readonly signal: AbortSignal },
  ): Promise<T | null>
  readonly size: number
  /** Lets everybody go. */
  close(): void
}

interface Waiter {
  readonly look: (fleet: Fleet) => void
  readonly giveUp: () => void
}

export function waits({ onCommit, read }: Pick<Ports, 'onCommit' | 'read'>, most: number): Waits {
  const waiters = new Set<Waiter>()
  const stop = onCommit((fleet) => {
    for (const waiter of waiters) waiter.look(fleet)
  })

  return {
    async until(look, { ms, signal }) {
      if (signal.aborted) return null
      if (ms <= 0 || waiters.size >= most) return read(look)
      const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof look>>()
      const waiter: Waiter = {
        giveUp: () => resolve(null),
        look: (fleet) => {
          try {
            const found = look(fleet)
            if (found !== null) resolve(found)
          } catch (cause) {
            reject(cause as Error)
          }
        },
      }
      const timer = setTimeout(waiter.giveUp, ms)
      signal.addEventListener('abort', waiter.giveUp)
      waiters.add(waiter)
      try {
        // Looked at after joining, so that a commit in between is not missed.
        await read(waiter.look)
        return await promise
      } finally {
        waiters.delete(waiter)
        clearTimeout(timer)
        signal.removeEventListener('abort', waiter.giveUp)
      }
    },
    get size() {
      return waiters.size
    },
    close() {
      stop()
      for (const { giveUp } of waiters) giveUp()
    },
  }
}
