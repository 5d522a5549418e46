import type { Command, Outcome } from '../command.ts'
import type { Instant } from '../id.ts'
import { entitlement, type Lease } from '../lease.ts'
import { closing } from '../policy/calendar.ts'
import { holdOf, usualHold } from '../policy/hold.ts'
import type { Speaker } from '../policy/membership.ts'
import { endWithin } from '../policy/promised.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft } from './draft.ts'
import { findOne, maintenanceAhead } from './lease.ts'
import { settle } from './settle.ts'

/**
 * Keeps a lease for debugging: it ends no earlier than so long from now, whatever the longest ordinary lease is. How many
 * machines, and how long, is the tenant's own limit, whoever asks; machines that others count on are not kept from them.
 */
export const decideHold = (
  draft: Draft,
  { what, forMs, reason }: Extract<Command, { do: 'hold' }>,
  by: Speaker,
): Outcome | Refusal => {
  const found = findOne(draft, what, by)
  if ('type' in found) return found
  const held = keep(draft, found.leases[0]!, { forMs, reason })
  if (held.type === 'held') settle(draft)
  return held
}

/** What holding a lease comes to, nobody having been served yet. */
export const keep = (
  draft: Draft,
  lease: Lease,
  { forMs, reason }: { readonly forMs: number | null; readonly reason: string },
): Extract<Outcome, { type: 'held' }> | Refusal => {
  const { fleet, at } = draft
  if (lease.state.status !== 'active') return { type: 'notActive', lease: lease.id }
  const { reasonLength, shortestMs } = fleet.limits
  if (reason.length > reasonLength) return { type: 'tooLongText', field: 'reason', most: reasonLength }
  const tenant = fleet.tenants.need(lease.tenant)
  const tooMany = tooManyHeld(draft, lease)
  if (tooMany !== null) return tooMany
  if (forMs !== null && !(forMs >= shortestMs)) return { type: 'leaseTooShort', asked: forMs, shortestMs }
  const hold = holdOf(tenant, lease, { at, reason })
  const closes = closing(fleet, lease)
  const end = Math.min(
    at + (forMs ?? usualHold(tenant)),
    forMs === null ? Math.min(hold.last, closes?.last ?? Infinity) : Infinity,
  )
  if (closes !== null && (end > Math.max(closes.last, lease.state.until) || end <= at))
    return maintenanceAhead(fleet, lease, closes, lease.state.until)
  if (end > hold.last || end <= at) {
    const { last } = hold
    return {
      type: 'holdTooLong',
      lease: lease.id,
      asked: forMs ?? usualHold(tenant),
      longestMs: last - hold.at,
      of: `tenant ${tenant.name}`,
      last,
    }
  }
  // What was granted already is never cut short.
  const wanted = Math.max(lease.state.until, end) as Instant
  const { until, awaited } = endWithin(fleet, lease, { until: wanted, at })
  if (awaited !== null && until <= lease.state.until)
    return { type: 'awaited', lease: lease.id, until: lease.state.until, awaited }
  draft.emit({ type: 'leaseHeld', lease: lease.id, until, hold })
  return { type: 'held', lease: lease.id, until, awaited }
}

const tooManyHeld = ({ fleet }: Draft, lease: Lease): Refusal | null => {
  if (lease.hold !== null) return null
  const { holds: most, name } = fleet.tenants.need(lease.tenant)
  const held = fleet.held.of(name)
  const count = entitlement(lease)
  return held + count > most ? { type: 'tooManyHeld', lease: lease.id, tenant: name, count, held, most } : null
}
