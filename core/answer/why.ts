import type { Estimates } from '../estimate.ts'
import { explain } from '../why/explain.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, RequestId, TenantName } from '../id.ts'
import type { Lease } from '../lease.ts'
import type { Machine } from '../machine.ts'
import { usualRate } from '../policy/health.ts'
import { sum } from '../policy/match.ts'
import { freeElsewhere } from '../policy/platform.ts'
import type { Speaker } from '../policy/membership.ts'
import { positionOf } from '../policy/order.ts'
import { isLeft } from '../policy/presence.ts'
import type { Claim } from '../policy/setaside.ts'
import { placeOf } from '../policy/turn.ts'
import type { MachineRequest, PlatformChoice } from '../request.ts'
import type { Stock } from '../fleet/stock.ts'
import { isoTime } from '../time.ts'
import {
  leaseView,
  machineView,
  quarantineView,
  requestView,
  type LeaseView,
  type MachineView,
  type QuarantineView,
  type RequestView,
} from '../view.ts'
import type { Why } from '../why.ts'
import { decisionOn, maySee, type Past } from './find.ts'
import { maintainedIn, type Maintained } from './maintenance.ts'
import { holderOf, type Holder } from './holder.ts'

/**
 * Why a request waits, or how it ended. `why` is what was recorded when it was made, in the record `position`; null if it was
 * granted at once. `present` are the reasons as they would be now, `now` how things stand.
 */
export interface WhyRequest {
  readonly type: 'whyRequest'
  readonly request: RequestView
  readonly why: Why | null
  readonly position: number | null
  readonly present: Why | null
  readonly now: Chances | null
}

export interface Chances {
  /** Requests for the same type that are served before it as things stand. */
  readonly ahead: number
  /** Machines that would do and are free. */
  readonly ready: number
  /** Machines that would do, free or not. */
  readonly inService: number
  /** Of those that would do. */
  readonly maintenance: Maintained
  /** Machines that are free, would do under `any`, and are kept for nobody else. */
  readonly elsewhere: number
  /** Its tenant holds as much as it may. */
  readonly atQuota: boolean
  /** Of those ready, how many are set aside for others, and for whom first. */
  readonly kept: { readonly machines: number; readonly for: Claimant | null }
}

/** Somebody before it, as everybody may know them; `request` is for those who may see it. `from`: when they are to be served. */
export interface Claimant {
  readonly request: RequestId | null
  readonly tenant: TenantName
  readonly count: number
  readonly since: string
  readonly from: string
}

/** Why a lease has the machines that it has. */
export interface WhyLease {
  readonly type: 'whyLease'
  readonly lease: LeaseView
  readonly choice: PlatformChoice
  readonly why: Why
  /** The record of its grant; null if it is not at hand. */
  readonly position: number | null
}

/** Why a machine is lent, or is not. */
export interface WhyMachine {
  readonly type: 'whyMachine'
  readonly machine: MachineView
  readonly holder: Holder | null
  /** Steps failed in a row. */
  readonly failures: number
  readonly quarantine: QuarantineView
  /** Of all that its platform does, the share that fails. */
  readonly usual: number
}

export const whyRequest = (
  fleet: Fleet,
  request: MachineRequest,
  {
    by,
    at,
    estimates,
    past,
  }: { readonly by: Speaker; readonly at: Instant; readonly estimates: Estimates; readonly past: Past },
): WhyRequest => {
  const { state } = request
  const decided = decisionOn(past, request.id)
  const waits = state.status === 'waiting' && fleet.requests.get(request.id) !== undefined
  return {
    type: 'whyRequest',
    request: requestView(fleet, request, estimates([request]).get(request.id)),
    why: state.status === 'waiting' ? state.why : (decided?.why ?? null),
    position: decided?.position ?? null,
    present: waits ? presently(fleet, request, at) : null,
    now: waits && !isLeft(request) ? chances(fleet, request, { by, at }) : null,
  }
}

const presently = (fleet: Fleet, request: MachineRequest, at: Instant): Why => {
  const placed = placeOf(fleet, at, request)
  const rule = freeElsewhere(placed) > 0 ? 'home busy' : 'busy'
  return explain(fleet, fleet.tenants.need(request.tenant), request.demand, placed, rule)
}

/** How things stand for a request that waits. */
export const chances = (
  fleet: Fleet,
  request: MachineRequest,
  { by, at }: { readonly by: Speaker; readonly at: Instant },
): Chances => {
  const tenant = fleet.tenants.need(request.tenant)
  const { allowed, elsewhere, closing, kept } = placeOf(fleet, at, request)
  const [first] = kept.claims
  return {
    ahead: positionOf(fleet, request) - 1,
    ready: sum(allowed, readyIn),
    inService: sum(allowed, (stock) => stock.inService),
    maintenance: maintainedIn(fleet, [...allowed, ...closing]),
    elsewhere: freeElsewhere({ elsewhere, kept }),
    atQuota: tenant.held + request.demand.count > tenant.quota,
    kept: { machines: kept.machines, for: first === undefined ? null : claimantOf(fleet, first, by) },
  }
}

const claimantOf = (fleet: Fleet, { request: id, count, from }: Claim, by: Speaker): Claimant => {
  const request = fleet.requests.need(id)
  return {
    request: maySee(by, request) ? id : null,
    tenant: request.tenant,
    count,
    since: isoTime(request.askedAt),
    from: isoTime(from),
  }
}

const readyIn = ({ ready }: Stock): number => ready.size

export const whyLease = (fleet: Fleet, lease: Lease, past: Past): WhyLease => ({
  type: 'whyLease',
  lease: leaseView(fleet, lease),
  choice: lease.choice,
  why: lease.why,
  position: decisionOn(past, lease.id)?.position ?? null,
})

export const whyMachine = (fleet: Fleet, machine: Machine): WhyMachine => {
  const { state } = machine
  return {
    type: 'whyMachine',
    machine: machineView(machine),
    holder: holderOf(fleet, machine),
    failures: machine.failures,
    quarantine: quarantineView(state),
    usual: usualRate(fleet, machine.platform),
  }
}
