import type { Change, Fleet, Lease, RequestId } from '#core'
import type { Ports } from './ports.ts'

/** Answers held back until a request has come to something. */
export interface Waits {
  /**
   * Resolves once `isOver` holds of the fleet, the time is over, the caller has gone, or too many wait already: the caller
   * then looks for itself. `isOver` is asked now, and after each commit that changed the request or its lease.
   */
  over(request: RequestId, isOver: (fleet: Fleet) => boolean, until: Until): Promise<Wait>
  /** Somebody was told of a request: whoever waited for it first may have given that connection up for dead. */
  told(request: RequestId): void
  readonly size: number
  /** Lets everybody go. */
  close(): void
}

/**
 * How a wait ended. `closed`: the caller has gone, but others wait for the same request, or were told of it meanwhile. `gone`: so
 * has everybody, and nobody ever learnt of it.
 */
export type Wait = 'over' | 'closed' | 'gone'

export interface Until {
  readonly ms: number
  readonly signal: AbortSignal
}

interface Waiter {
  readonly look: () => void
  readonly giveUp: () => void
}

/** Those who wait for one request, while any do. */
interface Group {
  readonly waiters: Set<Waiter>
  readonly leave: () => void
  told: boolean
}

export function waits({ lane, presence }: Pick<Ports, 'lane' | 'presence'>, most: number): Waits {
  const groups = new Map<RequestId, Group>()
  let size = 0
  const stop = lane.onCommit(({ changes }) => {
    if (size === 0) return
    for (const request of new Set(changes.flatMap(requestsOf)))
      for (const { look } of groups.get(request)?.waiters ?? []) look()
  })

  const join = (request: RequestId, waiter: Waiter): Group => {
    let group = groups.get(request)
    if (group === undefined)
      groups.set(request, (group = { waiters: new Set(), leave: presence.attend(request), told: false }))
    group.waiters.add(waiter)
    size += 1
    return group
  }
  const leave = (request: RequestId, group: Group, waiter: Waiter): void => {
    group.waiters.delete(waiter)
    size -= 1
    if (group.waiters.size > 0) return
    groups.delete(request)
    group.leave()
  }

  return {
    async over(request, isOver, { ms, signal }) {
      if (signal.aborted) return groups.has(request) ? 'closed' : 'gone'
      if (ms <= 0 || size >= most) return 'over'
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const waiter: Waiter = {
        giveUp: resolve,
        look: () => void lane.read(isOver).then((over) => (over ? resolve() : undefined), reject),
      }
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', waiter.giveUp)
      const group = join(request, waiter)
      try {
        // Looked at after joining, so that a commit in between is not missed.
        waiter.look()
        await promise
      } finally {
        leave(request, group, waiter)
        clearTimeout(timer)
        signal.removeEventListener('abort', waiter.giveUp)
      }
      if (!signal.aborted) return 'over'
      return group.told || group.waiters.size > 0 ? 'closed' : 'gone'
    },
    told(request) {
      const group = groups.get(request)
      if (group !== undefined) group.told = true
    },
    get size() {
      return size
    },
    close() {
      stop()
      for (const { waiters } of groups.values()) for (const { giveUp } of waiters) giveUp()
    },
  }
}

/** The request that a change is about, if any. */
const requestsOf = ({ table, key, last }: Change): RequestId[] => {
  if (table === 'request') return [key as RequestId]
  return table === 'lease' ? [(last as Lease).request] : []
}
