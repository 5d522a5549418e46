import type { Instant } from '../id.ts'
import type { Hold, Lease } from '../lease.ts'
import type { Tenant } from '../tenant.ts'
import { HOUR } from '../time.ts'
import type { Terms } from './quota.ts'

/** How long machines are kept for debugging where nobody says; less if their tenant may not keep them so long. */
const USUAL_HOLD_MS = 8 * HOUR

export const usualHold = ({ holdMs }: Tenant): number => Math.min(USUAL_HOLD_MS, holdMs)

/** A lease that is held again goes on from when it was first held: saying so anew wins no time. */
export const holdOf = (tenant: Tenant, lease: Lease, { at, reason }: { at: Instant; reason: string }): Hold =>
  lease.hold === null
    ? { at, last: (at + tenant.holdMs) as Instant, reason }
    : { ...lease.hold, reason: reason === '' ? lease.hold.reason : reason }

/** As late as a lease can be extended, and how long that makes it, or the hold that it is under. */
export const lastEnd = (
  { state, hold }: Lease,
  { longestMs }: Pick<Terms, 'longestMs'>,
): { readonly last: number; readonly longestMs: number } => {
  if (hold !== null) return { last: hold.last, longestMs: hold.last - hold.at }
  return { last: state.status === 'active' ? state.since + longestMs : 0, longestMs }
}
