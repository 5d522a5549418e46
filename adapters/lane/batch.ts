import {
  recordAfter,
  type Asked,
  type AuditRecord,
  type Decision,
  type Event,
  type Fleet,
  type Hash,
  type Instant,
  type Notice,
  type RunEnding,
  type RunId,
} from '#core'
import type { Batch, Head, NewRecord, StoredAnswer } from '../store/port.ts'
import { Fault } from './errors.ts'
import type { Answer, Waiting } from './line.ts'

export type Decide = (fleet: Fleet, asked: Asked) => Decision

/** What a batch of commands came to, in memory, with the head of the log after it; the fleet's journal has the changes. */
export interface Decided extends Omit<Batch, 'changes'>, Omit<Head, 'turn'> {
  /** One for each command, in order. */
  readonly replies: readonly (Answer | Fault)[]
}

export interface BatchPorts {
  readonly fleet: Fleet
  readonly decide: Decide
  readonly clock: () => number
  readonly hash: Hash
}

/**
 * Decides commands one after the other, each seeing what those before it did. `known` has the answers that were given
 * before; those given here join them, so that twins in a batch share one. A command that throws leaves no trace.
 */
export const decideBatch = (
  { fleet, decide, clock, hash }: BatchPorts,
  batch: readonly Waiting[],
  { head, known }: { readonly head: Omit<Head, 'turn'>; readonly known: Map<string, StoredAnswer> },
): Decided => {
  const replies: (Answer | Fault)[] = []
  const records: NewRecord[] = []
  const answers: StoredAnswer[] = []
  const notices: Notice[] = []
  const runEnds = new Map<RunId, RunEnding>()
  let { at } = head
  let last: Pick<AuditRecord, 'seq' | 'hash'> = head

  for (const { asked, key, digest } of batch) {
    const before = key === null ? undefined : known.get(key)
    if (before !== undefined) {
      replies.push(before.command === digest ? again(before) : usedBefore(asked.id))
      continue
    }
    at = Math.max(at, clock()) as Instant
    const decision = attempt(fleet, decide, { ...asked, at })
    if (decision instanceof Fault) {
      replies.push(decision)
      continue
    }
    const answer = answerOf(decision)
    replies.push(answer)
    if (key !== null) {
      const kept = { key, command: digest, answer: JSON.stringify(answer), at }
      answers.push(kept)
      known.set(key, kept)
    }
    if (decision.type === 'refused') continue
    notices.push(...decision.notices)
    if (decision.events.length === 0) continue
    for (const event of decision.events) noteEnd(runEnds, event, at)
    const { by, events } = decision
    const record = recordAfter(last, { asked: { ...asked, at }, by, events }, hash)
    records.push({ ...record, at, by, door: asked.door, key: asked.id })
    last = record
  }
  return { replies, records, answers, notices, runEnds, seq: last.seq, hash: last.hash, at }
}

/** A refusal is to change nothing, and a fault must not: both are taken back to where the command began. */
const attempt = (fleet: Fleet, decide: Decide, asked: Asked): Decision | Fault => {
  const mark = fleet.journal.mark()
  try {
    const decision = decide(fleet, asked)
    if (decision.type === 'refused') fleet.journal.undoTo(mark)
    return decision
  } catch (cause) {
    fleet.journal.undoTo(mark)
    return new Fault('bug', cause)
  }
}

const answerOf = (decision: Decision): Answer =>
  decision.type === 'accepted' ? { type: 'accepted', outcome: decision.outcome } : decision

const again = ({ answer }: StoredAnswer): Answer => ({ ...(JSON.parse(answer) as Answer), repeat: true })

const usedBefore = (id: string | null): Answer => ({ type: 'refused', refusal: { type: 'idUsedBefore', id: id ?? '' } })

/** A run that has ended is gone from the fleet; its row keeps how. */
const noteEnd = (ends: Map<RunId, RunEnding>, event: Event, at: Instant): void => {
  if (event.type === 'runDropped') ends.set(event.run, { at, outcome: 'dropped', message: '' })
  if (event.type !== 'runEnded') return
  const { result } = event
  ends.set(event.run, { at, outcome: result.outcome, message: result.outcome === 'ok' ? '' : result.message })
}
