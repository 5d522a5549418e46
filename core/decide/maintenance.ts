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

/** Takes machines out of service for a stretch of time, from now or from an instant ahead; nobody who has one loses it. */
export const decideSetMaintenance = (
  draft: Draft,
  { what, from: asked, until: asksUntil, forMs, reason }: Extract<Command, { do: 'setMaintenance' }>,
): Outcome | Refusal => {
  const { fleet, at } = draft
  const named = machinesNamed(fleet, what)
  if ('type' in named) return named
  const { reasonLength } = fleet.limits
  if (reason.length > reasonLength) return { type: 'tooLongText', field: 'reason', most: reasonLength }
  const from = Math.max(asked ?? at, at) as Instant
  const until = forMs === null ? asksUntil : ((from + forMs) as Instant)
  if (until !== null && until <= from) return { type: 'endsBeforeStart', from, until }
  const stretch = { from, until: until ?? Infinity, types: [...new Set(named.machines.map(({ type }) => type))] }
  const lackedBefore = new Map([...lackingIn(fleet, at, stretch)].map(([{ id }, lacking]) => [id, lacking]))
  for (const machine of named.machines) {
    const window: MaintenanceWindow = { from: beginning(machine, from), until, reason, setAt: at }
    draft.emit({ type: 'maintenanceSet', machine: machine.name, window })
  }
  tellHolders(draft, named.machines, { from, until })
  const reservations = [...lackingIn(fleet, at, stretch)]
    .filter(([{ id }, lacking]) => lacking > (lackedBefore.get(id) ?? 0))
    .map(([{ id, tenant, demand, reserved }, lacking]) => ({
      request: id,
      tenant,
      count: demand.count,
      from: reserved.from,
      lacking,
    }))
  settle(draft)
  return { type: 'maintenanceSet', what: named.what, machines: namesOf(named.machines), from, until, reservations }
}

/** Ends a window, or takes back one that is still ahead. */
export const decideEndMaintenance = (draft: Draft, what: string): Outcome | Refusal => {
  const named = machinesNamed(draft.fleet, what)
  if ('type' in named) return named
  const machines = named.machines.filter(({ maintenance }) => maintenance !== null)
  if (machines.length === 0) return { type: 'noMaintenance', what: named.what }
  for (const machine of machines) endMaintenance(draft, machine)
  settle(draft)
  return { type: 'maintenanceLifted', what: named.what, machines: namesOf(machines) }
}

/** One that is in maintenance stays so, whatever is said of when the next is to begin. */
const beginning = ({ state, maintenance }: Machine, from: Instant): Instant =>
  state.status === 'maintenance' ? maintenance!.from : from

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
