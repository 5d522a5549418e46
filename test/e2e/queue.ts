import { setTimeout as pause } from 'node:timers/promises'
import type { RunningDuffy } from '../kit/duffy.ts'

/** How a rush of requests went. */
export interface Rush {
  readonly granted: number
  readonly waiting: number
  /** Requests in the order in which they were granted, by number. */
  readonly order: readonly number[]
  /** Looks at the site that found a machine with two holders, or free while somebody waited who would take it. */
  readonly faults: readonly string[]
}

/** Many requests at once for few machines; each lease is given back as soon as it is seen, until all were served. */
export const rush = async (duffy: RunningDuffy, count: number, body: Record<string, unknown>): Promise<Rush> => {
  const asked = await Promise.all(Array.from({ length: count }, () => duffy.api('POST', '/api/v2/requests', body)))
  const waiting = asked.filter((reply) => reply.body.request?.state === 'waiting' || reply.body.request?.position > 0)
  const faults: string[] = []
  const granted = new Map<string, number>()
  while (granted.size < count) {
    const { body: leases } = await duffy.api('GET', '/api/v2/leases?limit=100')
    const holders = new Map<string, string>()
    for (const lease of leases.leases) {
      granted.set(lease.id, lease.number)
      for (const { name } of lease.machines) {
        const other = holders.get(name)
        if (other !== undefined) faults.push(`${name} is held by ${other} and ${lease.id}`)
        holders.set(name, lease.id)
      }
    }
    const { body: machines } = await duffy.api('GET', '/api/v2/machines?limit=100')
    const { body: requests } = await duffy.api('GET', '/api/v2/requests?limit=100')
    const free = machines.machines.filter(
      ({ state, type }: { state: string; type: string }) => state === 'ready' && type === 'metal',
    )
    // Looked at one after the other: somebody may have been served in between, so only a second look tells.
    if (free.length > 0 && requests.requests.length > 0 && (await stillBoth(duffy)))
      faults.push('a machine is free while somebody waits')
    for (const { id, state } of leases.leases)
      if (state === 'active') await duffy.api('POST', `/api/v2/leases/${id}/done`)
    await pause(20)
  }
  const order = [...granted.values()].toSorted((a, b) => a - b)
  return { granted: count - waiting.length, waiting: waiting.length, order, faults }
}

/** One look at one moment: `why` of the first who waits counts what is ready for them. */
const stillBoth = async (duffy: RunningDuffy): Promise<boolean> => {
  const { body } = await duffy.api('GET', '/api/v2/requests?limit=1')
  const [first] = body.requests
  if (first === undefined) return false
  const why = await duffy.api('GET', `/api/v2/requests/${first.id}/why`)
  return why.status === 200 && (why.body.why?.now?.ready ?? why.body.now?.ready ?? 0) > 0
}
