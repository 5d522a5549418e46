import type { Outcome } from '../command.ts'
import type { Estimates } from '../estimate.ts'
import type { Instant, RequestId } from '../id.ts'
import type { Extended } from '../lease.ts'
import { closing } from '../policy/calendar.ts'
import { positionOf } from '../policy/order.ts'
import { pollBy } from '../policy/presence.ts'
import type { MachineRequest } from '../request.ts'
import { homeMovedSaid } from './home.ts'
import { reservedSaid } from './reserve.ts'
import { requestView } from '../view.ts'
import { buildEndSaid } from './ending.ts'
import { estimateSaid } from './estimate.ts'
import { isLinkOutcome, linkOutcomeSaid } from './link.ts'
import { maintenanceLiftedSaid, maintenanceSetSaid } from './maintenance.ts'
import { leaseSaid, type FleetTelling } from './message.ts'
import { awaitedSaid } from './queue.ts'
import { quietSaid } from './quiet.ts'
import { refusalSaid } from './refusal.ts'
import { capital, counted, listed, openly, ordinal, type Said, type Telling } from './said.ts'
import { tenantOutcomeSaid } from './tenants.ts'
import { isWebhookOutcome, webhookOutcomeSaid } from './webhooks.ts'
import { clock } from './time.ts'
import { typedGet } from './typed.ts'
import { wanted } from './wanted.ts'

/** Words about an outcome say when those who wait will be served, if they are given estimates. */
export interface OutcomeTelling extends FleetTelling {
  readonly estimates?: Estimates
  /** A code to link by that was made for this command, or came with it. */
  readonly code?: string
  /** Where there is a page to say one on: `https://duffy.example.org/link`. */
  readonly linkPage?: string
}

/** What a command came to in words, as the fleet stands when it is told: state, then time, then the next command. */
export function outcomeSaid(outcome: Outcome, telling: OutcomeTelling): Said {
  const { fleet, say } = telling
  if (isLinkOutcome(outcome)) return linkOutcomeSaid(outcome, telling)
  if (isWebhookOutcome(outcome)) return webhookOutcomeSaid(outcome, telling)
  switch (outcome.type) {
    case 'granted': {
      const lease = fleet.leases.get(outcome.lease)
      return lease === undefined
        ? openly(`Lease ${outcome.lease} was yours, and is over already. Get another machine: ${say('get metal')}`)
        : leaseSaid(lease, telling)
    }
    case 'waiting':
      return openly(...waiting(outcome.request, telling))
    case 'done':
      return openly(done(outcome, telling))
    case 'readmitted':
      return openly(
        `${outcome.machine} is installed anew and checked, and lent again if it passes. How it goes: ${say(`why ${outcome.machine}`)}`,
      )
    case 'extended':
      return openly(extended(outcome, telling))
    case 'extendedAll':
      return openly(extendedAll(outcome, telling))
    case 'held':
      return openly(held(outcome, telling))
    case 'reserved':
      return reservedSaid(outcome, telling)
    case 'cancelled':
      return openly(`Request ${outcome.request} is cancelled; you wait for it no more. Ask again: ${say('get metal')}`)
    case 'snoozed':
    case 'muted':
      return quietSaid(outcome, telling)
    case 'homeMoved':
      return homeMovedSaid(outcome, telling)
    case 'keyAdded':
      return aboutKey('Your key is added', outcome.fingerprint, `Get a machine with it: ${say('get metal')}`)
    case 'keyKnown':
      return aboutKey(
        'You had added that key before; nothing changed',
        outcome.fingerprint,
        `Your keys: ${say('keys')}`,
      )
    case 'keyRemoved':
      return aboutKey('Your key is removed; leases you hold keep it', outcome.fingerprint, `Your keys: ${say('keys')}`)
    case 'counted':
      return refusalSaid(outcome.refusal, telling)
    case 'tenantAdded':
    case 'tenantSet':
    case 'tenantRetired':
    case 'tenantRevived':
    case 'memberAdded':
    case 'memberRemoved':
    case 'apiKeyAdded':
    case 'apiKeyRevoked':
      return tenantOutcomeSaid(outcome, telling)
    case 'maintenanceSet':
      return maintenanceSetSaid(outcome, telling)
    case 'maintenanceLifted':
      return maintenanceLiftedSaid(outcome, telling)
    case 'buildEnded':
      return openly(buildEnded(outcome, telling))
    case 'configured':
      return openly(configured(outcome.changes, telling))
    case 'nothing':
      return openly('There was nothing to do.')
    case 'accepted':
      return openly('Taken.')
  }
}

