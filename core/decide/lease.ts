import type { Command, Outcome } from '../command.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, LeaseId, MachineName, RequestId } from '../id.ts'
import { heldOf, type Extended, type Lease, type LeaseEnd } from '../lease.ts'
import { closing } from '../policy/calendar.ts'
import { isOwn, mayHandle, type Speaker } from '../policy/membership.ts'
import { lastEnd } from '../policy/hold.ts'
import { endWithin } from '../policy/promised.ts'
import { lengthsFor } from '../policy/quota.ts'
import type { Held, Refusal } from '../refusal.ts'
import type { Demand, MachineRequest } from '../request.ts'
import { cannotCollectFrom, collectingOf, pathsOf, tooManyPaths } from './collect.ts'
import type { Draft } from './draft.ts'
import { settle } from './settle.ts'
import { activate, takeBack } from './steps.ts'

/** Gives machines back: all, a lease's, or one machine of a lease. They are shut to their holder before anything else happens. */
export const decideDone = (
  draft: Draft,
  { what, bad, collect, only }: Extract<Command, { do: 'done' }>,
  by: Speaker,
): Outcome | Refusal => {
  const found = what === 'all' ? allOf(draft, by) : findOne(draft, what, by)
  if ('type' in found) return found
  if (only !== undefined && !isPlanned(found.leases, only)) return { type: 'changedSince', again: `done ${what ?? ''}` }
  const { leases, machine } = found
  const machines = machine === null ? leases.flatMap(held) : [machine]
  const impossible =
    collect === undefined
      ? null
      : (tooManyPaths(draft.fleet.limits, collect) ?? cannotCollectFrom(draft.fleet, machines))
  const no = impossible ?? (bad === undefined ? null : report(draft, { leases, machines, reason: bad }))
  if (no !== null) return no
  for (const lease of leases) {
    if (machine === null || lease.machines.length === 1) end(draft, lease, 'done', collect)
    else giveBack(draft, lease, machine, collect)
  }
  settle(draft)
  const ids = leases.map(({ id }) => id)
  const collecting = collectingOf(draft.fleet, ids)
  return {
    type: 'done',
    leases: ids,
    machines,
    ...(bad !== undefined && { bad: machines[0]! }),
    ...(collecting.length > 0 && { collecting }),
  }
}

/** One machine is bad, its holder says: it counts against it, and it is installed anew and checked before anybody gets it again. */
const report = (
  draft: Draft,
  {
    leases: [lease],
    machines,
    reason,
  }: { readonly leases: readonly Lease[]; readonly machines: readonly MachineName[]; readonly reason: string },
): Refusal | null => {
  const { reasonLength } = draft.fleet.limits
  if (reason.length > reasonLength) return { type: 'tooLongText', field: 'report', most: reasonLength }
  const [machine] = machines
  if (machine === undefined || machines.length > 1) return { type: 'whichMachine', machines }
  draft.emit({ type: 'machineReported', machine, lease: lease!.id, reason })
  return null
}

type Extend = Extract<Command, { do: 'extend' }>

/** Of all, each for itself: refused is what none of them could have. */
export const decideExtend = (draft: Draft, command: Extend, by: Speaker): Outcome | Refusal => {
  if (command.what?.toLowerCase() === 'all') return extendAll(draft, command, by)
  const found = findActive(draft, command.what, by)
  if ('type' in found) return found
  const came = extend(draft, found, command)
  return 'type' in came ? came : { type: 'extended', ...came }
}

const extendAll = (draft: Draft, command: Extend, by: Speaker): Outcome | Refusal => {
  const found = allOf(draft, by)
  if ('type' in found) return found
  const active = found.leases.flatMap((lease) =>
    lease.state.status === 'active' ? [{ lease, until: lease.state.until }] : [],
  )
  if (active.length === 0) return { type: 'notActive', lease: found.leases[0]!.id }
  const came = active.toSorted((a, b) => a.until - b.until).map((one) => ({ one, got: extend(draft, one, command) }))
  const leases = came.flatMap(({ got }) => ('type' in got ? [] : [got]))
  const [no] = came.flatMap(({ got }) => ('type' in got ? [got] : []))
  if (no !== undefined && leases.length === 0) return no
  const kept = came.flatMap(({ one, got }) => ('type' in got ? [one.lease.id] : []))
  return { type: 'extendedAll', leases, kept }
}

