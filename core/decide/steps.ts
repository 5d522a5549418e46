import type { Instant, LeaseId, MachineName } from '../id.ts'
import { missing, type Lease } from '../lease.ts'
import { isDueForMaintenance, isOpen, type Machine, type OutcomeCount } from '../machine.ts'
import { relapses, unwell, usualRate } from '../policy/health.ts'
import { levelOf } from '../policy/level.ts'
import type { OutcomeFigures, Run, RunResult, Step, StepFailure } from '../run.ts'
import { DAY } from '../time.ts'
import { collectionOf } from './collect.ts'
import type { Draft } from './draft.ts'

/** The longest pause between two tries of anything. */
const LONGEST_PAUSE_MS = DAY

/** Puts a machine into a step: as a run, or, where its driver has no such step, as if it had succeeded at once. */
export const begin = (draft: Draft, name: MachineName, step: Step, lease: LeaseId | null = null): void => {
  const machine = draft.fleet.machines.need(name)
  if (draft.fleet.poolOf(machine).steps.includes(step)) draft.owe(step, machine, lease)
  else succeeded(draft, machine, step, lease)
}

/** It is installed anew and then checked, before it is ready again. */
export const startProbation = (draft: Draft, machine: Machine): void => {
  const { steps, afterLease } = draft.fleet.poolOf(machine)
  begin(draft, machine.name, steps.includes('rebuild') ? 'rebuild' : afterLease)
}

/** What follows a step that went well. */
export const succeeded = (draft: Draft, machine: Machine, step: Step, lease: LeaseId | null): void => {
  switch (step) {
    case 'provision':
    case 'recycle':
    case 'rebuild':
      return machine.configured && machine.health.probation !== null
        ? begin(draft, machine.name, 'check')
        : putInService(draft, machine)
    case 'check':
      return putInService(draft, machine)
    case 'burnin':
      return isSurplus(draft, machine) ? begin(draft, machine.name, 'shutdown') : putInService(draft, machine)
    case 'grant':
      draft.emit({ type: 'machineOpened', lease: lease!, machine: machine.name })
      return activate(draft, lease!)
    case 'collect':
      return begin(draft, machine.name, 'revoke', lease)
    case 'revoke':
      return clean(draft, machine)
    case 'shutdown':
      draft.emit(
        machine.configured
          ? { type: 'machineStopped', machine: machine.name }
          : { type: 'machineRetired', machine: machine.name },
      )
  }
}

/** Unless its outcomes are against it. */
const putInService = (draft: Draft, machine: Machine): void => {
  if (!machine.configured) return begin(draft, machine.name, 'shutdown')
  const figures = unwell(draft.fleet, machine)
  if (figures === null) draft.emit({ type: 'machineReadied', machine: machine.name })
  else quarantine(draft, machine, figuresOf(draft, machine, figures, ''))
}

/** What follows a step that did not: again after a pause, or out of service. A failed grant costs the lease nothing but this machine. */
export const failed = (
  draft: Draft,
  machine: Machine,
  run: Run,
  result: Exclude<RunResult, { outcome: 'ok' }>,
): void => {
  const pool = draft.fleet.poolOf(machine)
  // Nothing is held against a machine of which nothing could be collected.
  if (run.step === 'collect') return succeeded(draft, machine, run.step, run.lease)
  if (run.step === 'grant') {
    draft.emit({ type: 'machineLeft', lease: run.lease!, machine: machine.name, how: 'failed' })
  }
  if (machine.failures >= pool.failureLimit && run.step !== 'revoke')
    return quarantine(draft, machine, {
      type: 'inARow',
      step: run.step,
      inARow: machine.failures,
      message: result.message,
    })
  const figures = run.step === 'revoke' ? null : unwell(draft.fleet, machine)
  if (figures !== null)
    return quarantine(draft, machine, figuresOf(draft, machine, figures, `${run.step}: ${result.message}`))
  switch (run.step) {
    case 'grant':
    case 'check':
    case 'burnin':
    case 'revoke':
      return clean(draft, machine)
    case 'provision':
    case 'recycle':
    case 'rebuild':
    case 'shutdown':
      if (isDueForMaintenance(machine, draft.at))
        return draft.emit({ type: 'maintenanceBegun', machine: machine.name, was: 'faulty' })
      return draft.owe(run.step, machine, run.lease, {
        attempt: run.attempt + 1,
        dueAt: (draft.at + pause(pool.backoffMs, run.attempt - 1)) as Instant,
      })
  }
}

