import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import type { Lease } from '../lease.ts'
import type { MachineType } from '../machine.ts'
import type { Claim } from './setaside.ts'
import { setAsideAt } from './turn.ts'

/** How many requests wait for machines of a type, and count on a lease's end. */
export interface Awaited {
  readonly machineType: MachineType
  readonly requests: number
  /** Set if it is for a reservation, and not for them. */
  readonly reservedFrom: Instant | null
}

/**
 * An end for a lease, no later than the one wanted, that takes nothing away that is set aside for somebody. `awaited`: who it is
 * earlier for; null: it need not be. Whoever waits for what they hold themselves may go on waiting.
 */
export const endWithin = (
  fleet: Fleet,
  lease: Lease,
  { until, at }: { readonly until: Instant; readonly at: Instant },
): { readonly until: Instant; readonly awaited: Awaited | null } => {
  const { type } = lease.demand
  const broken = claimsBroken(fleet, lease, { until, at })
  if (broken.length === 0) return { until, awaited: null }
  const first = broken.toSorted((a, b) => a.from - a.slackMs - (b.from - b.slackMs))[0]!
  const from = first.from - first.slackMs
  const awaited = {
    machineType: type,
    requests: fleet.waiting.size(type),
    reservedFrom: first.reserved ? first.from : null,
  }
  return { until: (from - lease.graceMs) as Instant, awaited }
}

/** What is set aside for others that a lease would break if it ended so late. */
export const claimsBroken = (
  fleet: Fleet,
  lease: Lease,
  { until, at }: { readonly until: Instant; readonly at: Instant },
): readonly Claim[] =>
  setAsideAt(fleet, at, [lease.demand.type])
    .brokenBy(lease, (until + lease.graceMs) as Instant)
    .filter(({ request }) => fleet.requests.get(request)?.by !== lease.by)
