import type { Message, LeaseEnding } from '../effect.ts'
import type { Instant } from '../id.ts'
import type { Lease } from '../lease.ts'
import { dueWarning, endAfterWarning, lastWarning } from '../policy/due.ts'
import { isMuted, recipientOf } from '../policy/selves.ts'
import type { Address } from '../request.ts'
import { MINUTE } from '../time.ts'
import type { Draft } from './draft.ts'

/**
 * Whoever is warned of one end is warned at once of the others that come so soon after it, so that they hear of many leases in one
 * message and not in many. No warning is given earlier than by half of what it leaves.
 */
const TOGETHER_MS = MINUTE
/** Leases named in one message. */
const MOST_TOGETHER = 20

/** A warning that has been given, and is still to be told. */
export interface Warned {
  readonly lease: Lease
  readonly ending: LeaseEnding
  /** Also to those who want to hear nothing but what they cannot do without. */
  readonly always: boolean
}

/** Gives the warning that is due, or the reminder that was asked for; null if it is the end that is. */
export const warn = (draft: Draft, lease: Lease): Warned | null =>
  warnBy(draft, lease, draft.at) ?? remind(draft, lease)

const warnBy = (draft: Draft, lease: Lease, by: Instant): Warned | null => {
  const minutes = dueWarning(draft.fleet.limits.warnMinutes, lease, by)
  if (minutes === null || lease.state.status !== 'active') return null
  const always = minutes === lastWarning(draft.fleet.limits.warnMinutes, lease)
  const until = always ? endAfterWarning(minutes, lease.state.until, draft.at) : lease.state.until
  const isSpared = until !== lease.state.until
  draft.emit({ type: 'leaseWarned', lease: lease.id, minutes })
  if (isSpared) draft.emit({ type: 'leaseSpared', lease: lease.id, until })
  return { lease, ending: { lease: lease.id, until, minutes, ...(isSpared && { spared: true }) }, always }
}

const remind = (draft: Draft, lease: Lease): Warned | null => {
  const { id, remindAt, state } = lease
  if (remindAt === null || remindAt > draft.at || state.status !== 'active') return null
  draft.emit({ type: 'leaseReminded', lease: id })
  const { until } = state
  return { lease, ending: { lease: id, until, minutes: Math.max(0, (until - draft.at) / MINUTE) }, always: true }
}

/** Tells each owner in one message of all their leases that were just warned of, and of those whose turn is next. */
export const tellWarned = (draft: Draft, due: readonly Warned[]): void => {
  const owners = new Map<string, { readonly to: Address; readonly warned: Warned[] }>()
  const add = (warned: Warned, isNew: boolean): void => {
    const to = draft.addressOf(warned.lease.address)
    if (to === undefined || !isHeard(draft, to, warned)) return
    const owner = owners.get(recipientOf(to))
    if (owner !== undefined) owner.warned.push(warned)
    else if (isNew) owners.set(recipientOf(to), { to, warned: [warned] })
  }
  for (const warned of due) add(warned, true)
  if (owners.size > 0) for (const warned of warnAhead(draft, (to) => owners.has(recipientOf(to)))) add(warned, false)
  for (const { to, warned } of owners.values()) {
    const endings = warned.map(({ ending }) => ending).toSorted((a, b) => a.until - b.until)
    for (let from = 0; from < endings.length; from += MOST_TOGETHER)
      draft.tellThere(to, messageOf(endings.slice(from, from + MOST_TOGETHER)))
  }
}

const isHeard = (draft: Draft, { identity }: Address, { always }: Pick<Warned, 'always'>): boolean =>
  always || !isMuted(draft.fleet, identity, draft.at)

/** Gives those who are told something anyway what would be their next message. */
const warnAhead = (draft: Draft, isTold: (to: Address) => boolean): Warned[] => {
  const { fleet, at } = draft
  const { warnMinutes } = fleet.limits
  const soon: Lease[] = []
  for (const lease of fleet.dueLeases.of('all')) {
    if (lease.dueAt > at + TOGETHER_MS) break
    const minutes = dueWarning(warnMinutes, lease, (at + TOGETHER_MS) as Instant)
    const to = draft.addressOf(lease.address)
    if (minutes === null || to === undefined || lease.state.status !== 'active' || !isTold(to)) continue
    const leadMs = minutes * MINUTE
    const isNear = lease.state.until - leadMs - at <= Math.min(TOGETHER_MS, leadMs / 2)
    if (isNear && isHeard(draft, to, { always: minutes === lastWarning(warnMinutes, lease) })) soon.push(lease)
  }
  return soon.flatMap((lease) => warnBy(draft, lease, (at + TOGETHER_MS) as Instant) ?? [])
}

const messageOf = (endings: readonly LeaseEnding[]): Message =>
  endings.length === 1 ? { type: 'leaseEnding', ...endings[0]! } : { type: 'leasesEnding', leases: endings }
