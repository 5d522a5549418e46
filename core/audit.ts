import type { Asked, Command } from './command.ts'
import type { Event } from './event.ts'
import type { Instant, PersonId } from './id.ts'

/** The shape of record bodies; a reader knows older ones for ever. */
export const RECORD_VERSION = 1

/** What one command came to, as the log keeps it. */
export interface RecordBody {
  readonly v: typeof RECORD_VERSION
  readonly at: Instant
  /** `duffy` where Duffy acted by itself. */
  readonly by: PersonId | 'duffy'
  readonly door: string
  readonly id: string | null
  readonly do: Command['do']
  readonly events: readonly Event[]
}

/** A body in its place in the chain. `seq` is gapless from 1; `text` is the body exactly as hashed. */
export interface AuditRecord {
  readonly seq: number
  readonly text: string
  readonly hash: string
}

/** SHA-256 in lower-case hex, handed in: core has no packages. */
export type Hash = (text: string) => string

/** What the first record is chained to. */
export const NO_HASH = '0'.repeat(64)

/** The next link: binds a body to its place and to all that came before. */
export const chain = (hash: Hash, previous: string, seq: number, text: string): string =>
  hash(`${previous}\n${seq}\n${text}`)

/** What an accepted command came to, as the record that follows the last one, or as the first if there is none yet. */
export const recordAfter = (
  last: Pick<AuditRecord, 'seq' | 'hash'> = { seq: 0, hash: NO_HASH },
  { asked, by, events }: { readonly asked: Asked } & Pick<RecordBody, 'by' | 'events'>,
  hash: Hash,
): AuditRecord => {
  const { at, door, id, command } = asked
  const seq = last.seq + 1
  const text = JSON.stringify({ v: RECORD_VERSION, at, by, door, id, do: command.do, events } satisfies RecordBody)
  return { seq, text, hash: chain(hash, last.hash, seq, text) }
}

/** The first record that does not follow from the one before it, or null if the chain holds. */
export const brokenLink = (
  records: Iterable<AuditRecord>,
  hash: Hash,
  from = { seq: 0, hash: NO_HASH },
): number | null => {
  let { seq, hash: previous } = from
  for (const record of records) {
    if (record.seq !== seq + 1 || record.hash !== chain(hash, previous, record.seq, record.text)) return seq + 1
    seq = record.seq
    previous = record.hash
  }
  return null
}

/** What looking over the log and the tables came to. */
export interface Verification {
  readonly ok: boolean
  readonly records: number
  /** Hash of the last record. */
  readonly head: string
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[]
}
