import type { Fleet } from '../fleet.ts'
import type { Instant, PlatformName, TenantName } from '../id.ts'
import { firstOf } from '../collections/indexes.ts'
import type { MachineType } from '../machine.ts'
import type { Pool } from '../pool.ts'
import type { MachineRequest } from '../request.ts'
import type { Stock } from '../fleet/stock.ts'
import { openFor } from './calendar.ts'
import { fitting, sum } from './match.ts'
import { place, type Wish } from './platform.ts'
import { awayMs, SetAside, slackMs, type Claim } from './setaside.ts'
import { freeAt, latestEndings, turnaroundMs } from './timeline.ts'

/** A request that waits for its hour. */
export type Reserved = MachineRequest & { readonly reserved: NonNullable<MachineRequest['reserved']> }

/** Those of a type, the first to begin first. */
export const reservationsOf = (fleet: Fleet, type: MachineType): Iterable<Reserved> =>
  fleet.reservations.of(type) as Iterable<Reserved>

/** Machines for a stretch of time to come. */
export interface Room {
  readonly stocks: readonly Stock[]
  /** Null under `any`. */
  readonly platform: PlatformName | null
}

/** What somebody wants from an instant on, whatever else is wanted by then. */
export interface Booking extends Wish {
  readonly from: Instant
}

/**
 * Where a booking has room: the nearest platform that will have so many free by then, all leases lasting until their planned end
 * and all claims served. Null: nowhere.
 */
export const roomFor = (fleet: Fleet, at: Instant, asked: Sought): Room | null => {
  for (const room of roomsFor(fleet, at, asked)) if (room.free >= asked.booking.demand.count) return room
  return null
}

interface Sought {
  readonly tenant: TenantName
  readonly booking: Booking
  readonly kept: SetAside
}

/** Where it may have room, the nearest platform first, and how many machines are free there for all of its time. */
export function* roomsFor(
  fleet: Fleet,
  at: Instant,
  { tenant, booking, kept }: Sought,
): Generator<Room & { readonly free: number }> {
  const { demand, from } = booking
  const wish = { ...booking, preferUntil: from }
  const placed = place(fleet, fleet.tenants.need(tenant), wish, { at: from, take: () => [] })
  const choices: readonly Room[] =
    demand.platform === 'any'
      ? [{ stocks: placed.allowed, platform: null }]
      : placed.platforms.map(({ stocks, platform }) => ({ stocks, platform }))
  for (const room of choices) yield { ...room, free: spareFor(fleet, at, { stocks: room.stocks, booking, kept }) }
}

/** Of these stocks, the machines that are free from then on for so long. */
const spareFor = (
  fleet: Fleet,
  at: Instant,
  { stocks, booking, kept }: { readonly stocks: readonly Stock[]; readonly booking: Booking; readonly kept: SetAside },
): number => {
  const until = endOf(fleet, stocks, booking)
  const claimed = sum(kept.claims, (claim) =>
    claim.from < until && claim.until > booking.from && claim.stocks.some((stock) => stocks.includes(stock))
      ? claim.count
      : 0,
  )
  const most = claimed + booking.demand.count
  return freeAt(fleet, stocks, { at: booking.from, now: at, most, slackMs: slackMs(fleet, stocks) }) - claimed
}

/** When machines of a booking are ready for the next, at the latest. */
export const endOf = (
  fleet: Fleet,
  stocks: readonly Stock[],
  { from, ...stay }: Pick<Booking, 'from' | 'durationMs' | 'graceMs'>,
): Instant => (from + awayMs(fleet, stocks, stay)) as Instant

/** The machines that are kept for a reservation from its start on: of the platform that it was given when it was made. */
export const claimOf = (fleet: Fleet, request: Reserved): Claim => {
  const { id, demand, reserved } = request
  const { from, platform } = reserved
  const fit = openFor(fleet, fitting(fleet, demand), request, from)
  const stocks = platform === null ? fit : fit.filter(({ shape }) => shape.platform === platform)
  const until = endOf(fleet, stocks, { ...request, from })
  return { request: id, stocks, count: demand.count, from, until, slackMs: slackMs(fleet, stocks), reserved: true }
}

/** Reservations that a question is about, at most. */
const MOST_COMPARED = 200

/**
 * Those of the reservations that overlap a stretch of time that will have too few machines if all goes as planned, and how many
 * each lacks.
 */
export const lackingIn = (
  fleet: Fleet,
  at: Instant,
  { from, until, types }: { readonly from: number; readonly until: number; readonly types: readonly MachineType[] },
): ReadonlyMap<Reserved, number> => {
  const near = types.flatMap((type) => [...firstOf(reservationsOf(fleet, type), MOST_COMPARED)])
  const claims = near
    .filter((request) => request.reserved.from > at)
    .map((request) => ({ request, claim: claimOf(fleet, request) }))
  const overlapping = claims.filter(({ claim }) => claim.from < until && claim.until > from)
  const lacking = overlapping.map(({ request, claim }) => {
    const { stocks, slackMs: slack } = claim
    const needed = sum(claims, ({ claim: other }) =>
      other.from < claim.until && other.until > claim.from && other.stocks.some((stock) => stocks.includes(stock))
        ? other.count
        : 0,
    )
    const missing = needed - freeAt(fleet, stocks, { at: claim.from, now: at, most: needed, slackMs: slack })
    // One that no stock is left for overlaps with nobody, itself included.
    return [request, stocks.length === 0 ? claim.count : Math.min(claim.count, missing)] as const
  })
  return new Map(lacking.filter(([, count]) => count > 0))
}

/** What reservations of a type keep from leases that are over too late for them, and nothing of what is set aside for those who wait. */
export const reservedAside = (fleet: Fleet, at: Instant, type: MachineType): SetAside => {
  const kept = new SetAside(fleet, at)
  for (const request of reservationsOf(fleet, type)) {
    const { held, quota } = fleet.tenants.need(request.tenant)
    // One whose hour has come, and whose tenant may have no more, is kept back by that.
    const isKept = request.reserved.from > at || held + request.demand.count <= quota
    if (isKept) kept.add(claimOf(fleet, request))
  }
  return kept
}

/** Instants that are looked at for a start that is possible. */
const MOST_LOOKED_AT = 200

/** The first instant after `booking.from` at which it has room; null: none is known up to `last`. */
export const nextRoom = (
  fleet: Fleet,
  at: Instant,
  { last, ...asked }: Sought & { readonly last: number },
): Instant | null => {
  const stocks = fitting(fleet, asked.booking.demand)
  const slack = slackMs(fleet, stocks)
  const instants = [
    ...latestEndings(fleet, stocks, MOST_LOOKED_AT).map(({ latest }) => latest + slack),
    ...asked.kept.claims.map(({ until }) => until),
    at + slack,
  ].filter((instant) => instant > asked.booking.from && instant <= last)
  for (const instant of [...new Set(instants)].toSorted((a, b) => a - b).slice(0, MOST_LOOKED_AT)) {
    const booking = { ...asked.booking, from: instant as Instant }
    if (roomFor(fleet, at, { ...asked, booking }) !== null) return instant as Instant
  }
  return null
}

/** Whether a reservation is so near that its machines are to be woken, and nothing that takes long is to be begun with any. */
export const isExpected = (fleet: Fleet, pool: Pool, at: Instant): boolean => {
  const [first] = reservationsOf(fleet, pool.type)
  return first !== undefined && first.reserved.from - leadMs(pool) <= at
}

export const leadMs = (pool: Pool): number => {
  const { provision, burnin, check } = pool.deadlineMs
  return turnaroundMs(pool) + provision + burnin + check
}
