import type { Fleet } from '../fleet.ts'
import type { RequestId } from '../id.ts'
import { MACHINE_TYPES } from '../machine.ts'
import type { Speaker } from '../policy/membership.ts'
import { reservationsOf, type Reserved } from '../policy/reservation.ts'
import { isoTime } from '../time.ts'
import { maySee } from './find.ts'

export interface ReservationsAnswer {
  readonly type: 'reservations'
  /** The first to begin first. */
  readonly reservations: readonly ReservationView[]
  /** More that are not listed. */
  readonly more: number
}

const LONGEST_LIST = 200

/** What is reserved, by whom, from when and for how long: a public fact, as who holds what is. `id` is told to those alone who may see it. */
export const reservationsFor = (fleet: Fleet, by: Speaker): ReservationsAnswer => {
  const all = MACHINE_TYPES.flatMap((type) => [...reservationsOf(fleet, type)]).toSorted(
    (a, b) => a.reserved.from - b.reserved.from || a.number - b.number,
  )
  return {
    type: 'reservations',
    reservations: all.slice(0, LONGEST_LIST).map((one) => reservationView(one, maySee(by, one) ? one.id : null)),
    more: Math.max(0, all.length - LONGEST_LIST),
  }
}

export const reservationView = ({ tenant, demand, durationMs, reason, reserved }: Reserved, id: RequestId | null) => ({
  id,
  tenant,
  type: demand.type,
  pool: demand.pool,
  count: demand.count,
  platform: reserved.platform,
  from: isoTime(reserved.from),
  durationMs,
  reason: id === null ? null : reason,
})
export type ReservationView = ReturnType<typeof reservationView>