/** Adds to the present end, no further than the longest lease, or hold, allows, and takes nothing that is set aside for others. */
const extend = (
  draft: Draft,
  { lease, until }: { readonly lease: Lease; readonly until: Instant },
  command: Extend,
): Extended | Refusal => {
  const { fleet } = draft
  // In its grace a lease has ended already, and what is added counts from now.
  const from = Math.max(until, draft.at)
  const byMs = 'until' in command ? command.until - from : command.byMs
  if (!(byMs > 0)) {
    return 'until' in command
      ? { type: 'endsLater', lease: lease.id, until }
      : { type: 'leaseTooShort', asked: byMs, shortestMs: fleet.limits.shortestMs }
  }
  const { last, longestMs } = lastEnd(lease, lengthsFor(fleet, fleet.tenants.need(lease.tenant), lease.demand))
  if (last <= from) return { type: 'cannotExtend', lease: lease.id, until, longestMs, held: lease.hold !== null }
  const closes = closing(fleet, lease)
  if (closes !== null && closes.last <= from) return maintenanceAhead(fleet, lease, closes, until)
  const longest = Math.min(from + byMs, last) as Instant
  const wanted = closes === null ? longest : (Math.min(longest, closes.last) as Instant)
  const { until: extended, awaited } = endWithin(fleet, lease, { until: wanted, at: draft.at })
  if (awaited !== null && extended <= from) return { type: 'awaited', lease: lease.id, until, awaited }
  draft.emit({ type: 'leaseExtended', lease: lease.id, until: extended })
  // What is set aside follows from planned ends, so that others may pass now who could not before.
  settle(draft)
  return { lease: lease.id, until: extended, cutTo: extended < from + byMs ? extended : null, awaited }
}

/** Ends it earlier than it would; never at once, which is what `done` is for. */
export const decideShorten = (
  draft: Draft,
  { what, until }: Extract<Command, { do: 'shorten' }>,
  by: Speaker,
): Outcome | Refusal => {
  const found = findActive(draft, what, by)
  if ('type' in found) return found
  const { lease, until: present } = found
  const { shortestMs } = draft.fleet.limits
  if (!(until > draft.at)) return { type: 'leaseTooShort', asked: until - draft.at, shortestMs }
  if (until < present) {
    draft.emit({ type: 'leaseShortened', lease: lease.id, until })
    settle(draft)
  }
  return {
    type: 'extended',
    lease: lease.id,
    until: Math.min(until, present) as Instant,
    cutTo: null,
    awaited: null,
  }
}

/** A lease that can end no later, since a machine of it is wanted. */
export const maintenanceAhead = (
  fleet: Fleet,
  { id }: Lease,
  { machine, closes }: { readonly machine: MachineName; readonly closes: Instant },
  until: Instant,
): Refusal => {
  const reason = fleet.machines.need(machine).maintenance?.reason ?? ''
  return { type: 'maintenanceAhead', lease: id, machine, from: closes, until, reason }
}

/** Leaves the queue. */
export const decideCancel = (draft: Draft, what: string | null, by: Speaker): Outcome | Refusal => {
  const request = findWaiting(draft, what, by)
  if ('type' in request) return request
  const owner = isOwn(draft.fleet, draft.identity, request) || by.tenant === request.tenant
  draft.emit({ type: 'requestCancelled', request: request.id, by: owner ? 'owner' : 'operator' })
  if (!isOwn(draft.fleet, draft.identity, request))
    draft.tell(request.address, { type: 'requestEnded', request: request.id, because: { type: 'cancelled' } })
  settle(draft)
  return { type: 'cancelled', request: request.id }
}

/** The lease is over, and every machine of it is on its way back. `collect`: paths beside those that were named before. */
export const end = (draft: Draft, lease: Lease, how: LeaseEnd, collect?: readonly string[]): void => {
  const machines = held(lease)
  draft.emit({ type: 'leaseEnded', lease: lease.id, how })
  takeBack(draft, machines, lease, pathsOf(lease.collect, collect))
  const isTheirs = how === 'done' && isOwn(draft.fleet, draft.identity, lease)
  // Whoever gives it back has their answer.
  if (!isTheirs) draft.tell(lease.address, { type: 'leaseEnded', lease: lease.id, how, machines })
}

