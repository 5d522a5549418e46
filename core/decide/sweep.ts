import type { Outcome } from '../command.ts'
import type { Fleet } from '../fleet.ts'
import type { LeaseId } from '../id.ts'
import { burninAfterMs, burninLine, burninsAtOnce, byIdleness, hasIdleLimit, isAwaited } from '../policy/idle.ts'
import { keptLevel, levelOf, stopsSurplus } from '../policy/level.ts'
import { isExpected } from '../policy/reservation.ts'
import type { Machine } from '../machine.ts'
import type { Pool } from '../pool.ts'
import { SECOND } from '../time.ts'
import type { Draft } from './draft.ts'
import { end } from './lease.ts'
import { tellOperators } from './operators.ts'
import { tellReserved } from './reserve.ts'
import { settle } from './settle.ts'
import { begin, startProbation } from './steps.ts'
import { tellWarned, warn, type Warned } from './warn.ts'

/** Leases looked at in one decision; the next tick takes up the rest. */
const LEASES_AT_ONCE = 500
/** Of a pool's machines, the share that may be away for a check at the same time; at least one. */
const CHECKED_AT_ONCE = 1 / 20

/** How long after its deadline a collection may take to be killed, until nobody waits for what is left of it. */
const KILLING_MS = 30 * SECOND

/** What follows from time alone: warnings, ends, probations, checks, and what those make possible. */
export const decideSweep = (draft: Draft): Outcome => {
  sweepLeases(draft)
  endCollections(draft)
  startProbations(draft)
  settle(draft)
  tellReserved(draft)
  tellOperators(draft)
  for (const pool of draft.fleet.pools.values()) {
    // First, since a burn-in shows what a check does, and more.
    startBurnins(draft, pool)
    startChecks(draft, pool)
    stopSurplus(draft, pool)
  }
  return { type: 'nothing' }
}

const sweepLeases = (draft: Draft): void => {
  const { fleet, at } = draft
  const warned: Warned[] = []
  for (let looked = 0; looked < LEASES_AT_ONCE; looked += 1) {
    const lease = fleet.dueLeases.first('all')
    if (lease === undefined || lease.dueAt > at) break
    const warning = warn(draft, lease)
    if (warning !== null) warned.push(warning)
    else end(draft, lease, lease.state.status === 'preparing' ? 'unprepared' : 'expired')
  }
  tellWarned(draft, warned)
}

/** Whatever becomes of a collection, its machine does not wait for it beyond its deadline. */
const endCollections = (draft: Draft): void => {
  const { fleet, at } = draft
  for (const run of [...fleet.collecting.of('all')]) {
    if (run.collect === undefined || run.collect.until + KILLING_MS > at) continue
    draft.emit({ type: 'runDropped', run: run.id })
    begin(draft, run.machine, 'revoke', run.lease)
  }
}

const startProbations = (draft: Draft): void => {
  const { fleet, at } = draft
  for (;;) {
    const machine = fleet.probations.first('all')
    if (machine?.state.status !== 'quarantined' || machine.state.probationAt === null || machine.state.probationAt > at)
      return
    startProbation(draft, machine)
  }
}

/** Machines that have stood ready for long are seen to, longest first, while nobody waits. */
const startChecks = (draft: Draft, pool: Pool): void => {
  const { fleet, at } = draft
  if (!pool.steps.includes('check') || fleet.waiting.size(pool.type) > 0 || isExpected(fleet, pool, at)) return
  const most = Math.max(1, Math.floor(fleet.statuses.of(pool.name) * CHECKED_AT_ONCE))
  for (let away = fleet.statuses.of(`${pool.name}/checking`); away < most; away += 1) {
    const machine = fleet.uncheckedFirst.first(pool.name)
    if (machine === undefined || machine.checkedAt + pool.checkEveryMs > at) return
    begin(draft, machine.name, 'check')
  }
}

/**
 * Machines that nobody has had for long are worked by Duffy itself, longest idle first, a few at a time, while nobody waits
 * who would take them. One that is off is woken for it.
 */
const startBurnins = (draft: Draft, pool: Pool): void => {
  const { fleet, at } = draft
  if (!hasIdleLimit(pool) || isExpected(fleet, pool, at)) return
  const machines = fleet.statuses.of(pool.name)
  const idleFrom = at - burninAfterMs(pool, machines)
  const away = fleet.statuses.of(`${pool.name}/burning`) + fleet.statuses.of(`${pool.name}/provisioning`)
  for (let more = burninsAtOnce(machines) - away; more > 0; more -= 1) {
    const machine = longestIdle(fleet, pool, idleFrom)
    if (machine === undefined) return
    begin(draft, machine.name, machine.state.status === 'ready' ? 'burnin' : 'provision')
  }
}

/** Of the machines not worked since an instant and wanted by nobody; one that may be unwell only if no other is due. */
const longestIdle = (fleet: Fleet, { name }: Pool, idleFrom: number): Machine | undefined => {
  const shapes = fleet.stocks.all().flatMap(({ shape }) => (shape.pool === name ? [shape] : []))
  for (const doubted of [false, true]) {
    const due = shapes.flatMap((shape) => {
      const idlest = fleet.idlest.first(burninLine(shape.key, doubted))
      return idlest !== undefined && idlest.workedAt <= idleFrom && !isAwaited(fleet, shape) ? [idlest] : []
    })
    if (due.length > 0) return due.toSorted(byIdleness)[0]
  }
  return undefined
}

/** A pool gives up what it has over its level once nobody waits. */
const stopSurplus = (draft: Draft, pool: Pool): void => {
  const { fleet, at } = draft
  if (!stopsSurplus(pool) || fleet.waiting.size(pool.type) > 0 || isExpected(fleet, pool, at)) return
  const ready = fleet.statuses.of(`${pool.name}/ready`)
  if (ready <= levelOf(fleet, pool, at).machines) return
  const surplus = ready - keptLevel(fleet, pool, at)
  for (let stopped = 0; stopped < surplus; stopped += 1) {
    begin(draft, fleet.uncheckedFirst.first(pool.name)!.name, 'shutdown')
  }
}

/** Duffy starts, and these were to be warned when it went away: what it did not try to say counts as not said. */
export const decideNoteUnwarned = (draft: Draft, leases: readonly LeaseId[]): Outcome => {
  for (const id of leases) {
    const lease = draft.fleet.leases.get(id)
    if (lease?.state.status === 'active' && lease.warned !== null) draft.emit({ type: 'warningMissed', lease: id })
  }
  return { type: 'nothing' }
}
