import { brokenLink, type AuditRecord, type Fleet, type Hash } from '#core'
import type { Head, Turn } from '../store/port.ts'
import { Stopped } from './errors.ts'
import { applyRecord, type Evolve } from './replay.ts'

type Log = Pick<Turn, 'recordsAfter' | 'personalAfter'>

interface CatchUpPorts {
  readonly fleet: Fleet
  readonly hash: Hash
  readonly evolve: Evolve
}

/**
 * Takes into the fleet what was committed after `head`: by others, or by ourselves without our knowing. `turn` is the one
 * that we have now. Throws `Stopped` if the log does not go on from where we are: it has lost what callers were told, or
 * belongs to somebody else, and nothing in memory can be trusted any more.
 */
export const catchUp = async (
  { fleet, hash, evolve }: CatchUpPorts,
  log: Log,
  { head, turn }: { readonly head: Head; readonly turn: number },
): Promise<{ readonly head: Head; readonly records: readonly AuditRecord[] }> => {
  if (turn <= head.turn) throw stopped(`the store has had ${turn - 1} turns, ${head.turn} are known here`)
  const records = await recordsAfter(log, head)
  const broken = brokenLink(records, hash, head)
  if (broken !== null) throw stopped(`record ${broken} of the store does not follow from the one before it`)
  for (const { ref, text } of await log.personalAfter(head.turn)) {
    if (text === null) fleet.personal.remove(ref)
    else fleet.personal.put(ref, { ref, text })
  }
  let { seq, hash: link, at } = head
  for (const record of records) {
    try {
      at = applyRecord(fleet, record, evolve)
    } catch (cause) {
      throw stopped(`record ${record.seq} of the store cannot be understood here`, cause)
    }
    seq = record.seq
    link = record.hash
  }
  return { head: { turn: turn - 1, seq, hash: link, at }, records }
}

/** Reads from our own last record, which must still be there. */
const recordsAfter = async (log: Log, { seq, hash }: Head): Promise<readonly AuditRecord[]> => {
  if (seq === 0) return log.recordsAfter(0)
  const [ours, ...news] = await log.recordsAfter(seq - 1)
  if (ours?.hash !== hash) throw stopped(`record ${seq} of the store is not the one that was written here`)
  return news
}

const stopped = (why: string, cause?: unknown): Stopped =>
  new Stopped(`Duffy has stopped: ${why}. Find out which copy of the store is right, then start again.`, { cause })