/** Takes machines of a lease back: what was asked for is collected, and its holder is shut out before anything else happens. */
export const takeBack = (
  draft: Draft,
  machines: readonly MachineName[],
  lease: Lease,
  paths: readonly string[] | undefined,
): void => {
  for (const name of machines) {
    const machine = draft.fleet.machines.need(name)
    const { state } = machine
    if (state.status === 'leased' && state.grant !== null) draft.emit({ type: 'runDropped', run: state.grant })
    const collect = collectionOf(draft, name, lease, paths)
    if (collect === null) begin(draft, name, 'revoke', lease.id)
    else draft.owe('collect', machine, lease.id, { attempt: 1, dueAt: draft.at, collect })
  }
}

/** The lease is its holder's to use once every machine of it is open. */
export const activate = (draft: Draft, id: LeaseId): void => {
  const { fleet, at } = draft
  const lease = fleet.leases.need(id)
  if (lease.state.status !== 'preparing' || missing(lease) > 0 || lease.machines.length === 0) return
  if (!lease.machines.every(({ machine }) => isOpen(fleet.machines.need(machine)))) return
  draft.emit({ type: 'leaseActivated', lease: id, until: (at + lease.durationMs) as Instant })
  draft.tell(lease.address, { type: 'leaseReady', lease: id })
}

/**
 * Never from one tenant to the next without this; as thoroughly as can be, if something may be wrong with it. A machine whose
 * maintenance is due is made clean after it.
 */
export const clean = (draft: Draft, machine: Machine): void => {
  if (isDueForMaintenance(machine, draft.at))
    return draft.emit({ type: 'maintenanceBegun', machine: machine.name, was: 'used' })
  const { afterLease, steps } = draft.fleet.poolOf(machine)
  const thorough = machine.health.probation !== null && steps.includes('rebuild') ? 'rebuild' : afterLease
  begin(draft, machine.name, machine.configured ? thorough : 'shutdown')
}

/** Woken for its burn-in alone, or to go: nobody needs it on. */
const isSurplus = ({ fleet, at }: Draft, machine: Machine): boolean => {
  const pool = fleet.poolOf(machine)
  if (!machine.configured) return true
  const { afterLease, name } = pool
  return afterLease === 'shutdown' && fleet.statuses.of(`${name}/ready`) >= levelOf(fleet, pool, at).machines
}

const figuresOf = ({ fleet }: Draft, { platform }: Machine, count: OutcomeCount, message: string): OutcomeFigures => {
  const usual = Math.round(usualRate(fleet, platform) * 1000) / 1000
  return { type: 'outcomes', failed: count.failed, outcomes: count.outcomes, platform, usual, message }
}

/** A machine that was quarantined too often stays so; one that fails its probation was not let out meanwhile. */
const quarantine = (draft: Draft, machine: Machine, failure: StepFailure | OutcomeFigures): void => {
  // Nobody will lend it again: there is nothing to try it for.
  if (!machine.configured) return draft.emit({ type: 'machineRetired', machine: machine.name })
  const { failureLimit, probationMs, health } = draft.fleet.poolOf(machine)
  const isNew = machine.health.probation === null || machine.health.probation === 'reported'
  const stays = isNew && relapses(draft.fleet, machine, draft.at).length > health.quarantinesMost
  const times = Math.max(0, machine.failures - failureLimit)
  draft.emit({
    type: 'machineQuarantined',
    machine: machine.name,
    failure,
    probationAt: stays ? null : ((draft.at + pause(probationMs, times)) as Instant),
  })
}

/** Doubled each time, within reason. */
const pause = (firstMs: number, times: number): number => Math.min(firstMs * 2 ** Math.min(times, 30), LONGEST_PAUSE_MS)
