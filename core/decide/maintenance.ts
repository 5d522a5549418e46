import type { Command, Outcome } from '../command.ts'
import type { Instant, LeaseId, MachineName } from '../id.ts'
import type { MaintenanceWindow } from '../maintenance.ts'
import type { Machine } from '../machine.ts'
import { lackingIn } from '../policy/reservation.ts'
import { machinesNamed } from '../policy/target.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft } from './draft.ts'
import { settle } from './settle.ts'
import { endMaintenance } from './windows.ts'

type SetMaintenance = Extract<Command, { do: 'setMaintenance' }>

/** Takes machines out of service for a stretch of time, from now or from an instant ahead; nobody who has one loses it. */
export const decideSetMaintenance = (draft: Draft, command: SetMaintenance): Outcome | Refusal => {
  const { fleet, at } = draft
  const named = machinesNamed(fleet, command.what)
  if ('type' in named) return named
  const stretch = readStretch(draft, command)
  if ('type' in stretch) return stretch
  const { from, until, again } = stretch
  const affected = {
    from,
    until: again === undefined ? (until ?? Infinity) : Infinity,
    types: [...new Set(named.machines.map(({ type }) => type))],
  }
  const lackedBefore = new Map([...lackingIn(fleet, at, affected)].map(([{ id }, lacking]) => [id, lacking]))
  for (const machine of named.machines)
    draft.emit({ type: 'maintenanceSet', machine: machine.name, window: windowOf(machine, stretch, at) })
  tellHolders(draft, named.machines, { from, until })
  const short = [...lackingIn(fleet, at, affected)].filter(([{ id }, lacking]) => lacking > (lackedBefore.get(id) ?? 0))
  for (const [{ id, address, reserved }, lacking] of short)
    draft.tell(address, { type: 'reservationShort', request: id, from: reserved.from, lacking })
  const reservations = short.map(([{ id, tenant, demand, reserved }, lacking]) => ({
    request: id,
    tenant,
    count: demand.count,
    from: reserved.from,
    lacking,
  }))
  settle(draft)
  const machines = namesOf(named.machines)
  return {
    type: 'maintenanceSet',
    what: named.what,
    machines,
    from,
    until,
    reservations,
    everyMs: again?.everyMs ?? null,
  }
}

type Stretch = Pick<MaintenanceWindow, 'from' | 'until' | 'reason' | 'again'>

const readStretch = ({ fleet, at }: Draft, command: SetMaintenance): Stretch | Refusal => {
  const { from: asked, until: asksUntil, forMs, reason, every = null } = command
  const { reasonLength } = fleet.limits
  if (reason.length > reasonLength) return { type: 'tooLongText', field: 'reason', most: reasonLength }
  if (every !== null) {
    const { from, everyMs } = every
    if (forMs === null || !(forMs < everyMs)) return { type: 'badRecurrence', forMs, everyMs }
    return { from, until: (from + forMs) as Instant, reason, again: { from, everyMs, forMs, reason } }
  }
  const from = Math.max(asked ?? at, at) as Instant
  const until = forMs === null ? asksUntil : ((from + forMs) as Instant)
  return until !== null && until <= from ? { type: 'endsBeforeStart', from, until } : { from, until, reason }
}

/**
 * The window of a machine: one that is in maintenance stays so, whatever is said of when the next is to begin. What comes again
 * comes after a window that was set by itself, and is not forgotten for it.
 */
const windowOf = ({ state, maintenance }: Machine, stretch: Stretch, at: Instant): MaintenanceWindow => {
  const { again } = stretch
  const isIn = state.status === 'maintenance'
  if (again !== undefined && maintenance !== null && (isIn || maintenance.recurs !== true))
    return { ...maintenance, again }
  const kept = again ?? maintenance?.again
  return {
    from: isIn ? maintenance!.from : stretch.from,
    until: stretch.until,
    reason: stretch.reason,
    setAt: at,
    ...(kept !== undefined && { again: kept }),
    ...(again !== undefined && { recurs: true }),
  }
}

/** Ends a window, or takes back one that is still ahead; `every`: what comes again, and the next of it. */
export const decideEndMaintenance = (
  draft: Draft,
  { what, every = false }: Extract<Command, { do: 'endMaintenance' }>,
): Outcome | Refusal => {
  const named = machinesNamed(draft.fleet, what)
  if ('type' in named) return named
  const machines = named.machines.filter(({ maintenance }) =>
    every ? maintenance?.again !== undefined : maintenance !== null,
  )
  if (machines.length === 0) return { type: 'noMaintenance', what: named.what, ...(every && { every }) }
  for (const machine of machines) {
    if (every) endRecurrence(draft, machine)
    else endMaintenance(draft, machine)
  }
  settle(draft)
  const next = machines.flatMap(({ name }) => draft.fleet.machines.need(name).maintenance ?? [])
  const again = every || next.length === 0 ? null : (Math.min(...next.map(({ from }) => from)) as Instant)
  return { type: 'maintenanceLifted', what: named.what, machines: namesOf(machines), again, every }
}

/** A window that was set by itself stays. */
const endRecurrence = (draft: Draft, machine: Machine): void => {
  const { again: _, recurs, ...window } = machine.maintenance!
  draft.emit({ type: 'maintenanceSet', machine: machine.name, window })
  if (recurs === true) endMaintenance(draft, draft.fleet.machines.need(machine.name))
}

const namesOf = (machines: readonly Machine[]): MachineName[] => machines.map(({ name }) => name)

/** Those who hold one of the machines hear of it: what they were promised stands, and more is not to be had. */
const tellHolders = (
  draft: Draft,
  machines: readonly Machine[],
  { from, until }: Pick<MaintenanceWindow, 'from' | 'until'>,
): void => {
  const held = new Map<LeaseId, MachineName[]>()
  for (const { name, state } of machines) {
    if (state.status !== 'leased') continue
    const names = held.get(state.lease)
    if (names === undefined) held.set(state.lease, [name])
    else names.push(name)
  }
  for (const [lease, names] of held) {
    draft.tell(draft.fleet.leases.need(lease).address, {
      type: 'maintenancePlanned',
      lease,
      machines: names,
      from,
      until,
    })
  }
}
