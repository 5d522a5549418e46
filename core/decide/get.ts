import type { Agent } from '../agent.ts'
import type { GetCommand, Outcome } from '../command.ts'
import { explain } from '../why/explain.ts'
import type { Fleet } from '../fleet.ts'
import { requestId, type Fingerprint, type Instant, type RequestId } from '../id.ts'
import { speaker, type Speaker } from '../policy/membership.ts'
import { firstRoute, keysOf } from '../policy/selves.ts'
import { freeElsewhere, homeOf, most, type Placement } from '../policy/platform.ts'
import { placeName } from '../policy/presence.ts'
import { wantOf, type Waiting } from '../policy/queue.ts'
import { placeOf, type Asking } from '../policy/turn.ts'
import type { Refusal } from '../refusal.ts'
import type { Address, Demand, MachineRequest, Poll } from '../request.ts'
import { sum } from '../policy/match.ts'
import type { Tenant } from '../tenant.ts'
import { cannotCollectOf, pathsOf } from './collect.ts'
import type { Draft } from './draft.ts'
import { checkTexts, readDemand, readDuration } from './get-terms.ts'
import { grant, settle } from './settle.ts'

/** Machines for the asker's tenant: at once if they are free, in line if not, and not at all if that could never help. */
export const decideGet = (draft: Draft, command: GetCommand, by: Speaker): Outcome | Refusal => {
  const made = make(draft, command, by)
  if ('type' in made) return made
  settle(draft)
  return outcomeOf(draft, made.request)
}

/**
 * Machines of several pools, all or none: what the first parts were granted is taken back if a later one is refused. Nobody else
 * is served in between, so that the leases have numbers one after the other. The outcome is that of the first.
 */
export const decideGetAll = (draft: Draft, parts: readonly GetCommand[], by: Speaker): Outcome | Refusal => {
  const { fleet } = draft
  const count = sum(parts, (part) => part.count)
  const { machinesPerRequest } = fleet.limits
  if (!(count >= 1)) return { type: 'badCount', count }
  const { held, quota } = fleet.tenants.need(by.tenant)
  if (held + count > quota) return { type: 'overQuota', tenant: by.tenant, count, held, quota }
  if (count > machinesPerRequest) return { type: 'tooMany', limit: 'machinesPerRequest', most: machinesPerRequest }
  const mark = draft.mark()
  const made: RequestId[] = []
  for (const part of parts) {
    const one = make(draft, { ...part, queue: false }, by)
    if ('type' in one) {
      draft.undoTo(mark)
      return one
    }
    made.push(one.request)
  }
  settle(draft)
  return outcomeOf(draft, made[0]!)
}

const outcomeOf = (draft: Draft, request: RequestId): Outcome => {
  const granted = draft.events.find((event) => event.type === 'leaseGranted' && event.request === request)
  return granted?.type === 'leaseGranted'
    ? { type: 'granted', request, lease: granted.lease }
    : { type: 'waiting', request }
}

/** Makes the request, and grants it if its machines are free and nobody's turn is before. */
const make = (draft: Draft, command: GetCommand, by: Speaker): { readonly request: RequestId } | Refusal => {
  const { fleet, at } = draft
  const tenant = fleet.tenants.need(by.tenant)
  const read = readGet(draft, command, by)
  if ('type' in read) return read
  const { asking, keys } = read
  const { demand } = asking
  const over = overQuota(draft, demand, by)
  if (over !== null) return over
  const again = keptPlace(draft, asking, command)
  if (again !== undefined) {
    draft.emit({ type: 'placeTaken', request: again.id })
    return { request: again.id }
  }
  const placed = placeOf(fleet, at, asking)
  const isFree = placed.machines !== null
  if (!isFree) {
    const refusal = command.queue ? queueFull(draft, by) : noneFree(fleet, tenant, { demand, placed })
    if (refusal !== null) return refusal
  }
  const request = { ...requestOf(draft, asking, command, keys), poll: isFree ? null : pollOf(draft, command) }
  const why = isFree ? null : explain(fleet, tenant, demand, placed, busyWhy(placed))
  draft.emit({ type: 'requestMade', request, why })
  if (isFree) grant(draft, fleet.requests.need(request.id), placed)
  return { request: request.id }
}

