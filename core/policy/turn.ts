import type { Fleet } from '../fleet.ts'
import type { Group } from '../heads.ts'
import type { Instant } from '../id.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import type { MachineRequest } from '../request.ts'
import type { Stock } from '../stock.ts'
import { openFor } from './calendar.ts'
import { headOf, inOrder, type Head } from './fairness.ts'
import { byPlatform } from './match.ts'
import { place, type Placement } from './platform.ts'
import type { Waiting } from './queue.ts'
import { claimOf, endOf, reservationsOf, type Reserved } from './reservation.ts'
import { SetAside } from './setaside.ts'
import { freeBy } from './timeline.ts'

/** Whose turn it is, and what it is served with. */
export interface Turn {
  readonly request: Waiting
  readonly placed: Placement
}

/** A request that somebody is about to make. */
export type Asking = Omit<
  MachineRequest,
  'id' | 'by' | 'keys' | 'reason' | 'metadata' | 'address' | 'estimate' | 'poll' | 'state'
>

/** The first in the order of service who can be served now; null if nobody who waits can be. */
export const nextTurn = (fleet: Fleet, at: Instant): Turn | null => {
  fleet.heads.reach(at)
  for (const { request, placed } of turns(fleet, at, typesReady(fleet)))
    if (placed.machines !== null) return { request, placed }
  return null
}

/**
 * What somebody would be given who asked now, or is given who waits: nothing that is kept for those before them, nor what is
 * those others' to take.
 */
export const placeOf = (fleet: Fleet, at: Instant, asking: Asking): Placement => {
  fleet.heads.reach(at)
  const kept = new SetAside(fleet, at)
  const own = headOf(fleet, asking, fleet.tenants.need(asking.tenant))
  const comesBefore = inOrder(fleet)
  for (const { head, placed } of turns(fleet, at, [asking.demand.type], kept)) {
    if (head !== null && comesBefore(own, head) <= 0) break
    if (placed.machines !== null) return { ...placeFor(fleet, at, asking, kept), machines: null, choice: null }
  }
  return placeFor(fleet, at, asking, kept)
}

/** What is set aside, and for whom. */
export const setAsideAt = (fleet: Fleet, at: Instant, types: readonly MachineType[] = MACHINE_TYPES): SetAside => {
  const kept = new SetAside(fleet, at)
  for (const _ of turns(fleet, at, types, kept));
  return kept
}

/** The first of each group, in the order of service: the others of a group want the same, and fare alike. */
export const groupsInOrder = (
  fleet: Fleet,
  types: readonly MachineType[] = MACHINE_TYPES,
): (Head & { readonly group: Group })[] =>
  types
    .flatMap((type) => Array.from(fleet.heads.groups(type), (group) => ({ ...fleet.heads.firstOf(group), group })))
    .toSorted(inOrder(fleet))

/**
 * Everybody's turn, in the order of service, each with what is left by those before. Whoever cannot be served, and is the first
 * to wait for some machines, has them set aside: see `docs/decisions/0015-set-aside.md`.
 */
function* turns(
  fleet: Fleet,
  at: Instant,
  types: readonly MachineType[],
  kept = new SetAside(fleet, at),
): Generator<Turn & { readonly head: Head | null }> {
  yield* reservedTurns(fleet, at, types, kept)
  for (const head of groupsInOrder(fleet, types)) {
    const { request } = head
    const placed = placeFor(fleet, at, request, kept)
    yield { request, head, placed }
    if (placed.machines === null) setAside(fleet, at, { request, placed }, kept)
  }
}

/**
 * Reservations whose hour has come are before everybody. What is reserved for later is kept from them as from others, so that no
 * two get in each other's way.
 */
function* reservedTurns(
  fleet: Fleet,
  at: Instant,
  types: readonly MachineType[],
  kept: SetAside,
): Generator<Turn & { readonly head: null }> {
  const reserved = types.flatMap((type) => [...reservationsOf(fleet, type)])
  for (const request of reserved) if (request.reserved.from > at) kept.add(claimOf(fleet, request))
  for (const request of reserved) {
    const { held, quota } = fleet.tenants.need(request.tenant)
    if (request.reserved.from > at || held + request.demand.count > quota) continue
    const placed = placeReserved(fleet, at, request, kept)
    yield { request, head: null, placed }
    if (placed.machines === null) setAside(fleet, at, { request, placed }, kept)
  }
}

/** On the platform that it was promised, or, where that cannot be kept, wherever it could be served otherwise. */
const placeReserved = (fleet: Fleet, at: Instant, request: Reserved, kept: SetAside): Placement => {
  const tenant = fleet.tenants.need(request.tenant)
  const { platform } = request.reserved
  const take = kept.takeFor(request)
  const promised = place(fleet, tenant, request, {
    at,
    take: (stocks, count) =>
      platform === null || stocks.every(({ shape }) => shape.platform === platform) ? take(stocks, count) : [],
  })
  return promised.machines === null ? placeFor(fleet, at, request, kept) : promised
}

const placeFor = (fleet: Fleet, at: Instant, request: Asking, kept: SetAside): Placement => {
  const tenant = fleet.tenants.need(request.tenant)
  const placed = place(fleet, tenant, request, { at, take: kept.takeFor(request) })
  return placed.machines === null ? { ...placed, kept: kept.keptFrom(request, placed.allowed) } : placed
}

/** Claims what lets a request be served the soonest, unless somebody before it has a claim there. One that never can be claims nothing. */
const setAside = (fleet: Fleet, at: Instant, { request, placed }: Turn, kept: SetAside): void => {
  const { demand, preferUntil } = request
  let soonest: { readonly stocks: readonly Stock[]; readonly from: Instant } | null = null
  for (const { stocks, after } of choices()) {
    if (!kept.isFirst(stocks)) continue
    const found = soonestOf(stocks, after)
    if (found !== null && (soonest === null || found.from < soonest.from)) soonest = found
  }
  if (soonest !== null) {
    const until = endOf(fleet, soonest.stocks, { ...request, from: soonest.from })
    kept.add({ request: request.id, count: demand.count, ...soonest, until, slackMs: 0, reserved: false })
  }

  /** Of machines that are still open by then for as long as they are wanted. */
  function soonestOf(stocks: readonly Stock[], after: Instant): typeof soonest {
    const free = freeBy(fleet, stocks, demand.count, at)
    if (free === null) return null
    const { durationMs, graceMs } = request
    const earliest = Math.max(free, after) as Instant
    const from = kept.pastReserved(stocks, demand.count, { from: earliest, durationMs, graceMs })
    const open = openFor(fleet, stocks, request, from)
    if (open.length === stocks.length) return { stocks, from }
    return open.length === 0 ? null : soonestOf(open, after)
  }

  function* choices(): Generator<{ readonly stocks: readonly Stock[]; readonly after: Instant }> {
    if (demand.platform === 'any') return yield { stocks: placed.allowed, after: at }
    for (const { stocks } of placed.platforms) yield { stocks, after: at }
    if (demand.platform !== 'prefer') return
    for (const { stocks } of byPlatform(placed.elsewhere)) yield { stocks, after: preferUntil }
  }
}

const typesReady = (fleet: Fleet): MachineType[] =>
  MACHINE_TYPES.filter((type) => fleet.stocks.all().some(({ shape, ready }) => shape.type === type && ready.size > 0))
