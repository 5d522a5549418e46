import type { Hash } from '../audit.ts'
import type { Asked, GetCommand, Wanting } from '../command.ts'
import { explain } from '../why/explain.ts'
import type { Fleet } from '../fleet.ts'
import { refusalRef, type Instant, type TenantName } from '../id.ts'
import { firstOf } from '../collections/indexes.ts'
import { entitlement, type Lease } from '../lease.ts'
import { plannedEnd } from '../policy/due.ts'
import { usualHold } from '../policy/hold.ts'
import { obeyed, type Speaker } from '../policy/membership.ts'
import { claimsBroken } from '../policy/promised.ts'
import { endOf, roomsFor, type Booking } from '../policy/reservation.ts'
import type { Claim } from '../policy/setaside.ts'
import { placeOf, setAsideAt, type Asking } from '../policy/turn.ts'
import type { Refusal } from '../refusal.ts'
import type { Charged, Claimed, Grounds, Refused } from '../why/refused.ts'
import { Draft } from './draft.ts'
import { readAsking } from './get.ts'
import { reservedBeside } from './reserve.ts'

/** Of each kind, those that are told of. */
const MOST_TOLD = 5
/** Leases looked at for those that end first. */
const MOST_LOOKED_AT = 100

/**
 * What is remembered of a command that was just refused by a fleet that is still as it was; null if it wanted no machines, or
 * nobody speaks for who asked.
 */
export const refused = (fleet: Fleet, asked: Asked, refusal: Refusal, hash: Hash): Refused | null => {
  const { at, by, door, id, command } = asked
  if (!isWanting(command)) return null
  const who = obeyed(fleet, by, asked.room)
  if (who === null) return null
  const tenant = tenantOf(fleet, command, { who, refusal })
  return {
    ref: refusalRef(hash(JSON.stringify([at, by, door, id, command]))),
    at,
    tenant,
    asked: bare(command),
    refusal: bounded(refusal),
    grounds: { ...NONE, ...groundsOf(fleet, asked, { command, refusal, by: { ...who, tenant } }) },
  }
}

const NONE: Grounds = { why: null, charged: [], claims: [], rooms: [] }

const isWanting = (command: Asked['command']): command is Wanting =>
  command.do === 'get' || command.do === 'reserve' || command.do === 'extend' || command.do === 'hold'

/** An operator asks for others: what is about their lease is theirs. */
const tenantOf = (
  fleet: Fleet,
  command: Wanting,
  { who, refusal }: { readonly who: Speaker; readonly refusal: Refusal },
): TenantName => {
  const named = command.do === 'get' ? command.tenant : undefined
  if (named !== undefined && who.role === 'operator' && fleet.tenants.has(named)) return named
  return ('lease' in refusal ? fleet.leases.get(refusal.lease)?.tenant : undefined) ?? who.tenant
}

/** Without what people wrote, and whom to tell. */
const bare = (command: Wanting): Wanting => {
  switch (command.do) {
    case 'get':
      return bareGet(command)
    case 'reserve':
      return { ...command, get: bareGet(command.get) }
    case 'hold':
      return { ...command, reason: '' }
    case 'extend':
      return command
  }
}

const bareGet = (get: GetCommand): GetCommand => ({
  ...get,
  labels: get.labels.slice(0, MOST_TOLD),
  keys: [],
  reason: '',
  metadata: {},
  address: null,
})

/** Lists in it are as long as there are things to list. */
const bounded = (refusal: Refusal): Refusal =>
  Object.fromEntries(
    Object.entries(refusal).map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, MOST_TOLD) : value]),
  ) as Refusal

interface No {
  readonly command: Wanting
  readonly refusal: Refusal
  readonly by: Speaker
}

