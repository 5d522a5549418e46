import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, LeaseId, MachineName, TenantName } from '../id.ts'
import { calibrationOf, withScore } from '../estimate/calibration.ts'
import { withLease } from '../estimate/habit.ts'
import { entitlement, type Lease, type LeaseEnd } from '../lease.ts'
import { dueAt, dueWarning } from '../policy/due.ts'
import { withDemand } from '../policy/demand.ts'
import { granted } from '../policy/fairness.ts'
import type { MachineRequest } from '../request.ts'
import { hoursSinceMonday } from '../week.ts'
import { isOpen } from '../machine.ts'
import { note } from './health.ts'
import { patchMachine } from './machine.ts'
import { closeRequest } from './request.ts'
import { patchTenant } from './tenant.ts'

type LeaseEvent = Extract<
  Event,
  {
    type:
      | 'leaseGranted'
      | 'machineSupplied'
      | 'machineOpened'
      | 'machineLeft'
      | 'leaseActivated'
      | 'leaseExtended'
      | 'leaseShortened'
      | 'leaseHeld'
      | 'leaseWarned'
      | 'leaseSpared'
      | 'warningMissed'
      | 'reminderSet'
      | 'leaseReminded'
      | 'leaseEnded'
  }
>

export const evolveLease = (fleet: Fleet, event: LeaseEvent, at: Instant): void => {
  switch (event.type) {
    case 'leaseGranted':
      return grant(fleet, event, at)
    case 'machineSupplied':
      take(fleet, event.machine, event.lease, at)
      return patchLease(fleet, event.lease, ({ machines }) => ({
        machines: [...machines, { machine: event.machine, fence: fleet.machines.need(event.machine).fence }],
      }))
    case 'machineOpened': {
      const { state } = fleet.machines.need(event.machine)
      if (state.status !== 'leased') throw new Error(`${event.machine} is ${state.status}, and cannot be opened`)
      return patchMachine(fleet, event.machine, { state: { ...state, grant: null }, failures: 0 })
    }
    case 'machineLeft':
      if (event.how === 'returned') {
        hold(fleet, fleet.leases.need(event.lease).tenant, -1)
        worked(fleet, event.machine, at)
      }
      return patchLease(fleet, event.lease, ({ machines, returned }) => ({
        machines: machines.filter(({ machine }) => machine !== event.machine),
        returned: returned + (event.how === 'returned' ? 1 : 0),
      }))
    case 'leaseActivated':
      return patchLease(fleet, event.lease, () => ({ state: { status: 'active', since: at, until: event.until } }))
    case 'leaseExtended':
    case 'leaseShortened':
      return patchLease(fleet, event.lease, (lease) => extend(fleet, lease, event.until, at))
    case 'leaseHeld':
      return patchLease(fleet, event.lease, (lease) => ({ ...extend(fleet, lease, event.until, at), hold: event.hold }))
    case 'leaseWarned':
      return patchLease(fleet, event.lease, ({ remindAt }) => ({
        warned: event.minutes,
        remindAt: remindAt !== null && remindAt <= at ? null : remindAt,
      }))
    case 'leaseSpared':
      return patchLease(fleet, event.lease, ({ state }) => ({
        state: state.status === 'active' ? { ...state, until: event.until } : state,
        spared: true,
      }))
    case 'warningMissed':
      return patchLease(fleet, event.lease, () => ({ warned: null }))
    case 'reminderSet':
      return patchLease(fleet, event.lease, () => ({ remindAt: event.at }))
    case 'leaseReminded':
      return patchLease(fleet, event.lease, () => ({ remindAt: null }))
    case 'leaseEnded': {
      const lease = fleet.leases.need(event.lease)
      hold(fleet, lease.tenant, -entitlement(lease))
      learnHabit(fleet, lease, event.how, at)
      for (const { machine } of lease.machines) worked(fleet, machine, at)
      if (event.how === 'unprepared') blameUnprepared(fleet, lease)
      patchLease(fleet, event.lease, () => ({ state: { status: 'ended', at, how: event.how } }))
      return fleet.leases.remove(event.lease)
    }
  }
}

/** Warnings start anew, but for those whose time is past already: whoever extends knows when it ends. */
const extend = (fleet: Fleet, lease: Lease, until: Instant, at: Instant): Partial<Lease> => {
  const since = lease.state.status === 'active' ? lease.state.since : at
  const state = { status: 'active', since, until } as const
  return { state, remindAt: null, warned: dueWarning(fleet.limits.warnMinutes, { ...lease, warned: null, state }, at) }
}