const cutSaid = ({ lease: id, until }: Extended, { fleet, at }: OutcomeTelling): string => {
  const closes = closing(fleet, fleet.leases.need(id))
  return closes?.last === until
    ? `no longer, since ${closes.machine} goes into maintenance at ${clock(closes.closes, at)}`
    : 'which is as long as it may last'
}

/** A request in line: its place, how to leave, and, where only its platform is busy, how to take another. */
const waiting = (id: RequestId, { fleet, say, at, estimates }: OutcomeTelling): string[] => {
  const request = fleet.requests.get(id)
  if (request === undefined) return [`Request ${id} waits no more. See ${say('list')}`]
  const { demand } = request
  const place = positionOf(fleet, request)
  const { estimate } = requestView(fleet, request, estimates?.([request]).get(id))
  const when = estimate === null ? '' : `; ${estimateSaid(estimate, at)}`
  const line = `${wanted(request)} ${demand.count === 1 ? 'is' : 'are'} not free now${whose(request)}. You are ${ordinal(place)} in line, request ${id}${when}; ${askOrWait(request, { say, at })} Cancel: ${say(`cancel ${id}`)}`
  const elsewhere = request.state.status === 'waiting' ? (request.state.why?.elsewhere ?? 0) : 0
  if (elsewhere < demand.count || demand.platform === 'any') return [line]
  return [
    line,
    `On other platforms ${counted(elsewhere, 'machine')} ${elsewhere === 1 ? 'is' : 'are'} free now. Take what is free instead: ${say(anyInstead(request))} and then ${say(`cancel ${id}`)}`,
  ]
}

/** How its asker learns that it is their turn. */
const askOrWait = (request: MachineRequest, { say, at }: Pick<Telling, 'say' | 'at'>): string => {
  const by = pollBy(request)
  if (by !== null)
    return `ask by ${clock(Math.max(by, at) as Instant, at)} how it stands, or the place is given up: ${say(`why ${request.id}`)}.`
  return request.address === null
    ? `your place is kept: ${say(`why ${request.id}`)}.`
    : "I'll tell you when it is your turn."
}

const whose = ({ demand, state }: MachineRequest): string => {
  const why = state.status === 'waiting' ? state.why : null
  return demand.platform !== 'any' && why?.home ? ` on your platform, ${why.home}` : ''
}

export const anyInstead = ({ demand }: Pick<MachineRequest, 'demand'>): string => typedGet(demand, 'any')

const done = (
  { leases, machines, bad, collecting = [] }: Extract<Outcome, { type: 'done' }>,
  { fleet, say, at }: FleetTelling,
): string => {
  const what = machines.length === 0 ? 'Nothing' : listed(machines)
  const verb = machines.length > 1 ? 'are' : 'is'
  const report = bad === undefined ? '' : ` ${bad} is installed anew and checked before anybody gets it.`
  const [from] = collecting
  const kept = from === undefined ? '' : ` What is collected first: ${say(`artifacts ${from}`)}.`
  const given = `${what} ${verb} given back and will be wiped.${kept}${report}`
  const lasting = leases.map((id) => fleet.leases.get(id)).find((lease) => lease !== undefined)
  if (lasting === undefined) {
    const over = leases.length === 1 ? `Lease ${leases[0]} is over` : `Leases ${listed(leases)} are over`
    return `${given} ${over}. Get another machine: ${say('get metal')}`
  }
  const until = lasting.state.status === 'active' ? ` until ${clock(lasting.state.until, at)}` : ''
  return `${given} Lease ${lasting.id} goes on with ${listed(lasting.machines.map(({ machine }) => machine))}${until}. Return the rest: ${say(`done ${lasting.id}`)}`
}

