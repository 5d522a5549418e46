import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, MachineName } from '../id.ts'
import { NEW_HEALTH, type Machine } from '../machine.ts'
import { afterProbation, relapses } from '../policy/health.ts'
import { note } from './health.ts'

type MachineEvent = Extract<
  Event,
  {
    type:
      | 'machineEnrolled'
      | 'machineConfigured'
      | 'machineDrained'
      | 'machineRetired'
      | 'machineReadied'
      | 'machineStopped'
      | 'machineQuarantined'
      | 'maintenanceSet'
      | 'maintenanceBegun'
      | 'maintenanceEnded'
      | 'machineReadmitted'
      | 'machineReported'
  }
>

export const evolveMachine = (fleet: Fleet, event: MachineEvent, at: Instant): void => {
  switch (event.type) {
    case 'machineEnrolled':
      return enrol(fleet, event, at)
    case 'machineConfigured': {
      const { chassis, labels, variables } = event
      return patchMachine(fleet, event.machine, { chassis, labels, variables, configured: true })
    }
    case 'machineDrained':
      return patchMachine(fleet, event.machine, { configured: false })
    case 'machineRetired':
      return patchMachine(fleet, event.machine, { state: { status: 'retired', since: at }, access: null })
    case 'machineReadied': {
      const machine = fleet.machines.need(event.machine)
      const { state, idleSince, failures, health } = machine
      const worked = state.status === 'recycling' || state.status === 'rebuilding' || health.probation !== null
      const isWell = state.status === 'checking' || state.status === 'burning'
      return patchMachine(fleet, event.machine, {
        state: { status: 'ready' },
        failures: isWell ? 0 : failures,
        checkedAt: at,
        idleSince: worked ? at : idleSince,
        health: afterProbation(health, fleet.poolOf(machine).health.falseAlarmEvery),
      })
    }
    case 'machineStopped':
      return patchMachine(fleet, event.machine, { state: { status: 'enrolled' }, idleSince: at, access: null })
    case 'machineQuarantined': {
      const { failure, probationAt } = event
      const machine = fleet.machines.need(event.machine)
      const { probation, quarantines } = machine.health
      const isBack = probation === 'failures' || probation === 'outcomes'
      return patchMachine(fleet, event.machine, {
        state: { status: 'quarantined', failure, since: at, probationAt },
        health: {
          ...NEW_HEALTH,
          probation: isBack ? probation : failure.type === 'outcomes' ? 'outcomes' : 'failures',
          quarantines: isBack ? quarantines : relapses(fleet, machine, at),
        },
      })
    }
    case 'machineReadmitted': {
      const { health } = fleet.machines.need(event.machine)
      return patchMachine(fleet, event.machine, { health: { ...health, quarantines: [] } })
    }
    case 'machineReported': {
      note(fleet, event.machine, 'lease', true)
      const { health } = fleet.machines.need(event.machine)
      return patchMachine(fleet, event.machine, { health: { ...health, probation: 'reported' } })
    }
    case 'maintenanceSet':
      return patchMachine(fleet, event.machine, { maintenance: event.window })
    case 'maintenanceBegun':
      return patchMachine(fleet, event.machine, { state: { status: 'maintenance', since: at, was: event.was } })
    case 'maintenanceEnded': {
      const { state, failures } = fleet.machines.need(event.machine)
      // Somebody has seen to it: what failed before says nothing of it any more.
      const mended = state.status === 'maintenance'
      return patchMachine(fleet, event.machine, { maintenance: null, failures: mended ? 0 : failures })
    }
  }
}

/** Replaces parts of a machine; every event about one comes down to this. */
export const patchMachine = (fleet: Fleet, name: MachineName, patch: Partial<Machine>): void =>
  fleet.machines.put(name, { ...fleet.machines.need(name), ...patch })

/** A name that comes back from retirement keeps its number, its fence and its wear. */
const enrol = (fleet: Fleet, event: Extract<MachineEvent, { type: 'machineEnrolled' }>, at: Instant): void => {
  const { machine: name, number, pool, platform, chassis, labels, variables, attempts } = event
  const before = fleet.machines.get(name)
  if (before === undefined) fleet.counters.put('machine', number)
  fleet.machines.put(name, {
    name,
    number,
    pool,
    type: fleet.pools.need(pool).type,
    platform,
    chassis,
    arch: fleet.platforms.need(platform).arch,
    labels,
    variables,
    configured: true,
    fence: before?.fence ?? 0,
    attempts,
    uses: before?.uses ?? 0,
    burnins: before?.burnins ?? 0,
    leasedMs: before?.leasedMs ?? 0,
    lastUsedAt: before?.lastUsedAt ?? null,
    workedAt: at,
    failures: 0,
    health: NEW_HEALTH,
    idleSince: at,
    checkedAt: at,
    access: null,
    facts: {},
    data: before?.data ?? {},
    maintenance: before?.maintenance ?? null,
    state: { status: 'enrolled' },
  })
}
