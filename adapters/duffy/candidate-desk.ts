import { setImmediate as nextTick } from 'node:timers/promises'
import {
  candidates,
  evolve,
  explainedIn,
  Fleet,
  type Candidate,
  type Instant,
  type LeaseId,
  type RecordBody,
  type RequestId,
} from '#core'
import type { Candidates, CandidatesPort } from '../http/ports.ts'
import type { History } from '../store/port.ts'
import { Bounded } from '../bounded.ts'

/** How far a question may go back. */
export interface ReplayLimits {
  /** Records of the log before the decision. */
  readonly records: number
  /** Time for replaying them, all others who ask meanwhile waiting. */
  readonly ms: number
  /** Decisions whose machines are kept for the next page. */
  readonly kept: number
}

const LIMITS: ReplayLimits = { records: 1_000_000, ms: 60_000, kept: 4 }
/** Records taken at once: between pages, commands get their turn. */
const PAGE = 100

/**
 * Recomputes what a decision chose from: the log up to it is replayed in a fleet of its own, outside the lane, one question at a
 * time, and every machine is explained as it was.
 */
export const candidateDesk = (
  store: Pick<History, 'records'>,
  limits: ReplayLimits = LIMITS,
  monotonic: () => number = () => performance.now(),
): CandidatesPort => {
  const kept = new Bounded<string, Candidates>(limits.kept)
  let last: Promise<unknown> = Promise.resolve()

  return async ({ about, position }) => {
    if (position > limits.records) return { type: 'tooFar', position, limit: 'records', most: limits.records }
    const key = `${position} ${about}`
    const turn = last.then(async () => {
      const known = kept.get(key)
      if (known !== undefined) return known
      const found = await recompute(store, { about, position }, { ms: limits.ms, monotonic })
      if (found.type === 'found') kept.set(key, found)
      return found
    })
    last = turn.catch(() => {})
    return turn
  }
}

interface Decision {
  readonly about: RequestId | LeaseId
  readonly position: number
}

const recompute = async (
  store: Pick<History, 'records'>,
  { about, position }: Decision,
  { ms, monotonic }: { readonly ms: number; readonly monotonic: () => number },
): Promise<Candidates> => {
  const end = monotonic() + ms
  const fleet = new Fleet()
  for (let after = 0; after < position;) {
    const page = await store.records(after, Math.min(PAGE, position - after))
    for (const { seq, text } of page) {
      const { at, events } = JSON.parse(text) as RecordBody
      if (seq === position) return { type: 'found', position, list: explained(fleet, { about, at, events }) }
      apply(fleet, events, at)
    }
    if (page.length === 0) break
    after = page.at(-1)!.seq
    if (monotonic() > end) return { type: 'tooFar', position, limit: 'ms', most: ms }
    await nextTick()
  }
  throw new Error(`record ${position} is not in the log`)
}

const explained = (
  fleet: Fleet,
  { about, at, events }: Pick<RecordBody, 'at' | 'events'> & Pick<Decision, 'about'>,
): readonly Candidate[] => {
  const found = explainedIn(events, about)
  if (found === null) throw new Error(`the record does not decide on ${about}`)
  apply(fleet, events.slice(0, found.before), at)
  return candidates(fleet, found.explained, at)
}

const apply = (fleet: Fleet, events: RecordBody['events'], at: Instant): void => {
  for (const event of events) evolve(fleet, event, at)
  fleet.journal.keep()
}