const extended = (outcome: Extended, telling: OutcomeTelling): string => {
  const { fleet, say } = telling
  const { lease } = outcome
  if (!fleet.leases.has(lease))
    return `Lease ${lease} was extended, and is over already. Get another machine: ${say('get metal')}`
  return `Lease ${lease} is yours ${untilSaid(outcome, telling)}. Return it: ${say(`done ${lease}`)}`
}

const extendedAll = ({ leases, kept }: Extract<Outcome, { type: 'extendedAll' }>, telling: OutcomeTelling): string => {
  const { fleet, say } = telling
  const still = leases.filter(({ lease }) => fleet.leases.has(lease))
  const together = Map.groupBy(still, (one) => untilSaid(one, telling))
  const ends = [...together].map(([until, some]) => `${until}: ${listed(some.map(({ lease }) => lease))}`)
  const same = kept.length === 1 ? 'ends' : 'end'
  const rest =
    kept.length === 0
      ? ''
      : ` ${listed(kept)} ${same} when ${kept.length === 1 ? 'it was' : 'they were'} to; why: ${say(`extend ${kept[0]} 2h`)}.`
  return `${ends.length === 0 ? 'All of them are over by now' : `Yours ${ends.join('; ')}`}.${rest} What you hold: ${say('list')}`
}

/** `until 18:40 UTC`, and why not longer. */
const untilSaid = (one: Extended, telling: OutcomeTelling): string => {
  const { until, cutTo, awaited } = one
  const longest = cutTo === null ? '' : `, ${cutSaid(one, telling)}`
  const cut = awaited === null ? longest : ` and no longer: ${awaitedSaid(awaited, telling.at)}`
  return `until ${clock(until, telling.at)}${cut}`
}

const held = (
  { lease: id, until, awaited }: Extract<Outcome, { type: 'held' }>,
  { fleet, say, at }: FleetTelling,
): string => {
  const lease = fleet.leases.get(id)
  if (lease === undefined) return `Lease ${id} was kept, and is over already. Get another machine: ${say('get metal')}`
  const machines = listed(lease.machines.map(({ machine }) => machine))
  return `Lease ${id} (${machines}) is kept for debugging until ${clock(until, at)}${awaited === null ? '' : ` and no longer: ${awaitedSaid(awaited, at)}`}. Through already: ${say(`done ${id}`)}`
}

const buildEnded = (
  { leases, held: kept, requests, end }: Extract<Outcome, { type: 'buildEnded' }>,
  { say }: Telling,
): string => {
  const parts = [
    ...(leases.length === 0 ? [] : [`${listed(leases)} ${leases.length === 1 ? 'is' : 'are'} over`]),
    ...(kept.length === 0 ? [] : [`${listed(kept)} ${kept.length === 1 ? 'is' : 'are'} kept for debugging`]),
    ...(requests.length === 0 ? [] : [`${listed(requests)} ${requests.length === 1 ? 'waits' : 'wait'} no more`]),
  ]
  return parts.length === 0
    ? `Nothing is bound to that build any more. What you hold: ${say('list')}`
    : `${capital(buildEndSaid(end))}: ${parts.join('; ')}. What you hold: ${say('list')}`
}

/** Which key it was is for its owner alone. */
const aboutKey = (what: string, fingerprint: string, next: string): Said => ({
  room: [`${what}. ${next}`],
  person: [`That key: ${fingerprint}`],
})

const configured = (changes: readonly string[], { say }: Telling): string =>
  changes.length === 0
    ? `The config is what it was. What there is: ${say('pools')}`
    : `The config is applied, ${counted(changes.length, 'change')}: ${listed(changes)}. What there is: ${say('pools')}`