/**
 * What a `get` asks for, and whose keys are let in, if there is nothing wrong with it that is wrong at any time. `heldBeside`: what
 * counts against its tenant's quota together with it.
 */
export const readGet = (
  draft: Draft,
  command: GetCommand,
  by: Speaker,
  heldBeside: (asking: Asking) => number = ({ tenant }) => draft.fleet.tenants.need(tenant).held,
): { readonly asking: Asking; readonly keys: readonly Fingerprint[] } | Refusal => {
  const { fleet } = draft
  const asking = readAsking(draft, command, by)
  if ('type' in asking) return asking
  const no =
    checkTexts(fleet.limits, command) ??
    pollTooShort(draft, command) ??
    badPriority(draft, command, by) ??
    badNotify(draft, command, by) ??
    neverEnough(draft, asking, heldBeside) ??
    (command.collect?.length ? cannotCollectOf(fleet, asking.demand) : null)
  if (no !== null) return no
  const keys = keysFor(draft, command, by)
  return 'type' in keys ? keys : { asking, keys: keys.known }
}

/** What it asks for, whether it can be had or not. */
export const readAsking = ({ fleet, at }: Draft, command: GetCommand, by: Speaker): Asking | Refusal => {
  const tenant = fleet.tenants.need(by.tenant)
  const demand = readDemand(fleet, command)
  if ('refusal' in demand) return demand.refusal
  const duration = readDuration(fleet, tenant, demand.demand, command.durationMs)
  if ('refusal' in duration) return duration.refusal
  return {
    number: fleet.next('request'),
    tenant: tenant.name,
    demand: demand.demand,
    durationMs: duration.durationMs,
    priority: command.priority,
    graceMs: demand.pool.graceMs,
    askedAt: at,
    preferUntil: (at + (command.preferMs ?? demand.pool.preferMs)) as Instant,
    headSince: null,
    reserved: null,
  }
}

/** A request as it stands in the record; its keys and where its notices go are kept where they can be erased. */
export const requestOf = (
  draft: Draft,
  asking: Asking,
  command: GetCommand,
  known: readonly Fingerprint[],
): Omit<MachineRequest, 'state' | 'estimate' | 'headSince' | 'poll'> => {
  const { headSince: _, ...asked } = asking
  const address = toldAt(draft, command)
  const collect = pathsOf(command.collect)
  return {
    ...asked,
    id: requestId(asking.number),
    by: draft.person(draft.identity),
    keys: command.keys.length > 0 ? command.keys.map((key) => draft.keep(key)) : known,
    reason: command.reason,
    metadata: command.metadata,
    address: address === null ? null : draft.reach(address),
    build: command.build ? { ...command.build, seen: false } : null,
    ...(collect !== undefined && { collect }),
    agent: agentOf(command),
  }
}

const agentOf = ({ agent }: GetCommand): Agent | null =>
  agent == null || agent.jenkins === null ? null : { launch: agent.launch, jenkins: agent.jenkins }

/** Whoever names no place, asking from where nobody hears, is told where else they are known. */
const toldAt = ({ fleet, identity }: Draft, { address }: GetCommand): Address | null =>
  address ?? firstRoute(fleet, identity)

const pollTooShort = ({ fleet }: Draft, { pollWithinMs: asked }: GetCommand): Refusal | null => {
  const { shortestPollMs: shortestMs } = fleet.limits
  return asked !== null && !(asked >= shortestMs) ? { type: 'pollTooShort', asked, shortestMs } : null
}

/** Whoever can be told nowhere, and did not ask to keep the place, is to ask how it stands. */
const pollOf = (draft: Draft, command: GetCommand): Poll | null => {
  const { pollWithinMs, keepPlace, keepAs } = command
  const isTold = toldAt(draft, command) !== null
  const withinMs = pollWithinMs ?? (keepPlace || isTold ? null : draft.fleet.limits.pollWithinMs)
  if (withinMs === null) return null
  const kept = keepAs === undefined ? {} : { kept: { as: keepAs, left: false, overtaken: 0 } }
  return { withinMs, seenAt: draft.at, ...kept }
}

