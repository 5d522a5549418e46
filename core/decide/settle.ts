import type { Fleet } from '../fleet.ts'
import { leaseId, type Instant } from '../id.ts'
import type { Machine } from '../machine.ts'
import { missing } from '../lease.ts'
import { isOpenUntil } from '../policy/calendar.ts'
import { chosenFrom } from '../policy/chassis.ts'
import { fitting } from '../policy/match.ts'
import { stillSpeaks } from '../policy/membership.ts'
import { most, type Placement } from '../policy/platform.ts'
import { reservedAside } from '../policy/reservation.ts'
import { nextTurn } from '../policy/turn.ts'
import type { Hopeless, MachineRequest } from '../request.ts'
import { explain } from '../why/explain.ts'
import { dropUnpolled } from './absent.ts'
import type { Draft } from './draft.ts'
import { fill } from './fill.ts'
import { activate, begin } from './steps.ts'
import { keepWindows } from './windows.ts'

/**
 * Keeps the calendar, and gives what is free to whom it is owed, and is there to take it: first leases that lost a machine, then
 * those who wait, then the pools' own stock.
 */
export const settle = (draft: Draft): void => {
  keepWindows(draft)
  dropUnpolled(draft)
  supply(draft)
  serve(draft)
  fill(draft)
}

/** Carries a placement out. */
export const grant = (draft: Draft, request: MachineRequest, placed: Placement): void => {
  const { fleet } = draft
  const { machines, choice } = placed
  const tenant = fleet.tenants.need(request.tenant)
  const why = explain(fleet, tenant, request.demand, placed, 'granted')
  const number = fleet.next('lease')
  const lease = leaseId(number)
  const names = machines!.map(({ name }) => name)
  const prepareMs = Math.max(...machines!.map((machine) => fleet.poolOf(machine).prepareMs))
  if (choice!.reason === 'first') {
    draft.emit({
      type: 'homeChosen',
      tenant: tenant.name,
      machineType: request.demand.type,
      platform: choice!.platform,
    })
  }
  draft.emit({
    type: 'leaseGranted',
    lease,
    number,
    request: request.id,
    machines: names,
    choice: choice!,
    why,
    giveUpAt: (draft.at + prepareMs) as Instant,
  })
  // Those that need a run first: the lease is active as soon as none of its machines is in one.
  for (const { name } of machines!.toSorted(byNeedOfGrant(fleet))) begin(draft, name, 'grant', lease)
  if (choice!.reason === 'first') dropHopeless(draft, [...fleet.waitingOf.of(tenant.name)])
}

const byNeedOfGrant =
  (fleet: Fleet) =>
  (a: Machine, b: Machine): number =>
    Number(fleet.poolOf(b).steps.includes('grant')) - Number(fleet.poolOf(a).steps.includes('grant'))

/** Requests that can no longer be served, whatever comes free, are told so rather than left to wait for ever. */
export const dropHopeless = (draft: Draft, requests: readonly MachineRequest[]): void => {
  for (const request of requests) {
    const because = forbidden(draft.fleet, request) ?? impossible(draft.fleet, request)
    if (because !== null) giveUp(draft, request, because)
  }
}

const giveUp = (draft: Draft, { id, address }: MachineRequest, because: Hopeless): void => {
  draft.emit({ type: 'requestUnsatisfiable', request: id, because })
  draft.tell(address, { type: 'requestEnded', request: id, because })
}

/** What one may ask for today one may be forbidden tomorrow. */
const forbidden = (fleet: Fleet, { by, tenant }: MachineRequest): Hopeless | null => {
  if (!fleet.tenants.need(tenant).active) return { type: 'retired', tenant }
  return stillSpeaks(fleet, { by, tenant }) ? null : { type: 'noLongerSpeaks', tenant }
}

const impossible = (fleet: Fleet, { tenant, demand }: MachineRequest): Hopeless | null => {
  const { most: reachable, home } = most(fleet, fleet.tenants.need(tenant), demand)
  const { quota } = fleet.tenants.need(tenant)
  if (demand.count > quota) return { type: 'quota', tenant, quota }
  if (demand.count <= reachable) return null
  return { type: 'tooFew', most: reachable, platform: demand.platform === 'same' ? home : null }
}

/**
 * A machine whose grant failed is replaced from the lease's own platform, before anybody who waits is served; not by one that is
 * reserved for an hour at which it would not be back.
 */
const supply = (draft: Draft): void => {
  const { fleet } = draft
  for (const lease of [...fleet.shortLeases.of('all')]) {
    if (lease.state.status !== 'preparing') continue
    const end = lease.state.giveUpAt + lease.durationMs + lease.graceMs
    const fit = fitting(fleet, lease.demand).filter(
      ({ shape }) =>
        (lease.choice.reason === 'any' || shape.platform === lease.choice.platform) && isOpenUntil(fleet, shape, end),
    )
    const beside = lease.machines.map(({ machine }) => fleet.machines.need(machine))
    const take = reservedAside(fleet, draft.at, lease.demand.type).takeFor(lease)
    for (const { name } of chosenFrom(fleet, { ...lease.demand, count: missing(lease) }, fit, { beside, take })
      .machines) {
      draft.emit({ type: 'machineSupplied', lease: lease.id, machine: name })
      begin(draft, name, 'grant', lease.id)
    }
    activate(draft, lease.id)
  }
}

/**
 * Those who wait, in the order of service. One who cannot be served is passed by all who can: quota, labels, priority and the
 * health of machines are those of this moment. Whether its asker may still have it is asked once more, whoever changed that.
 */
const serve = (draft: Draft): void => {
  const { fleet, at } = draft
  for (let turn = nextTurn(fleet, at); turn !== null; turn = nextTurn(fleet, at)) {
    const because = forbidden(fleet, turn.request)
    if (because === null) grant(draft, turn.request, turn.placed)
    else giveUp(draft, turn.request, because)
  }
}
