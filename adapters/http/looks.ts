import type { RequestId } from '#core'
import type { Call } from './route.ts'

/** Somebody of their tenant is told how these stand: it counts as asking after them, and whoever waited before is not gone. */
export function lookedAt({ door }: Pick<Call, 'door'>, requests: readonly RequestId[]): void {
  door.ports.presence.seen(requests)
  for (const request of requests) door.waits.told(request)
}
