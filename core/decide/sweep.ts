import type { Outcome } from '../command.ts'
import type { Lease } from '../lease.ts'
import { dueWarning } from '../policy/due.ts'
import type { Pool } from '../pool.ts'
import type { Draft } from './draft.ts'
import { end } from './lease.ts'
import { settle } from './settle.ts'
import { begin } from './steps.ts'

/** Leases looked at in one decision; the next tick takes up the rest. */
const LEASES_AT_ONCE = 500
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
    else if (!warn(draft, lease)) end(draft, lease, 'expired')
  }
}

/** Gives the warning that is due; false if it is the end that is. */
const warn = (draft: Draft, lease: Lease): boolean => {
  const { fleet, at } = draft
  const minutes = dueWarning(fleet.limits.warnMinutes, lease, at)
  if (minutes === null || lease.state.status !== 'active') return false
  const { until } = lease.state
  draft.emit({ type: 'leaseWarned', lease: lease.id, minutes })
  draft.tell(lease.address, { type: 'leaseEnding', lease: lease.id, until, minutes })
  return true
}

const startProbations = (draft: Draft): void => {
  const { fleet, at } = draft
  for (;;) {
    const machine = fleet.probations.first('all')
    if (machine?.state.status !== 'quarantined' || machine.state.probationAt > at) return
    const { steps, afterLease } = fleet.poolOf(machine)
    begin(draft, machine.name, steps.includes('rebuild') ? 'rebuild' : afterLease)
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
