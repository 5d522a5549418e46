import {
  recordAfter,
  refused,
  saysMore,
  type Asked,
  type AuditRecord,
  type Decision,
  type Event,
  type Fleet,
  type Hash,
  type Instant,
  type Notice,
  type Refused,
  type RunEnding,
  type RunId,
} from '#core'
import type { Batch, Head, NewRecord, StoredAnswer } from '../store/port.ts'
import { Fault } from './errors.ts'
import type { Answer, Waiting } from './line.ts'
import type { Refusals } from './refusals.ts'

export type Decide = (fleet: Fleet, asked: Asked) => Decision

/** What a batch of commands came to, in memory, with the head of the log after it; the fleet's journal has the changes. */
export interface Decided extends Omit<Batch, 'changes'>, Omit<Head, 'turn'> {
  /** One for each command, in order. */
  readonly replies: readonly (Answer | Fault)[]
  /** To be remembered once they are told. */
  readonly refused: readonly Refused[]
}

export interface BatchPorts {
  readonly fleet: Fleet
  readonly decide: Decide
  readonly clock: () => number
  readonly hash: Hash
  readonly refusals: Pick<Refusals, 'explains'>
}

/**
 * Decides commands one after the other, each seeing what those before it did. `known` has the answers that were given
 * before; those given here join them, so that twins in a batch share one. A command that throws leaves no trace.
 */
export const decideBatch = (
  ports: BatchPorts,
  batch: readonly Waiting[],
  { head, known }: { readonly head: Omit<Head, 'turn'>; readonly known: Map<string, StoredAnswer> },
): Decided => {
  const { clock, hash } = ports
  const replies: (Answer | Fault)[] = []
  const records: NewRecord[] = []
  const answers: StoredAnswer[] = []
  const notices: Notice[] = []
  const remembered: Refused[] = []
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
    const attempted = attempt(ports, { ...asked, at })
    if (attempted instanceof Fault) {
      replies.push(attempted)
      continue
    }
    const { decision, no } = attempted
    if (no !== null) remembered.push(no)
    const answer = answerOf(decision, no)
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
  return { replies, records, answers, notices, refused: remembered, runEnds, seq: last.seq, hash: last.hash, at }
}

interface Attempted {
  readonly decision: Decision
  /** A refusal, as it is to be remembered; null: it is not. */
  readonly no: Refused | null
}

/** A refusal is to change nothing, and a fault must not: both are taken back to where the command began. */
const attempt = ({ fleet, decide, hash, refusals }: BatchPorts, asked: Asked): Attempted | Fault => {
  const mark = fleet.journal.mark()
  try {
    const decision = decide(fleet, asked)
    if (decision.type === 'accepted') return { decision, no: null }
    fleet.journal.undoTo(mark)
    return { decision, no: refusals.explains(asked.door) ? refused(fleet, asked, decision.refusal, hash) : null }
  } catch (cause) {
    fleet.journal.undoTo(mark)
    return new Fault('bug', cause)
  }
}

const answerOf = (decision: Decision, no: Refused | null): Answer => {
  if (decision.type === 'accepted') return { type: 'accepted', outcome: decision.outcome }
  return no === null ? decision : { ...decision, why: { ref: no.ref, more: saysMore(no) } }
}

const again = ({ answer }: StoredAnswer): Answer => ({ ...(JSON.parse(answer) as Answer), repeat: true })

const usedBefore = (id: string | null): Answer => ({ type: 'refused', refusal: { type: 'idUsedBefore', id: id ?? '' } })

/** A run that has ended is gone from the fleet; its row keeps how. */
const noteEnd = (ends: Map<RunId, RunEnding>, event: Event, at: Instant): void => {
  if (event.type === 'runDropped') ends.set(event.run, { at, outcome: 'dropped', message: '' })
  if (event.type !== 'runEnded') return
  const { result } = event
  ends.set(event.run, { at, outcome: result.outcome, message: result.outcome === 'ok' ? '' : result.message })
}
