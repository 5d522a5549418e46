import { asideOf, droppedAs, stateRule, stockRule } from './dropped.ts'
import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, LeaseId, MachineName, PlatformName, PoolName, RequestId } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import { inService, type Machine } from '../machine.ts'
import type { Take } from '../policy/match.ts'
import { place, type Placement } from '../policy/platform.ts'
import { placeOf } from '../policy/turn.ts'
import { byWear } from '../policy/wear.ts'
import type { Demand } from '../request.ts'
import { shapeKey } from '../fleet/stock.ts'
import { DROP_RULES, type Dropped, type DropRule } from '../why.ts'

/** What became of one machine in a decision. `free`: it could have been had, and was not the first. */
export interface Candidate {
  readonly machine: MachineName
  readonly pool: PoolName
  readonly platform: PlatformName
  readonly attempts: number
  readonly idleSince: Instant
  readonly verdict: 'chosen' | 'free' | DropRule
  readonly dropped: Dropped | null
}

/** The fact with which a decision was carried out that is to be explained. */
export type Explained = Extract<Event, { type: 'leaseGranted' | 'requestMade' }>

/** The place, among the events of a record, up to which the fleet is to be brought for `candidates`; null: it explains something else. */
export const explainedIn = (
  events: readonly Event[],
  about: RequestId | LeaseId,
): { readonly before: number; readonly explained: Explained } | null => {
  const at = events.findIndex(
    (event) =>
      (event.type === 'leaseGranted' && event.lease === about) ||
      (event.type === 'requestMade' && event.request.id === about && event.why !== null),
  )
  const explained = events[at]
  if (explained?.type !== 'leaseGranted' && explained?.type !== 'requestMade') return null
  // Where a tenant is at home is settled by its first grant, after the machines were chosen.
  const settles = explained.type === 'leaseGranted' && explained.choice.reason === 'first'
  return { before: settles && events[at - 1]?.type === 'homeChosen' ? at - 1 : at, explained }
}

/**
 * Every machine of the type that was asked for, and why it was taken or not: what `Why` has the counts of. The fleet is to be as it
 * was just before. Those chosen come first, then those that were free, the least worn first, then the others by rule and name.
 */
export const candidates = (fleet: Fleet, explained: Explained, at: Instant): Candidate[] => {
  const { demand, placed, chosen } = placedAgain(fleet, explained, at)
  const rules = new Map(fleet.stocks.all().map((stock) => [stock.shape.key, stockRule(stock, demand, placed)]))
  const aside = asideOf(placed)
  const taken = new Set(chosen)
  const found: Found[] = []
  for (const machine of fleet.machines.values()) {
    if (machine.type !== demand.type || !inService(machine)) continue
    const claim = aside.get(machine)
    const rule = rules.get(shapeKey(machine)) ?? stateRule(machine) ?? (claim === undefined ? null : 'aside')
    const dropped = rule === null ? null : droppedAs(fleet, machine, rule, { labels: demand.labels, claim })
    const verdict = taken.has(machine.name) ? 'chosen' : (rule ?? 'free')
    found.push({ machine, candidate: candidateOf(machine, verdict, dropped) })
  }
  return found.toSorted(inOrder).map(({ candidate }) => candidate)
}

/** What a decision chose from, found as it was found then. */
const placedAgain = (
  fleet: Fleet,
  explained: Explained,
  at: Instant,
): { readonly demand: Demand; readonly placed: Placement; readonly chosen: readonly MachineName[] } => {
  if (explained.type === 'requestMade') {
    const { request } = explained
    return { demand: request.demand, placed: placeOf(fleet, at, { ...request, headSince: null }), chosen: [] }
  }
  // What was kept for others then decided which machines it got: they are known, and so is where they were found.
  const request = fleet.requests.need(explained.request)
  const { demand } = request
  const machines = explained.machines.map((name) => fleet.machines.need(name))
  const take: Take = (stocks) => {
    const keys = new Set(stocks.map(({ shape }) => shape.key))
    return machines.every((machine) => keys.has(shapeKey(machine))) ? machines : []
  }
  const wish = { ...request, demand: { ...demand, chassis: 'any' as const } }
  const placed = place(fleet, fleet.tenants.need(request.tenant), wish, { at, take })
  return { demand, placed, chosen: explained.machines }
}

const candidateOf = (machine: Machine, verdict: Candidate['verdict'], dropped: Dropped | null): Candidate => ({
  machine: machine.name,
  pool: machine.pool,
  platform: machine.platform,
  attempts: machine.attempts,
  idleSince: machine.idleSince,
  verdict,
  dropped,
})

interface Found {
  readonly machine: Machine
  readonly candidate: Candidate
}

const VERDICTS: readonly Candidate['verdict'][] = ['chosen', 'free', ...DROP_RULES]
const rank = ({ candidate }: Found): number => VERDICTS.indexOf(candidate.verdict)
const inOrder = (a: Found, b: Found): number =>
  rank(a) - rank(b) ||
  (a.candidate.dropped === null ? byWear(a.machine, b.machine) : byText(a.machine.name, b.machine.name))
