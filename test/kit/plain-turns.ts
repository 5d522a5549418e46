// oxlint-disable no-restricted-imports -- it looks inside core, at what nobody else is to call
import type { Fleet, Instant, MachineType } from '#core'
import { MACHINE_TYPES } from '../../core/machine.ts'
import { openFor } from '../../core/policy/calendar.ts'
import { headOf, inOrder, type Head } from '../../core/policy/fairness.ts'
import { byPlatform } from '../../core/policy/match.ts'
import { place, type Placement } from '../../core/policy/platform.ts'
import { queueOf, wantOf, type Waiting } from '../../core/policy/queue.ts'
import { claimOf, endOf, reservationsOf, type Reserved } from '../../core/policy/reservation.ts'
import { SetAside } from '../../core/policy/setaside.ts'
import { freeBy } from '../../core/policy/timeline.ts'
import type { Asking, Turn } from '../../core/policy/turn.ts'
import type { Stock } from '../../core/stock.ts'

/**
 * The walk over all who wait as plainly as can be: the first of every line sorted anew, and everybody placed. What the core's own
 * walk, which leaves out whoever cannot matter, is held against.
 */

/** The first in the order of service who can be served now; null if nobody who waits can be. */
export const plainNextTurn = (fleet: Fleet, at: Instant): Turn | null => {
  fleet.heads.reach(at)
  for (const { request, placed } of turns(fleet, at, typesReady(fleet)))
    if (placed.machines !== null) return { request, placed }
  return null
}

/**
 * What somebody would be given who asked now, or is given who waits: nothing that is kept for those before them, nor what is
 * those others' to take.
 */
export const plainPlaceOf = (fleet: Fleet, at: Instant, asking: Asking): Placement => {
  fleet.heads.reach(at)
  const kept = new SetAside(fleet, at)
  const own = headOf(fleet, asking, fleet.tenants.need(asking.tenant))
  const comesBefore = inOrder(fleet)
  for (const { head, placed } of turns(fleet, at, [asking.demand.type], { kept })) {
    if (head !== null && comesBefore(own, head) <= 0) break
    if (placed.machines !== null) return { ...placeFor(fleet, at, asking, kept), machines: null, choice: null }
  }
  return placeFor(fleet, at, asking, kept)
}

/** What is set aside, and for whom. */
export const plainSetAsideAt = (fleet: Fleet, at: Instant, now: Instant): SetAside => {
  const kept = new SetAside(fleet, at)
  for (const _ of turns(fleet, at, MACHINE_TYPES, { kept, now }));
  return kept
}

/** Of those who want the same from the same home, and are as patient at `now`, the first: the others fare alike. */
const headsInOrder = (fleet: Fleet, types: readonly MachineType[], now: Instant): Head[] => {
  const seen = new Set<string>()
  return [...Map.groupBy(fleet.requests.values(), queueOf).values()]
    .map((line) => line.filter(({ reserved }) => reserved === null).toSorted((a, b) => a.number - b.number)[0])
    .filter((first): first is Waiting => first !== undefined && types.includes(first.demand.type))
    .filter(({ tenant, demand }) => {
      const { held, quota } = fleet.tenants.need(tenant)
      return held + demand.count <= quota
    })
    .map((request) => headOf(fleet, request, fleet.tenants.need(request.tenant)))
    .toSorted(inOrder(fleet))
    .filter(({ request: { demand, durationMs, preferUntil, tenant } }) => {
      const home = demand.platform === 'any' ? '' : fleet.tenants.need(tenant).homes[demand.type]
      const key = `${wantOf(demand, durationMs)} ${home} ${demand.platform === 'prefer' && preferUntil > now}`
      return !seen.has(key) && seen.add(key)
    })
}

/**
 * Everybody's turn, in the order of service, each with what is left by those before. Whoever cannot be served, and is the first
 * to wait for some machines, has them set aside: see `docs/decisions/0015-set-aside.md`.
 */
function* turns(
  fleet: Fleet,
  at: Instant,
  types: readonly MachineType[],
  { kept = new SetAside(fleet, at), now = at }: { readonly kept?: SetAside; readonly now?: Instant } = {},
): Generator<Turn & { readonly head: Head | null }> {
  yield* reservedTurns(fleet, at, types, kept)
  for (const head of headsInOrder(fleet, types, now)) {
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
