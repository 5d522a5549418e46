import type { Estimates } from '../estimate.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, PoolName, RequestId, TenantName } from '../id.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import { isOverdue, type Head } from '../policy/fairness.ts'
import { sum } from '../policy/match.ts'
import type { Speaker } from '../policy/membership.ts'
import { lineOf } from '../policy/order.ts'
import type { Claim } from '../policy/setaside.ts'
import { setAsideAt } from '../policy/turn.ts'
import type { Refusal } from '../refusal.ts'
import { isoTime } from '../time.ts'
import { estimateView, type EstimateView } from '../view.ts'
import { maySee } from './find.ts'
import { noSuchPool } from './pools.ts'

/** Who waits, in the order of service: of one type, or for machines of one pool; null: everybody, type by type. */
export interface QueueAnswer {
  readonly type: 'queue'
  readonly of: string | null
  readonly waiting: readonly InLine[]
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

/** The queue as one who speaks for a tenant may see it. */
export const queueOfAll = (
  fleet: Fleet,
  asked: string | null,
  { by, at, estimates }: { readonly by: Speaker; readonly at: Instant; readonly estimates: Estimates },
): QueueAnswer | { readonly type: 'refused'; readonly refusal: Refusal } => {
  const name = asked?.toLowerCase() ?? null
  const pool = name === null ? undefined : [...fleet.pools.values()].find((one) => one.name.toLowerCase() === name)
  const type = MACHINE_TYPES.find((one) => one === name)
  if (name !== null && pool === undefined && type === undefined)
    return { type: 'refused', refusal: noSuchPool(fleet, asked!) }
  const types = name === null ? MACHINE_TYPES : [type ?? pool!.type]
  const isMeant = (wanted: PoolName | null): boolean => pool === undefined || wanted === null || wanted === pool.name
  const claims = new Map(setAsideAt(fleet, at, types).claims.map((claim) => [claim.request, claim]))
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
    more: line.length - listed.length,
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
