import type { Message } from '../effect.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, PoolName } from '../id.ts'
import { byText, firstOf } from '../collections/indexes.ts'
import type { Machine } from '../machine.ts'
import { MINUTE, SECOND } from '../time.ts'
import type { Draft } from './draft.ts'

/** What happens within so long is told together: a rack that dies is one notice. */
const TOGETHER_MS = 30 * SECOND
/** No two notices are nearer to each other. */
const PAUSE_MS = 10 * MINUTE
/** Machines that a notice counts; a disaster is no better known for a longer list. */
const MOST_COUNTED = 1000
const MOST_NAMED = 3

/** Operators hear of machines that went into quarantine, and of pools that have no machine left, or some again. */
export const tellOperators = (draft: Draft): void => {
  const { fleet, at } = draft
  const operators = fleet.site.get('site')?.operators ?? null
  if (operators === null || at < operators.toldAt + PAUSE_MS) return
  const fresh = quarantinedSince(fleet, operators.upTo, at)
  const oldest = fresh.at(-1)
  if (oldest !== undefined && at < sinceOf(oldest) + TOGETHER_MS) return
  const empty = emptyPools(fleet)
  const news = {
    quarantined: fresh.length,
    first: fresh.toSorted(byTime).slice(0, MOST_NAMED).flatMap(asQuarantined),
    empty: empty.filter((pool) => !operators.empty.includes(pool)),
    back: operators.empty.filter((pool) => !empty.includes(pool)),
  }
  if (news.quarantined + news.empty.length + news.back.length === 0) return
  // What else is decided at this very instant is told the next time.
  draft.emit({ type: 'operatorsTold', upTo: (at - 1) as Instant, empty })
  for (const place of operators.places) draft.announce(place, { type: 'operatorNews', ...news })
}

type Quarantined = Extract<Message, { type: 'operatorNews' }>['first'][number]

/** The last first. */
const quarantinedSince = (fleet: Fleet, upTo: Instant, at: Instant): Machine[] => {
  const fresh: Machine[] = []
  for (const machine of firstOf(fleet.lastQuarantined.of('all'), MOST_COUNTED)) {
    if (sinceOf(machine) <= upTo) break
    if (sinceOf(machine) < at) fresh.push(machine)
  }
  return fresh
}

const byTime = (a: Machine, b: Machine): number => sinceOf(a) - sinceOf(b) || byText(a.name, b.name)
const sinceOf = ({ state }: Machine): Instant => (state.status === 'quarantined' ? state.since : (0 as Instant))

const asQuarantined = ({ name, pool, state }: Machine): Quarantined[] =>
  state.status === 'quarantined'
    ? [{ machine: name, pool, failure: state.failure, probationAt: state.probationAt }]
    : []

/** All that they have is in quarantine, or in an operator's hands. */
const emptyPools = (fleet: Fleet): PoolName[] =>
  [...fleet.pools.values()]
    .filter(({ name, configured }) => {
      const quarantined = fleet.statuses.of(`${name}/quarantined`)
      return (
        configured &&
        quarantined > 0 &&
        quarantined + fleet.statuses.of(`${name}/maintenance`) >= fleet.statuses.of(name)
      )
    })
    .map(({ name }) => name)
    .toSorted(byText)
