import type { Command, Outcome } from '../command.ts'
import type { Instant } from '../id.ts'
import { MACHINE_TYPES } from '../machine.ts'
import { sum } from '../policy/match.ts'
import type { Speaker } from '../policy/membership.ts'
import { endOf, nextRoom, reservationsOf, roomFor, type Booking, type Reserved } from '../policy/reservation.ts'
import { setAsideAt } from '../policy/turn.ts'
import type { Refusal } from '../refusal.ts'
import { MINUTE } from '../time.ts'
import type { Draft } from './draft.ts'
import { readGet, requestOf } from './get.ts'
import { settle } from './settle.ts'

/** Machines for the asker's tenant from an instant ahead: kept for it from then on, or refused at once with when they could be. */
export const decideReserve = (
  draft: Draft,
  { get, from }: Extract<Command, { do: 'reserve' }>,
  by: Speaker,
): Outcome | Refusal => {
  const { fleet, at } = draft
  const read = readGet(draft, get, by, (asking) => countBeside(draft, { ...asking, from }, by))
  if ('type' in read) return read
  const { asking, keys } = read
  const { reservationsPerTenant, reservedAheadMs } = fleet.limits
  const own = ownReservations(draft, by)
  if (own.length >= reservationsPerTenant)
    return { type: 'tooMany', limit: 'reservationsPerTenant', most: reservationsPerTenant }
  if (from > at + reservedAheadMs) return { type: 'tooFarAhead', from, mostMs: reservedAheadMs }
  const booking: Booking = { ...asking, from }
  const over = overQuota(draft, booking, by)
  if (over !== null) return over
  const asked = { tenant: by.tenant, booking, kept: setAsideAt(fleet, at, [asking.demand.type]) }
  const room = roomFor(fleet, at, asked)
  if (room === null) {
    const nearest = nextRoom(fleet, at, { ...asked, last: at + reservedAheadMs })
    return { type: 'noRoom', machineType: asking.demand.type, count: asking.demand.count, from, nearest }
  }
  const reserved = { from, platform: room.platform, told: null }
  const request = { ...requestOf(draft, asking, get, keys), reserved, poll: null }
  draft.emit({ type: 'requestMade', request, why: null })
  settle(draft)
  return { type: 'reserved', request: request.id, from }
}

const ownReservations = ({ fleet }: Draft, { tenant }: Speaker): Reserved[] =>
  MACHINE_TYPES.flatMap((type) => [...reservationsOf(fleet, type)]).filter((one) => one.tenant === tenant)

/** What a tenant has reserved for one time is no more than it may hold; what it holds by then is looked at then. */
const overQuota = (draft: Draft, booking: Booking, by: Speaker): Refusal | null => {
  const { tenant } = by
  const held = countBeside(draft, booking, by)
  const { quota } = draft.fleet.tenants.need(tenant)
  const { count } = booking.demand
  return held + count > quota ? { type: 'overQuota', tenant, count, held, quota, reserved: true } : null
}

const countBeside = (draft: Draft, booking: Booking, by: Speaker): number =>
  sum(reservedBeside(draft, booking, by), ({ demand }) => demand.count)

/** What its tenant has reserved that is not over by then, or begins before it is. */
export const reservedBeside = (draft: Draft, booking: Booking, by: Speaker): Reserved[] => {
  const { fleet } = draft
  const until = endOf(fleet, [], booking)
  return ownReservations(draft, by).filter(
    (one) => one.reserved.from < until && endOf(fleet, [], { ...one, from: one.reserved.from }) > booking.from,
  )
}

/** Its owner is told that it is about to begin. */
const SOON_MS = 30 * MINUTE
/** A start that is late by less is not worth a word. */
const LATE_MS = MINUTE

/** Tells those whose hour is near, and those whose hour has come without machines. */
export const tellReserved = (draft: Draft): void => {
  const { fleet, at } = draft
  for (const type of MACHINE_TYPES) {
    for (const request of [...reservationsOf(fleet, type)]) {
      const { from, told } = request.reserved
      if (from - SOON_MS > at) break
      const what = whatToTell(request, at)
      if (what === null || what === told || told === 'late') continue
      draft.emit({ type: 'reservationTold', request: request.id, what })
      draft.tell(request.address, { type: 'reservationNear', request: request.id, from, late: what === 'late' })
    }
  }
}

/** Who reserved within the last half hour before it knows that it is near. */
const whatToTell = ({ reserved: { from }, askedAt }: Reserved, at: Instant): 'soon' | 'late' | null => {
  if (from + LATE_MS <= at) return 'late'
  return from > at && askedAt < from - SOON_MS ? 'soon' : null
}
