import type { Command, Outcome } from '../command.ts'
import type { Instant } from '../id.ts'
import type { Speaker } from '../policy/membership.ts'
import { selvesOf } from '../policy/selves.ts'
import type { Refusal } from '../refusal.ts'
import { MINUTE } from '../time.ts'
import type { Draft } from './draft.ts'
import { findActive } from './lease.ts'

/** Unless somebody says, or half of what is left, if that is less. */
const REMIND_MS = 15 * MINUTE

/** Moves the reminder, never the end: the last warning comes all the same. */
export const decideSnooze = (
  draft: Draft,
  { what, forMs }: Extract<Command, { do: 'snooze' }>,
  by: Speaker,
): Outcome | Refusal => {
  const found = findActive(draft, what, by)
  if ('type' in found) return found
  const { lease, until } = found
  if (lease.address === null) return { type: 'toldNowhere', lease: lease.id }
  const at = (draft.at + (forMs ?? Math.max(0, Math.min(REMIND_MS, Math.round((until - draft.at) / 2))))) as Instant
  if (at >= until) return { type: 'snoozeTooLong', lease: lease.id, until }
  draft.emit({ type: 'reminderSet', lease: lease.id, at })
  return { type: 'snoozed', lease: lease.id, at, until }
}

/** At every door: whoever says so at one has said it for all that they are. */
export const decideMute = (draft: Draft, forMs: number | null): Outcome => {
  const { fleet, at } = draft
  const me = fleet.people.need(draft.person(draft.identity))
  if (forMs === null) {
    for (const person of selvesOf(fleet, me))
      if (person.muted !== null) draft.emit({ type: 'personMuted', person: person.id, until: null })
    return { type: 'muted', until: null }
  }
  const until = (at + forMs) as Instant
  for (const person of selvesOf(fleet, me)) draft.emit({ type: 'personMuted', person: person.id, until })
  return { type: 'muted', until }
}