/** The oldest place that nobody waits at and that was kept for the same, if there is one. */
const keptPlace = ({ fleet, identity }: Draft, asking: Asking, { keepAs }: GetCommand): Waiting | undefined => {
  const by = fleet.personOf(identity)?.id
  if (keepAs === undefined || by === undefined) return undefined
  const wanted = wantOf(asking.demand, asking.durationMs)
  const places = fleet.leftPlaces.of(placeName(asking.tenant, by, keepAs))
  // The site may mean other machines by the same words than it did before.
  return [...places].find(({ demand, durationMs }) => wantOf(demand, durationMs) === wanted)
}

const badPriority = ({ fleet }: Draft, { priority }: GetCommand, { tenant }: Speaker): Refusal | null => {
  const highest = fleet.tenants.need(tenant).priority
  if (Number.isInteger(priority) && priority >= 0 && priority <= highest) return null
  return { type: 'badPriority', asked: priority, most: highest, tenant }
}

/** Notices go to the asker, or to somebody of the same tenant: nobody can have Duffy talk to strangers. */
const badNotify = ({ fleet, identity }: Draft, { address }: GetCommand, { tenant }: Speaker): Refusal | null => {
  if (address === null || address.identity === identity) return null
  return speaker(fleet, address.identity)?.tenant === tenant ? null : { type: 'badNotify', asked: address.identity }
}

const neverEnough = ({ fleet }: Draft, asking: Asking, heldBeside: (asking: Asking) => number): Refusal | null => {
  const { demand } = asking
  const tenant = fleet.tenants.need(asking.tenant)
  const { most: reachable, elsewhere, home } = most(fleet, tenant, demand)
  if (demand.count <= reachable) return null
  const room = Math.max(0, tenant.quota - heldBeside(asking))
  return {
    type: 'neverEnough',
    count: demand.count,
    most: reachable,
    machineType: demand.type,
    platform: home,
    elsewhere,
    allowed: Math.min(room, fleet.limits.machinesPerRequest),
  }
}

const overQuota = ({ fleet }: Draft, { count }: Demand, { tenant: name }: Speaker): Refusal | null => {
  const { held, quota } = fleet.tenants.need(name)
  return held + count > quota ? { type: 'overQuota', tenant: name, count, held, quota } : null
}

/** The request's own keys, else the person's, else the tenant's. */
const keysFor = (
  { fleet, identity }: Draft,
  command: GetCommand,
  { tenant }: Speaker,
): { known: readonly Fingerprint[] } | Refusal => {
  if (command.keys.length > 0) return { known: [] }
  const own = keysOf(fleet, identity)
  const known = own.length > 0 ? own : fleet.tenants.need(tenant).keys
  return known.length > 0 ? { known } : { type: 'noKeys' }
}

const queueFull = ({ fleet }: Draft, { tenant }: Speaker): Refusal | null => {
  const { waitingRequests, waitingRequestsPerTenant } = fleet.limits
  if (fleet.requests.size >= waitingRequests)
    return { type: 'queueFull', limit: 'waitingRequests', most: waitingRequests }
  if (fleet.waitingOf.size(tenant) < waitingRequestsPerTenant) return null
  return { type: 'queueFull', limit: 'waitingRequestsPerTenant', most: waitingRequestsPerTenant }
}

const noneFree = (
  fleet: Fleet,
  tenant: Tenant,
  { demand, placed }: { readonly demand: Demand; readonly placed: Placement },
): Refusal => ({
  type: 'noneFree',
  machineType: demand.type,
  count: demand.count,
  platform: demand.platform === 'same' ? homeOf(fleet, tenant, demand) : null,
  elsewhere: freeElsewhere(placed),
})

const busyWhy = (placed: Placement): 'busy' | 'home busy' => (freeElsewhere(placed) > 0 ? 'home busy' : 'busy')
