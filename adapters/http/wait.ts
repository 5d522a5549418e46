import type { Change, Fleet, Lease, RequestId } from '#core'
import type { Ports } from './ports.ts'

/** Answers held back until a request has come to something. */
export interface Waits {
  /**
   * Resolves once `isOver` holds of the fleet, the time is over, the caller has gone, or too many wait already: the caller
   * then looks for itself. `isOver` is asked now, and after each commit that changed the request or its lease.
   */
  over(request: RequestId, isOver: (fleet: Fleet) => boolean, until: Until): Promise<void>
  readonly size: number
  /** Lets everybody go. */
  close(): void
}

export interface Until {
  readonly ms: number
  readonly signal: AbortSignal
}

interface Waiter {
  readonly look: () => void
  readonly giveUp: () => void
}

export function waits({ lane }: Pick<Ports, 'lane'>, most: number): Waits {
  const waiters = new Map<RequestId, Set<Waiter>>()
  let size = 0
  const stop = lane.onCommit(({ changes }) => {
    if (size === 0) return
    for (const request of new Set(changes.flatMap(requestsOf)))
      for (const { look } of waiters.get(request) ?? []) look()
  })

  const join = (request: RequestId, waiter: Waiter): void => {
    const others = waiters.get(request)
    if (others === undefined) waiters.set(request, new Set([waiter]))
    else others.add(waiter)
    size += 1
  }
  const leave = (request: RequestId, waiter: Waiter): void => {
    const others = waiters.get(request)
    if (others?.delete(waiter) !== true) return
    if (others.size === 0) waiters.delete(request)
    size -= 1
  }

  return {
    async over(request, isOver, { ms, signal }) {
      if (signal.aborted || ms <= 0 || size >= most) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const waiter: Waiter = {
        giveUp: resolve,
        look: () => void lane.read(isOver).then((over) => (over ? resolve() : undefined), reject),
      }
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', waiter.giveUp)
      join(request, waiter)
      try {
        // Looked at after joining, so that a commit in between is not missed.
        waiter.look()
        await promise
      } finally {
        leave(request, waiter)
        clearTimeout(timer)
        signal.removeEventListener('abort', waiter.giveUp)
      }
    },
    get size() {
      return size
    },
    close() {
      stop()
      for (const group of waiters.values()) for (const { giveUp } of group) giveUp()
    },
  }
}

/** The request that a change is about, if any. */
const requestsOf = ({ table, key, last }: Change): RequestId[] => {
  if (table === 'request') return [key as RequestId]
  return table === 'lease' ? [(last as Lease).request] : []
}
