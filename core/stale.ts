import type { Message } from './effect.ts'
import type { Fleet } from './fleet.ts'
import type { Instant } from './id.ts'

/** Whether a notice that could not be told so far says what is so no more: a warning of an end that was moved, is past, or was warned of anew. */
export const isStale = (fleet: Fleet, message: Message, at: Instant): boolean => {
  if (message.type !== 'leaseEnding') return false
  const lease = fleet.leases.get(message.lease)
  if (lease?.state.status !== 'active' || lease.state.until !== message.until) return true
  return at > message.until + lease.graceMs || (lease.warned !== null && lease.warned < message.minutes)
}
