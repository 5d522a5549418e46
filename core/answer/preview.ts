import { decide } from '../decide/index.ts'
import type { Estimates } from '../estimate.ts'
import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Identity, Instant, LeaseId, MachineName, PlatformName, PoolName, RequestId, TenantName } from '../id.ts'
import { speaker, type Speaker } from '../policy/membership.ts'
import type { Previewed } from '../question.ts'
import type { RefusalAnswer } from '../refusal.ts'
import type { Demand, PlatformChoice } from '../request.ts'
import { isoTime } from '../time.ts'
import { estimateView, type EstimateView } from '../view.ts'
import type { Why } from '../why.ts'
import { chances, type Chances } from './why.ts'

/** What a `get` or a `reserve` would come to now. No id in it: nothing was made that could have one. */
export type Preview = WouldGrant | WouldWait | WouldReserve

interface Wanted {
  readonly tenant: TenantName
  readonly demand: Demand
  readonly durationMs: number
  /** The length that was asked for; null: none was. */
  readonly askedMs: number | null
}

export interface WouldGrant extends Wanted {
  readonly type: 'wouldGrant'
  readonly machines: readonly { readonly name: MachineName; readonly platform: PlatformName; readonly pool: PoolName }[]
  readonly choice: PlatformChoice
  /** The earliest end: as if one could log in at once. */
  readonly until: string
  readonly why: Why
}

export interface WouldWait extends Wanted {
  readonly type: 'wouldWait'
  /** In line, from 1. */
  readonly position: number
  /** When it would be served; null: nobody can tell. */
  readonly estimate: EstimateView | null
  readonly why: Why | null
  readonly now: Chances
}

export interface WouldReserve extends Wanted {
  readonly type: 'wouldReserve'
  readonly from: string
  /** Where there is room for it; null: anywhere. */
  readonly platform: PlatformName | null
}

/**
 * Decides a command as if it were asked in earnest, tells what that came to, and takes all of it back, in one piece in which
 * nobody else sees the fleet. The fleet must hold nothing that is not durable: what is taken back is what came after.
 */
export const preview = (
  fleet: Fleet,
  { by, at, estimates }: { readonly by: Identity; readonly at: Instant; readonly estimates: Estimates },
  command: Previewed,
): Preview | RefusalAnswer => {
  const mark = fleet.journal.mark()
  try {
    const decision = decide(fleet, { id: null, by, door: 'preview', at, command })
    if (decision.type === 'refused') return decision
    const request = requestMade(decision.events)
    const lease = decision.outcome.type === 'granted' ? decision.outcome.lease : null
    const askedMs = (command.do === 'get' ? command : command.get).durationMs
    if (command.do === 'reserve') return wouldReserve(fleet, request, askedMs)
    return lease === null
      ? wouldWait(fleet, request, askedMs, { by: speaker(fleet, by)!, at, estimates })
      : wouldGrant(fleet, lease, askedMs, at)
  } finally {
    fleet.journal.undoTo(mark)
  }
}

const requestMade = (events: readonly Event[]): RequestId =>
  events.find((event) => event.type === 'requestMade')!.request.id

const wouldGrant = (fleet: Fleet, id: LeaseId, askedMs: number | null, at: Instant): WouldGrant => {
  const { tenant, demand, durationMs, choice, why, machines } = fleet.leases.need(id)
  return {
    type: 'wouldGrant',
    tenant,
    demand,
    durationMs,
    askedMs,
    machines: machines.map(({ machine }) => {
      const { name, platform, pool } = fleet.machines.need(machine)
      return { name, platform, pool }
    }),
    choice,
    until: isoTime((at + durationMs) as Instant),
    why,
  }
}

const wouldReserve = (fleet: Fleet, id: RequestId, askedMs: number | null): WouldReserve => {
  const { tenant, demand, durationMs, reserved } = fleet.requests.need(id)
  const { from, platform } = reserved!
  return { type: 'wouldReserve', tenant, demand, durationMs, askedMs, from: isoTime(from), platform }
}

const wouldWait = (
  fleet: Fleet,
  id: RequestId,
  askedMs: number | null,
  asked: { readonly by: Speaker; readonly at: Instant; readonly estimates: Estimates },
): WouldWait => {
  const request = fleet.requests.need(id)
  const { tenant, demand, durationMs, state } = request
  const now = chances(fleet, request, asked)
  const estimate = asked.estimates([request], 'tried').get(id)
  return {
    type: 'wouldWait',
    tenant,
    demand,
    durationMs,
    askedMs,
    position: now.ahead + 1,
    estimate: estimate === undefined ? null : estimateView(estimate),
    why: state.status === 'waiting' ? state.why : null,
    now,
  }
}
