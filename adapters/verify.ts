import { violations, type AuditRecord } from '#core'
import { differences } from './lane/differences.ts'
import { replay } from './lane/replay.ts'
import type { Store } from './store/port.ts'

export interface Verification {
  readonly ok: boolean
  readonly records: number
  /** Hash of the last record. */
  readonly head: string
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[]
}

/** Records read at a time while replaying: between pages, commands get their turn. */
const PAGE = 2_000

/**
 * Whether all is as it must be: every record follows from the one before it, replaying them gives the tables, and the
 * tables break no invariant. Commands go on meanwhile: the tables are looked at as of one moment, the log up to it.
 */
export const verify = async (store: Store): Promise<Verification> => {
  const chain = await store.verifyChain()
  if (!chain.ok) {
    const fault = `record ${chain.brokenAt} does not follow from the one before it: the log was changed, or is damaged`
    return { ok: false, records: chain.brokenAt - 1, head: '', faults: [fault] }
  }
  const { fleet, head } = await store.load()
  const replayed = await replay(recordsUpTo(store, head.seq), fleet.personal.values())
  const apart = differences(replayed, fleet).map((difference) => `the log and the tables differ: ${difference}`)
  const faults = [...apart, ...violations(fleet)]
  return { ok: faults.length === 0, records: head.seq, head: head.hash, faults }
}

async function* recordsUpTo(store: Store, seq: number): AsyncGenerator<AuditRecord> {
  for (let after = 0; after < seq;) {
    const page = await store.records(after, Math.min(PAGE, seq - after))
    if (page.length === 0) return
    yield* page
    after = page.at(-1)!.seq
  }
}
