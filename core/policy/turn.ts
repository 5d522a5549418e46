import type { Fleet } from '../fleet.ts'
import type { Turned } from '../fleet/heads.ts'
import type { Instant } from '../id.ts'
import type { Kind } from '../fleet/kind.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import type { MachineRequest } from '../request.ts'
import type { Stock } from '../fleet/stock.ts'
import { openFor } from './calendar.ts'
import { byShare, bySince, headOf, inOrder, type Head } from './fairness.ts'
import { byPlatform, fitting } from './match.ts'
import { Outlook } from './outlook.ts'
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
  'id' | 'by' | 'keys' | 'reason' | 'metadata' | 'address' | 'estimate' | 'poll' | 'build' | 'agent' | 'state'
>

/** The first in the order of service who can be served now; null if nobody who waits can be. */
export const nextTurn = (fleet: Fleet, at: Instant): Turn | null => {
  fleet.heads.reach(at)
  for (const { request, placed } of turns(fleet, at, typesReady(fleet), { matters: 'served' }))
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
  // Of nothing nothing is kept, whoever is before.
  if (fitting(fleet, asking.demand).every(({ ready }) => ready.size === 0)) return placeFor(fleet, at, asking, kept)
  const own = headOf(fleet, asking, fleet.tenants.need(asking.tenant))
  const comesBefore = inOrder(fleet)
  for (const { head, placed } of turns(fleet, at, [asking.demand.type], { kept })) {
    if (head !== null && comesBefore(own, head) <= 0) break
    if (placed.machines !== null) return { ...placeFor(fleet, at, asking, kept), machines: null, choice: null }
  }
  return placeFor(fleet, at, asking, kept)
}

/** What is set aside, and for whom. */
export const setAsideAt = (fleet: Fleet, at: Instant, types: readonly MachineType[] = MACHINE_TYPES): SetAside => {
  const kept = new SetAside(fleet, at)
  for (const _ of turns(fleet, at, types, { kept, matters: 'aside' }));
  return kept
}

/**
 * The first of each group, in the order of service: the others of a group want the same, and fare alike. Kinds that are out when
 * their turn comes are passed over.
 */
export function* groupsInOrder(
  fleet: Fleet,
  types: readonly MachineType[] = MACHINE_TYPES,
  isOut: (kind: Kind) => boolean = () => false,
): Generator<Turned> {
  const { heads } = fleet
  yield* merged(
    types.map((type) => heads.overdue(type, isOut)),
    bySince,
  )
  yield* merged(
    types.map((type) => heads.inTime(type, isOut)),
    byShare,
  )
}

/** Lists that are in order each, as one. */
function* merged(lists: readonly Generator<Turned>[], compare: (a: Head, b: Head) => number): Generator<Turned> {
  if (lists.length === 1) return yield* lists[0]!
  const nexts = lists.map((list) => ({ list, next: list.next() }))
  for (;;) {
    let first: (typeof nexts)[number] | undefined
    for (const one of nexts)
      if (one.next.done !== true && (first === undefined || compare(one.next.value.head, first.next.value.head) < 0))
        first = one
    if (first === undefined) return
    yield first.next.value
    first.next = first.list.next()
  }
}

/** `matters`: who can be served, what is set aside, or (not given) both. */
interface Walk {
  readonly kept?: SetAside
  readonly matters?: 'served' | 'aside'
}

/**
 * Everybody's turn, in the order of service, each with what is left by those before. Whoever cannot be served, and is the first
 * to wait for some machines, has them set aside: see `docs/decisions/0015-set-aside.md`. Whoever cannot matter any more is left
 * out.
 */
function* turns(
  fleet: Fleet,
  at: Instant,
  types: readonly MachineType[],
  { kept = new SetAside(fleet, at), matters }: Walk = {},
): Generator<Turn & { readonly head: Head | null }> {
  yield* reservedTurns(fleet, at, types, kept)
  const outlook = new Outlook(fleet, { kept, serves: matters !== 'aside' })
  for (const { head, group } of groupsInOrder(fleet, types, (kind) => outlook.isOut(kind))) {
    // Claims matter for as long as somebody may be served.
    if (matters === 'served' && !outlook.hasHope(types)) return
    if (outlook.isOver(group)) continue
    const { request } = head
    const placed = placeWith(fleet, at, request, kept)
    yield { request, head, placed }
    if (placed.machines === null) setAside(fleet, at, { request, placed }, kept)
  }
}

/**
 * Reservations whose hour has come are before everybody. What is reserved for later is kept from them as from others, so that no
 * two get in each other's way.
 */
export function* reservedTurns(
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
  return promised.machines === null ? placeWith(fleet, at, request, kept) : promised
}

/** With what is kept from a request that cannot be served. */
export const placeFor = (fleet: Fleet, at: Instant, request: Asking, kept: SetAside): Placement => {
  const placed = placeWith(fleet, at, request, kept)
  return placed.machines === null
    ? { ...placed, kept: kept.keptFrom(request, placed.allowed, placed.elsewhere) }
    : placed
}

const placeWith = (fleet: Fleet, at: Instant, request: Asking, kept: SetAside): Placement =>
  place(fleet, fleet.tenants.need(request.tenant), request, { at, take: kept.takeFor(request) })

/** Claims what lets a request be served the soonest, unless somebody before it has a claim there. One that never can be claims nothing. */
export const setAside = (fleet: Fleet, at: Instant, { request, placed }: Turn, kept: SetAside): void => {
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
