import { endingsOf, type LeaseEnding, type Message } from './effect.ts'
import type { Fleet } from './fleet.ts'
import type { Instant } from './id.ts'

/** Whether a notice that could not be told so far says what is so no more: of no end that it warns of. */
export const isStale = (fleet: Fleet, message: Message, at: Instant): boolean =>
  endingsOf(message).length > 0 && stillEnding(fleet, message, at).length === 0

/** The ends that a message warns of and that are still to come: not moved, not past, and not warned of anew. */
export const stillEnding = (fleet: Fleet, message: Message, at: Instant): readonly LeaseEnding[] =>
  endingsOf(message).filter(({ lease: id, until, minutes }) => {
    const lease = fleet.leases.get(id)
    if (lease?.state.status !== 'active' || lease.state.until !== until) return false
    return at <= until + lease.graceMs && (lease.warned === null || lease.warned >= minutes)
  })