const grant = (fleet: Fleet, event: Extract<LeaseEvent, { type: 'leaseGranted' }>, at: Instant): void => {
  const request = fleet.requests.need(event.request)
  const { tenant, by, demand, durationMs, graceMs, keys, reason, metadata, address, build, collect, agent } = request
  fleet.counters.put(`granted ${demand.type}`, granted(fleet, request) + 1)
  closeRequest(fleet, request.id, { status: 'granted', at, lease: event.lease })
  score(fleet, request, at)
  for (const machine of event.machines) take(fleet, machine, event.lease, at)
  countDemand(fleet, event.machines, at)
  hold(fleet, tenant, event.machines.length)
  fleet.counters.put('lease', event.number)
  fleet.leases.put(event.lease, {
    id: event.lease,
    number: event.number,
    request: request.id,
    tenant,
    by,
    demand,
    durationMs,
    graceMs,
    keys,
    reason,
    metadata,
    address,
    grantedAt: at,
    choice: event.choice,
    why: event.why,
    machines: event.machines.map((machine) => ({ machine, fence: fleet.machines.need(machine).fence })),
    returned: 0,
    warned: null,
    remindAt: null,
    spared: false,
    hold: null,
    build,
    ...(collect !== undefined && { collect }),
    agent,
    dueAt: event.giveUpAt,
    state: { status: 'preparing', giveUpAt: event.giveUpAt },
  })
}

/** What is lent is what the levels of the weeks to come are predicted from, in pools that predict theirs. */
const countDemand = (fleet: Fleet, machines: readonly MachineName[], at: Instant): void => {
  const pools = Map.groupBy(machines, (name) => fleet.machines.need(name).pool)
  for (const [key, { length }] of pools) {
    if (typeof fleet.pools.need(key).ready === 'number') continue
    const counted = { key, machines: length, hour: hoursSinceMonday(at) }
    fleet.demand.put(key, withDemand(fleet.demand.get(key), counted))
  }
}

/** The machine is this lease's from here on; letting the tenant in is a run of its own. */
const take = (fleet: Fleet, name: MachineName, lease: LeaseId, at: Instant): void => {
  const machine = fleet.machines.need(name)
  if (machine.state.status !== 'ready') throw new Error(`${name} is ${machine.state.status}, and cannot be leased`)
  patchMachine(fleet, name, {
    state: { status: 'leased', lease, grant: null, since: at },
    fence: machine.fence + 1,
    attempts: machine.attempts + 1,
    uses: machine.uses + 1,
  })
}

/** Its part in a lease is over. One that nobody was let in to has not been worked. */
const worked = (fleet: Fleet, name: MachineName, at: Instant): void => {
  const { state, leasedMs, health } = fleet.machines.need(name)
  if (state.status !== 'leased' || state.grant !== null) return
  if (health.probation !== 'reported') note(fleet, name, 'lease', false)
  patchMachine(fleet, name, { leasedMs: leasedMs + at - state.since, lastUsedAt: at, workedAt: at })
}

/** The machines that it waited for in vain. Those whose grant had failed had left it before. */
const blameUnprepared = (fleet: Fleet, { machines }: Lease): void => {
  for (const { machine } of machines) {
    if (!isOpen(fleet.machines.need(machine))) note(fleet, machine, 'grant', true)
  }
}

const hold = (fleet: Fleet, name: TenantName, machines: number): void => {
  const tenant = fleet.tenants.need(name)
  patchTenant(fleet, name, { held: tenant.held + machines })
}

const learnHabit = (fleet: Fleet, lease: Lease, how: LeaseEnd, at: Instant): void => {
  const tenant = fleet.tenants.need(lease.tenant)
  const habit = withLease(tenant.habit, lease, how, at)
  if (habit !== tenant.habit) fleet.tenants.put(tenant.name, { ...tenant, habit })
}

/** What its asker had been told of the wait is held against what it came to. */
const score = (fleet: Fleet, request: MachineRequest, at: Instant): void => {
  if (request.estimate === null) return
  const key = calibrationOf(request)
  fleet.calibrations.put(key, withScore(fleet.calibrations.get(key), key, request.estimate, at))
}

export const patchLease = (fleet: Fleet, id: LeaseId, patch: (lease: Lease) => Partial<Lease>): void => {
  const before = fleet.leases.need(id)
  const after = { ...before, ...patch(before) }
  fleet.leases.put(id, { ...after, dueAt: dueAt(fleet.limits.warnMinutes, after) })
}
