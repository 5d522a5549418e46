import { setTimeout as pause } from 'node:timers/promises'
import { evolve, historyWatch, violations, type AuditRecord, type Fleet, type Instant, type Verification } from '#core'
import { differences } from '../lane/differences.ts'
import { replay, type Evolve } from '../lane/replay.ts'
import type { Claim, Store } from '../store/port.ts'

/** Records read at a time while replaying: between pages, commands get their turn. */
const PAGE = 2_000
/** Faults told: enough to see what is wrong. */
const MOST = 100
/** How long a claim may outlive its run: the worker kills what is dropped with a grace of seconds. */
const SECOND_LOOK_MS = 10_000

/**
 * Whether all is as it must be: every record follows from the one before it, none of them tells of something unlawful,
 * replaying them gives the tables, the tables break no invariant, and every playbook that runs is owed. Commands go on
 * meanwhile: the tables are looked at as of one moment, the log up to it. `now` in milliseconds since 1970.
 */
export const verify = async (store: Store, now: number): Promise<Verification> => {
  const chain = await store.verifyChain()
  if (!chain.ok) {
    const fault = `record ${chain.brokenAt} does not follow from the one before it: the log was changed, or is damaged`
    return { ok: false, records: chain.brokenAt - 1, head: '', faults: [fault] }
  }
  const claims = await store.claims()
  const { fleet, head } = await store.load()
  const unlawful: string[] = []
  const replayed = await replay(recordsUpTo(store, head.seq), fleet.personal.values(), watched(unlawful))
  const faults = [
    ...unlawful,
    ...differences(replayed, fleet).map((difference) => `the log and the tables differ: ${difference}`),
    ...violations(fleet, now as Instant),
    ...(await unowed(store, fleet, claims)),
  ]
  return { ok: faults.length === 0, records: head.seq, head: head.hash, faults: faults.slice(0, MOST) }
}

const watched = (unlawful: string[]): Evolve => {
  const watch = historyWatch()
  return (fleet, event, at) => {
    watch.before(fleet, event)
    evolve(fleet, event, at)
    unlawful.push(...watch.after(fleet, event))
  }
}

/** Playbooks whose run is over. A result is recorded a moment before its claim goes, so that only a second look tells. */
const unowed = async (store: Store, fleet: Fleet, claims: readonly Claim[]): Promise<string[]> => {
  const suspects = claims.filter(({ run }) => !fleet.runs.has(run))
  if (suspects.length === 0) return []
  await pause(SECOND_LOOK_MS)
  const still = new Set((await store.claims()).map(({ run }) => run))
  return suspects.flatMap(({ run, pgid }) =>
    still.has(run) ? [`process group ${pgid} performs run ${run}, which is not owed`] : [],
  )
}

async function* recordsUpTo(store: Store, seq: number): AsyncGenerator<AuditRecord> {
  for (let after = 0; after < seq;) {
    const page = await store.records(after, Math.min(PAGE, seq - after))
    if (page.length === 0) return
    yield* page
    after = page.at(-1)!.seq
  }
}
