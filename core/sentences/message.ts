import type { Message } from '../effect.ts'
import type { Fleet } from '../fleet.ts'
import type { Lease } from '../lease.ts'
import type { Absence, Hopeless } from '../request.ts'
import type { FingerprintOf } from '../ssh-key.ts'
import { leaseView } from '../view.ts'
import { chassisMissedSaid } from './chassis.ts'
import { becauseSaid, buildEndSaid } from './ending.ts'
import { linkMessageSaid } from './link.ts'
import { logins, names } from './login.ts'
import { maintenancePlannedSaid } from './maintenance.ts'
import { operatorNewsSaid } from './operators.ts'
import { reservationNearSaid, reservationShortSaid } from './reserve.ts'
import { departureSaid } from './platform.ts'
import { listed, openly, type Said, type Telling } from './said.ts'
import { clock, span } from './time.ts'
import { webhookMessageSaid } from './webhooks.ts'
import { warningSaid } from './warning.ts'

/** What words about a fleet need beside it. */
export interface FleetTelling extends Telling {
  readonly fleet: Fleet
  readonly fingerprint: FingerprintOf
}

/** A notice in words, as things stand when it is told: a lease that is over by then is said to be over. */
export function messageSaid(message: Message, telling: FleetTelling): Said {
  const { fleet, say } = telling
  switch (message.type) {
    case 'leaseReady': {
      const lease = fleet.leases.get(message.lease)
      return lease === undefined
        ? openly(`Lease ${message.lease} was ready, and is over already. Get another machine: ${say('get metal')}`)
        : leaseSaid(lease, telling)
    }
    case 'leaseEnding':
    case 'leasesEnding':
      return warningSaid(message, telling)
    case 'leaseEnded':
      return openly(leaseEnded(message, telling))
    case 'maintenancePlanned':
      return maintenancePlannedSaid(message, telling)
    case 'reservationNear':
      return reservationNearSaid(message, telling)
    case 'reservationShort':
      return reservationShortSaid(message, telling)
    case 'linkClaimed':
    case 'linked':
    case 'unlinked':
      return linkMessageSaid(message, telling)
    case 'webhookDisabled':
      return webhookMessageSaid(message, telling)
    case 'operatorNews':
      return operatorNewsSaid(message, telling)
    case 'requestEnded':
      return openly(
        `Request ${message.request} waits no more: ${becauseSaid(message.because)}. ${nextAfter(message.because, say)}`,
      )
  }
}

/** A lease as its holder is told of it: what everybody may know, and how to log in. */
export const leaseSaid = (lease: Lease, { fleet, say, at, fingerprint }: FleetTelling): Said => {
  const { machines } = leaseView(fleet, lease)
  const { id, state } = lease
  if (state.status === 'ended')
    return openly(`Lease ${id} ended at ${clock(state.at, at)}. Get another machine: ${say('get metal')}`)
  if (state.status === 'preparing' && machines.length === 0)
    return openly(
      `Another machine is being found for you in place of one that failed, lease ${id}. I'll tell you when you can log in. Changed your mind: ${say(`done ${id}`)}`,
    )
  const departure = departureSaid(lease.choice, machines.length)
  const note = [departure, chassisMissedSaid(lease.why.chassis)].filter((line) => line !== null)
  if (state.status === 'preparing') {
    const many = machines.length === 1 ? 'is' : 'are'
    return openly(
      `${names(machines)} ${many} being made ready for you (${span(lease.durationMs)} from then), lease ${id}. I'll tell you when you can log in. Changed your mind: ${say(`done ${id}`)}`,
      ...note,
    )
  }
  const left = span(state.until - at)
  return {
    room: [
      `${names(machines)} ${machines.length === 1 ? 'is' : 'are'} yours until ${clock(state.until, at)} (${left}), lease ${id}.`,
      ...note,
    ],
    person: [
      ...logins(machines, fingerprint),
      `Return ${machines.length === 1 ? 'it' : 'them'}: ${say(`done ${id}`)}. More time: ${say(`extend ${id} 2h`)}`,
    ],
  }
}

/** What to do about the end of a request. */
const nextAfter = ({ type }: Hopeless | Absence | { readonly type: 'cancelled' }, say: Telling['say']): string => {
  switch (type) {
    case 'cancelled':
    case 'closed':
    case 'unpolled':
    case 'buildOver':
    case 'buildFailed':
    case 'buildAborted':
    case 'buildLost':
      return `Ask again: ${say('get metal')}`
    case 'noLongerSpeaks':
    case 'retired':
      return `For whom you speak: ${say('whoami')}; an operator can change that`
    case 'quota':
    case 'tooFew':
      return `What there is: ${say('pools')}`
  }
}

const leaseEnded = (
  { lease, how, machines }: Extract<Message, { type: 'leaseEnded' }>,
  { say }: FleetTelling,
): string => {
  const what = machines.length === 0 ? `Lease ${lease}` : `Lease ${lease} (${listed(machines)})`
  switch (how) {
    case 'done':
      return `${what} was given back. Get another machine: ${say('get metal')}`
    case 'expired':
      return `${what} is over: its time ran out, and what was on it will be wiped. Get another machine: ${say('get metal')}`
    case 'gone':
      return `${what} came to nothing: the connection that asked was closed before it was ready, and nothing is charged to you. Try again: ${say('get metal')}`
    case 'buildOver':
    case 'buildFailed':
    case 'buildAborted':
    case 'buildLost':
      return `${what} is over: ${buildEndSaid(how)}. Get another machine: ${say('get metal')}`
    case 'unprepared':
      return `${what} came to nothing: no machine could be made ready for you in time, and nothing is charged to you. Try again: ${say('get metal')}`
  }
}
