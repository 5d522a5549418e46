import type { ReservationsAnswer } from '../answer/reservations.ts'
import type { Outcome } from '../command.ts'
import type { Message } from '../effect.ts'
import type { Refusal } from '../refusal.ts'
import type { FleetTelling } from './message.ts'
import { wanted } from './wanted.ts'
import { listed, openly, type RefusalTelling, type Said, type Telling } from './said.ts'
import { clock, clockOf, span } from './time.ts'
import { typedCommand } from './typed.ts'

export const reservedSaid = (
  { request: id, from }: Extract<Outcome, { type: 'reserved' }>,
  { fleet, say, at }: FleetTelling,
): Said => {
  const request = fleet.requests.get(id)
  if (request === undefined) return openly(`Reservation ${id} waits no more. See ${say('list')}`)
  return openly(
    `${wanted(request)} ${request.demand.count === 1 ? 'is' : 'are'} reserved for you from ${clock(from, at)} for ${span(request.durationMs)}, reservation ${id}. I'll tell you before it begins, and when you can log in. Cancel: ${say(`cancel ${id}`)}`,
  )
}

export const reservationsSaid = ({ reservations, more }: ReservationsAnswer, { say, at }: Telling): Said => {
  if (reservations.length === 0)
    return openly(`Nothing is reserved. Reserve: ${say('reserve metal from tomorrow 09:10 for 4h')}`)
  const each = reservations.map(
    ({ id, tenant, from, durationMs, ...demand }) =>
      `${id === null ? '' : `${id}: `}${wanted({ demand })} for ${tenant} from ${clockOf(from, at)} for ${span(durationMs)}`,
  )
  const own = reservations.find(({ id }) => id !== null)
  const next =
    own === undefined ? `Reserve: ${say('reserve metal from tomorrow 09:10')}` : `Cancel: ${say(`cancel ${own.id}`)}`
  return openly(`Reserved: ${listed(each)}.${more === 0 ? '' : ` ${more} more are not listed.`} ${next}`)
}

/** Before it begins, or when it should have begun. */
export const reservationNearSaid = (
  { request: id, from, late }: Extract<Message, { type: 'reservationNear' }>,
  { fleet, say, at }: FleetTelling,
): Said => {
  const request = fleet.requests.get(id)
  if (request === undefined) return openly(`Reservation ${id} waits no more. See ${say('list')}`)
  const what = wanted(request)
  return openly(
    late
      ? `Reservation ${id} (${what}) was to begin at ${clock(from, at)}, and its machines are not to be had: some failed, or you hold as much as you may. You are first in line. Why: ${say(`why ${id}`)}. Cancel: ${say(`cancel ${id}`)}`
      : `Reservation ${id} (${what}) begins at ${clock(from, at)}, for ${span(request.durationMs)}. Changed your mind: ${say(`cancel ${id}`)}`,
  )
}

/** Its machines went into maintenance: while there is time it can be moved. */
export const reservationShortSaid = (
  { request: id, from, lacking }: Extract<Message, { type: 'reservationShort' }>,
  { fleet, say, at }: FleetTelling,
): Said => {
  const request = fleet.requests.get(id)
  if (request === undefined) return openly(`Reservation ${id} waits no more. See ${say('list')}`)
  const what = `${lacking} of its machines ${lacking === 1 ? 'is' : 'are'}`
  return openly(
    `Reservation ${id} (${wanted(request)}) may begin later than ${clock(from, at)}: ${request.demand.count === 1 ? 'its machine is' : what} wanted for maintenance then, and nothing else is free. You are first in line from then on. To reserve another time, first: ${say(`cancel ${id}`)}`,
  )
}

export const reservationRefused = (
  refusal: Extract<Refusal, { type: 'noRoom' | 'tooFarAhead' }>,
  { say, at, asked }: RefusalTelling,
): Said => {
  if (refusal.type === 'tooFarAhead')
    return openly(
      `${clock(refusal.from, at)} is too far ahead: at most ${span(refusal.mostMs)} from now; nothing was reserved. What is: ${say('reservations')}`,
    )
  const { count, machineType, from, nearest } = refusal
  const next =
    nearest === null
      ? `No start is known at which there would be. What is reserved: ${say('reservations')}`
      : `The next start at which there are: ${clock(nearest, at)}. ${asked?.do === 'reserve' ? `Take it: ${say(typedCommand({ ...asked, from: nearest }))}` : `What is reserved: ${say('reservations')}`}`
  return openly(
    `${count} ${machineType} ${count === 1 ? 'is' : 'are'} not free from ${clock(from, at)} for so long; nothing was reserved. ${next}`,
  )
}
