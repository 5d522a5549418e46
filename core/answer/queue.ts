import type { Estimates } from '../estimate.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, PoolName, RequestId, TenantName } from '../id.ts'
import { firstOf } from '../collections/indexes.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import { isOverdue, type Head } from '../policy/fairness.ts'
import { fitting, sum } from '../policy/match.ts'
import type { Speaker } from '../policy/membership.ts'
import { lineOf } from '../policy/order.ts'
import { reservationsOf, type Reserved } from '../policy/reservation.ts'
import type { Claim } from '../policy/setaside.ts'
import { setAsideAt } from '../policy/turn.ts'
import type { RefusalAnswer } from '../refusal.ts'
import { isoTime } from '../time.ts'
import { estimateView, type EstimateView } from '../view.ts'
import { maySee } from './find.ts'
import { noSuchPool } from '../policy/pools.ts'
import { reservationView, type ReservationView } from './reservations.ts'

/** Who waits, in the order of service: of one type, or for machines of one pool; null: everybody, type by type. */
export interface QueueAnswer {
  readonly type: 'queue'
  readonly of: string | null
  readonly waiting: readonly InLine[]
  /** What goes before some of them: its hour has come, or machines that they could use are kept for it. The first to begin first. */
  readonly reserved: readonly ReservationView[]
  /** More that are not listed. */
  readonly more: number
}

/** One who waits, as everybody may know it; `request` and `estimate` are for those alone who may see it. */
export interface InLine {
  /** Among all who wait for its type, from 1. */
  readonly place: number
  readonly request: RequestId | null
  readonly tenant: TenantName
  readonly type: MachineType
  readonly pool: PoolName | null
  readonly count: number
  readonly since: string
  readonly priority: number
  /** It is for its tenant's so-manieth machine, those counted that the tenant waits for before. */
  readonly machine: number
  readonly weight: number
  /** It was overtaken so often that it goes first, whatever the others' shares. */
  readonly overdue: boolean
  readonly estimate: EstimateView | null
  /** What is set aside for it: so many are free already, and all can be by then. */
  readonly aside: { readonly free: number; readonly until: string } | null
}

const LONGEST_LIST = 100
const MOST_RESERVED = 20

/** The queue as one who speaks for a tenant may see it. */
export const queueOfAll = (
  fleet: Fleet,
  asked: string | null,
  { by, at, estimates }: { readonly by: Speaker; readonly at: Instant; readonly estimates: Estimates },
): QueueAnswer | RefusalAnswer => {
  const name = asked?.toLowerCase() ?? null
  const pool = name === null ? undefined : [...fleet.pools.values()].find((one) => one.name.toLowerCase() === name)
  const type = MACHINE_TYPES.find((one) => one === name)
  if (name !== null && pool === undefined && type === undefined)
    return { type: 'refused', refusal: noSuchPool(fleet, asked!) }
  const types = name === null ? MACHINE_TYPES : [type ?? pool!.type]
  const isMeant = (wanted: PoolName | null): boolean => pool === undefined || wanted === null || wanted === pool.name
  const kept = setAsideAt(fleet, at, types)
  const claims = new Map(kept.claims.map((claim) => [claim.request, claim]))
  const line = types.flatMap((one) =>
    lineOf(fleet, one).flatMap((head, index) =>
      isMeant(head.request.demand.pool) ? [{ head, place: index + 1 }] : [],
    ),
  )
  const listed = line.slice(0, LONGEST_LIST)
  const own = new Set(listed.map(({ head }) => head.request).filter((request) => maySee(by, request)))
  const estimated = estimates([...own])
  return {
    type: 'queue',
    of: pool?.name ?? type ?? null,
    waiting: listed.map(({ head, place }) => {
      const { request } = head
      const estimate = estimated.get(request.id)
      return {
        ...publicView(fleet, head),
        place,
        request: own.has(request) ? request.id : null,
        estimate: estimate === undefined ? null : estimateView(estimate),
        aside: asideView(claims.get(request.id)),
      }
    }),
    reserved: [...firstOf(reservedBefore(fleet, at, { types, listed, claims }), MOST_RESERVED)].map((one) =>
      reservationView(one, maySee(by, one) ? one.id : null),
    ),
    more: line.length - listed.length,
  }
}

function* reservedBefore(
  fleet: Fleet,
  at: Instant,
  {
    types,
    listed,
    claims,
  }: {
    readonly types: readonly MachineType[]
    readonly listed: readonly { readonly head: Head }[]
    readonly claims: ReadonlyMap<RequestId, Claim>
  },
): Generator<Reserved> {
  const wanted = new Set(listed.flatMap(({ head }) => fitting(fleet, head.request.demand)))
  for (const type of types) {
    const waits = listed.some(({ head }) => head.request.demand.type === type)
    for (const one of waits ? reservationsOf(fleet, type) : []) {
      const isKept = claims.get(one.id)?.stocks.some((stock) => wanted.has(stock)) === true
      if (isKept || one.reserved.from <= at) yield one
    }
  }
}

const publicView = (fleet: Fleet, head: Head) => {
  const { tenant: name, demand, askedAt } = head.request
  const { weight } = fleet.tenants.need(name)
  return {
    tenant: name,
    type: demand.type,
    pool: demand.pool,
    count: demand.count,
    since: isoTime(askedAt),
    priority: head.priority,
    machine: Math.round(head.share * weight),
    weight,
    overdue: head.request.headSince !== null && isOverdue(fleet, head),
  }
}

const asideView = (claim: Claim | undefined): InLine['aside'] =>
  claim === undefined
    ? null
    : {
        free: Math.min(
          claim.count,
          sum(claim.stocks, ({ ready }) => ready.size),
        ),
        until: isoTime(claim.from),
      }
