import type { Outcome } from '../command.ts'
import type { Lease } from '../lease.ts'
import { nextWarning } from '../policy/due.ts'
import type { Pool } from '../pool.ts'
import type { Draft } from './draft.ts'
import { end } from './lease.ts'
import { settle } from './settle.ts'
import { begin } from './steps.ts'

/** Leases looked at in one decision; the next tick takes up the rest. */
const LEASES_AT_ONCE = 500
const MINUTE = 60_000
/** Of a pool's machines, the share that may be away for a check at the same time; at least one. */
const CHECKED_AT_ONCE = 1 / 20

/** What follows from time alone: warnings, ends, probations, checks, and what those make possible. */
export const decideSweep = (draft: Draft): Outcome => {
  sweepLeases(draft)
  startProbations(draft)
  settle(draft)
  for (const pool of draft.fleet.pools.values()) {
    startChecks(draft, pool)
    stopSurplus(draft, pool)
  }
  return { type: 'nothing' }
}

const sweepLeases = (draft: Draft): void => {
  const { fleet, at } = draft
  for (let looked = 0; looked < LEASES_AT_ONCE; looked += 1) {
    const lease = fleet.dueLeases.first('all')
    if (lease === undefined || lease.dueAt > at) return
    if (lease.state.status === 'preparing') end(draft, lease, 'unprepared')
    else if (nextWarning(fleet.limits.warnMinutes, lease) === null) end(draft, lease, 'expired')
    else warn(draft, lease)
  }
}

/** Of several warnings that are due (Duffy was away), only the last is given. */
const warn = (draft: Draft, lease: Lease): void => {
  const { fleet, at } = draft
  if (lease.state.status !== 'active') return
  const { since, until } = lease.state
  const minutes = fleet.limits.warnMinutes.findLast(
    (each) => until - each * MINUTE <= at && until - since >= 2 * each * MINUTE,
  )!
  draft.emit({ type: 'leaseWarned', lease: lease.id, minutes })
  draft.tell(lease.address, { type: 'leaseEnding', lease: lease.id, until, minutes })
}

const startProbations = (draft: Draft): void => {
  const { fleet, at } = draft
  for (;;) {
    const machine = fleet.probations.first('all')
    if (machine?.state.status !== 'quarantined' || machine.state.probationAt > at) return
    begin(draft, machine.name, 'rebuild')
  }
}

/** Machines that have stood ready for long are seen to, longest first, while nobody waits. */
const startChecks = (draft: Draft, pool: Pool): void => {
  const { fleet, at } = draft
  if (!pool.steps.includes('check') || fleet.waiting.size(pool.type) > 0) return
  const most = Math.max(1, Math.floor(fleet.statuses.of(pool.name) * CHECKED_AT_ONCE))
  for (let away = fleet.statuses.of(`${pool.name}/checking`); away < most; away += 1) {
    const machine = fleet.uncheckedFirst.first(pool.name)
    if (machine === undefined || machine.checkedAt + pool.checkEveryMs > at) return
    begin(draft, machine.name, 'check')
  }
}

/** An elastic pool gives up what it has over its level once nobody waits. */
const stopSurplus = (draft: Draft, pool: Pool): void => {
  const { fleet } = draft
  if (pool.kind !== 'elastic' || fleet.waiting.size(pool.type) > 0) return
  const surplus = fleet.statuses.of(`${pool.name}/ready`) - pool.ready
  for (let stopped = 0; stopped < surplus; stopped += 1) {
    begin(draft, fleet.uncheckedFirst.first(pool.name)!.name, 'shutdown')
  }
}