const groundsOf = (fleet: Fleet, asked: Asked, { command, refusal, by }: No): Partial<Grounds> => {
  const { type } = refusal
  if (type === 'tooManyHeld') return { charged: leased(fleet, refusal.tenant, ({ hold }) => hold !== null) }
  if (command.do === 'extend' || command.do === 'hold')
    return type === 'awaited' ? promised(fleet, asked.at, { command, refusal }) : {}
  const draft = new Draft(fleet, asked)
  const asking = readAsking(draft, command.do === 'get' ? command : command.get, by)
  if ('type' in asking) return {}
  if (type === 'neverEnough' || type === 'noneFree' || type === 'queueFull') return lacking(draft, asking)
  if (command.do === 'get') return type === 'overQuota' ? { charged: leased(fleet, by.tenant) } : {}
  const booking: Booking = { ...asking, from: command.from }
  if (type === 'overQuota') return { charged: reserved(draft, booking, by) }
  return type === 'noRoom' ? noRoom(draft, booking, by) : {}
}

const leased = (fleet: Fleet, tenant: TenantName, which: (lease: Lease) => boolean = () => true): Charged[] =>
  [...firstOf(fleet.leasesOf.of(tenant), MOST_LOOKED_AT)]
    .filter(which)
    .map((lease) => ({ id: lease.id, count: entitlement(lease), from: lease.grantedAt, until: plannedEnd(lease) }))
    .toSorted((a, b) => a.until - b.until)
    .slice(0, MOST_TOLD)

const reserved = (draft: Draft, booking: Booking, by: Speaker): Charged[] =>
  reservedBeside(draft, booking, by)
    .map(({ id, demand, reserved: { from }, durationMs }) => ({
      id,
      count: demand.count,
      from,
      until: (from + durationMs) as Instant,
    }))
    .toSorted((a, b) => a.until - b.until)
    .slice(0, MOST_TOLD)

const lacking = ({ fleet, at }: Draft, asking: Asking): Partial<Grounds> => {
  const placed = placeOf(fleet, at, asking)
  return {
    why: explain(fleet, fleet.tenants.need(asking.tenant), asking.demand, placed, 'busy'),
    claims: claimed(fleet, placed.kept.claims),
  }
}

const noRoom = ({ fleet, at }: Draft, booking: Booking, { tenant }: Speaker): Partial<Grounds> => {
  const kept = setAsideAt(fleet, at, [booking.demand.type])
  const rooms = [...firstOf(roomsFor(fleet, at, { tenant, booking, kept }), MOST_TOLD)]
  const inTheWay = kept.claims.filter((claim) =>
    rooms.some(
      ({ stocks }) =>
        claim.stocks.some((stock) => stocks.includes(stock)) &&
        claim.from < endOf(fleet, stocks, booking) &&
        claim.until > booking.from,
    ),
  )
  return {
    rooms: rooms.map(({ platform, free }) => ({ platform, free: Math.max(0, free) })),
    claims: claimed(fleet, inTheWay),
  }
}

const promised = (
  fleet: Fleet,
  at: Instant,
  {
    command,
    refusal,
  }: {
    readonly command: Extract<Wanting, { do: 'extend' | 'hold' }>
    readonly refusal: Extract<Refusal, { type: 'awaited' }>
  },
): Partial<Grounds> => {
  const lease = fleet.leases.get(refusal.lease)
  if (lease === undefined) return {}
  const from = Math.max(refusal.until, at)
  const until =
    command.do === 'hold'
      ? at + (command.forMs ?? usualHold(fleet.tenants.need(lease.tenant)))
      : 'until' in command
        ? command.until
        : from + command.byMs
  return { claims: claimed(fleet, claimsBroken(fleet, lease, { until: until as Instant, at })) }
}

const claimed = (fleet: Fleet, claims: readonly Claim[]): Claimed[] =>
  claims
    .toSorted((a, b) => a.from - b.from)
    .slice(0, MOST_TOLD)
    .map(({ request, count, from, reserved: isReserved }) => ({
      request,
      tenant: fleet.requests.need(request).tenant,
      count,
      from,
      reserved: isReserved,
    }))