const giveBack = (draft: Draft, lease: Lease, machine: MachineName, collect?: readonly string[]): void => {
  draft.emit({ type: 'machineLeft', lease: lease.id, machine, how: 'returned' })
  takeBack(draft, [machine], lease, pathsOf(lease.collect, collect))
  activate(draft, lease.id)
}

interface Found {
  readonly leases: readonly Lease[]
  /** The one machine that was named, if it was a machine that was named. */
  readonly machine: MachineName | null
}

/**
 * The lease that somebody means, by its id or by a machine of it, if it is theirs to handle; or by what they asked for, if it is
 * the only one of theirs that is such.
 */
export const findOne = (draft: Draft, what: string | null, by: Speaker): Found | Refusal => {
  const { fleet, identity } = draft
  if (what === null) {
    const own = ownLeases(draft, by)
    return own.length === 0 ? { type: 'holdsNothing' } : theOne(own)
  }
  const named = fleet.leases.get(what.toUpperCase() as LeaseId)
  if (named !== undefined && mayHandle(fleet, identity, by, named)) return { leases: [named], machine: null }
  const machine = fleet.machines.get(what.toLowerCase() as MachineName)
  const lease = machine?.state.status === 'leased' ? fleet.leases.get(machine.state.lease) : undefined
  if (machine !== undefined && lease !== undefined && mayHandle(fleet, identity, by, lease))
    return { leases: [lease], machine: machine.name }
  const own = ownLeases(draft, by)
  const alike = own.filter(({ demand }) => isOf(demand, what))
  return alike.length === 0 ? { type: 'noSuchLease', asked: what, held: own.map(heldOf) } : theOne(alike)
}

const theOne = (leases: readonly Lease[]): Found | Refusal =>
  leases.length === 1 ? { leases, machine: null } : { type: 'whichLease', held: leases.map(heldOf) }

/** Whether these machines are what somebody calls `vm`, or by the name of the pool that they asked for. */
const isOf = ({ type, pool }: Demand, what: string): boolean => [type as string, pool].includes(what.toLowerCase())

/** The same of a lease whose time has begun, with its end. */
export const findActive = (
  draft: Draft,
  what: string | null,
  by: Speaker,
): { readonly lease: Lease; readonly until: Instant } | Refusal => {
  const found = findOne(draft, what, by)
  if ('type' in found) return found
  const [lease] = found.leases as [Lease]
  return lease.state.status === 'active' ? { lease, until: lease.state.until } : { type: 'notActive', lease: lease.id }
}

const allOf = (draft: Draft, by: Speaker): Found | Refusal => {
  const own = ownLeases(draft, by)
  return own.length === 0 ? { type: 'holdsNothing' } : { leases: own, machine: null }
}

/** What the asker asked for themselves: `done all` ends nobody else's, whatever else they may handle by name. */
export const ownLeases = ({ fleet, identity }: Draft, { tenant }: Speaker): Lease[] =>
  [...fleet.leasesOf.of(tenant)].filter((lease) => isOwn(fleet, identity, lease))

const findWaiting = (draft: Draft, what: string | null, by: Speaker): MachineRequest | Refusal => {
  const { fleet, identity } = draft
  const own = [...fleet.waitingOf.of(by.tenant)].filter((request) => isOwn(fleet, identity, request))
  if (what !== null) {
    const named = fleet.requests.get(what.toUpperCase() as RequestId)
    if (named !== undefined && mayHandle(fleet, identity, by, named)) return named
    const alike = own.filter(({ demand }) => isOf(demand, what))
    return alike.length === 0 ? { type: 'noSuchRequest', asked: what, waiting: firstOf(own) } : whichOf(alike)
  }
  return own.length === 0 ? { type: 'waitsForNothing' } : whichOf(own)
}

const whichOf = (requests: readonly MachineRequest[]): MachineRequest | Refusal =>
  requests.length === 1 ? requests[0]! : { type: 'whichRequest', waiting: firstOf(requests) }

const MOST_NAMED = 5
const firstOf = (requests: readonly MachineRequest[]): RequestId[] => requests.slice(0, MOST_NAMED).map(({ id }) => id)

/** Whether these leases, with these machines, are what somebody said yes to. */
export const isPlanned = (leases: readonly Lease[], only: readonly Held[]): boolean =>
  JSON.stringify(leases.map(heldOf)) === JSON.stringify(only)

const held = (lease: Lease): MachineName[] => lease.machines.map(({ machine }) => machine)
