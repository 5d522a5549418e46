import type { Build } from './build.ts'
import type { Estimate } from './estimate/calibration.ts'
import { endingSaid, failureSaid } from './sentences/ending.ts'
import type { Fleet } from './fleet.ts'
import { formerMachineView, heldMachineView } from './held-machine.ts'
import type { Instant, LeaseId } from './id.ts'
import type { Lease } from './lease.ts'
import { openRun, type Machine, type MachineState, type MachineStatus } from './machine.ts'
import { levelOf, type LevelReason } from './policy/level.ts'
import { positionOf } from './policy/order.ts'
import { isInLine, pollBy } from './policy/presence.ts'
import type { Pool } from './pool.ts'
import type { MachineRequest } from './request.ts'
import type { PastRun } from './run.ts'
import type { Tenant } from './tenant.ts'
import { isoTime } from './time.ts'

/** A lease as clients read it, from the fleet or from the row of one that has ended. */
export function leaseView(fleet: Fleet, lease: Lease) {
  const { id, number, request, tenant, demand, reason, metadata, state, grantedAt, choice } = lease
  const ended = state.status === 'ended'
  return {
    id,
    number,
    state: state.status,
    request,
    tenant,
    type: demand.type,
    count: demand.count,
    platform: choice.platform,
    /** What it is instead of the tenant's home; null: it had not to differ. */
    departure: choice.departure,
    until: state.status === 'active' ? isoTime(state.until) : null,
    grantedAt: isoTime(grantedAt),
    activeAt: state.status === 'active' ? isoTime(state.since) : null,
    endedAt: ended ? isoTime(state.at) : null,
    ending: ended ? state.how : null,
    durationMs: lease.durationMs,
    reason,
    metadata,
    hold: holdView(lease),
    /** The build that it ends with, unless it is held by then. */
    build: buildView(lease),
    /** Paths that are collected from its machines as they go back. */
    collect: lease.collect ?? [],
    /** What is on its machines. */
    agent: lease.agent,
    machines: lease.machines.map((held) =>
      ended ? formerMachineView(fleet, lease, held) : heldMachineView(fleet, lease, held),
    ),
  }
}
export type LeaseView = ReturnType<typeof leaseView>

/** Since when it is kept for debugging, why, and the latest end that it can have. */
const holdView = ({ hold }: Lease) =>
  hold === null ? null : { since: isoTime(hold.at), last: isoTime(hold.last), reason: hold.reason }

const buildView = ({ build }: { readonly build: Build | null }) =>
  build === null ? null : { url: build.url, onFailure: build.onFailure }

/** When a request is thought to be served, as clients read it: half of the time between the first two, nine times in ten between the others. */
export const estimateView = ({ at50, at90 }: Estimate) => ({
  at50: [isoTime(at50[0]), isoTime(at50[1])] as const,
  at90: [isoTime(at90[0]), isoTime(at90[1])] as const,
})
export type EstimateView = ReturnType<typeof estimateView>

/** A request as clients read it; `lease` once it is granted, `position` and, if there is one, `estimate` while it waits. */
export function requestView(fleet: Fleet, request: MachineRequest, estimate?: Estimate) {
  const { id, number, tenant, demand, durationMs, priority, reason, metadata, askedAt, state, reserved } = request
  const waits = state.status === 'waiting' && fleet.requests.get(id) !== undefined
  return {
    id,
    number,
    state: state.status,
    tenant,
    ...demand,
    durationMs,
    priority,
    reason,
    metadata,
    askedAt: isoTime(askedAt),
    /** Its place in the order of service among all who wait for its type, from 1. */
    position: waits && isInLine(request) ? positionOf(fleet, request) : null,
    /** When it is to begin, if it is a reservation. */
    from: reserved === null ? null : isoTime(reserved.from),
    estimate: waits && estimate !== undefined ? estimateView(estimate) : null,
    lease: state.status === 'granted' ? state.lease : null,
    endedAt: state.status === 'waiting' ? null : isoTime(state.at),
    ending: endingSaid(state),
    /** By when somebody is to have asked how it stands, and every so many milliseconds after that; null: nobody needs to. */
    pollBy: waits && request.poll !== null ? isoTime(pollBy(request) as Instant) : null,
    pollWithinMs: waits ? (request.poll?.withinMs ?? null) : null,
    /** Machines of other platforms that are free now and would do under `any`. */
    elsewhere: state.status === 'waiting' ? (state.why?.elsewhere ?? 0) : 0,
    build: buildView(request),
    /** Paths that are to be collected from its machines as they go back. */
    collect: request.collect ?? [],
    agent: request.agent,
  }
}
export type RequestView = ReturnType<typeof requestView>

/** What is held against a machine: of its last steps and leases those that failed, and how often it was quarantined lately. */
export const healthView = ({ health }: Machine) => {
  const { work, checks, probation, quarantines } = health
  return {
    outcomes: work.outcomes + checks.outcomes,
    failed: work.failed + checks.failed,
    /** How many times likelier that is if its odds of failing are four times those of its platform. */
    suspicion: Math.max(work.suspicion, checks.suspicion),
    /** What it is to be installed anew and checked for, before it is lent again. */
    probation,
    quarantines: quarantines.length,
  }
}
export type HealthView = ReturnType<typeof healthView>

/** A machine as every member may see it: what it is and does, not how it is reached nor who holds it. */
export function machineView(machine: Machine) {
  const { name, number, type, pool, platform, chassis, arch, labels, state, uses, attempts } = machine
  return {
    name,
    number,
    type,
    pool,
    platform,
    chassis,
    arch,
    labels,
    state: state.status,
    uses,
    attempts,
    idleSince: isoTime(machine.idleSince),
    checkedAt: isoTime(machine.checkedAt),
    maintenance: windowView(machine),
    configured: machine.configured,
    health: healthView(machine),
  }
}

const windowView = ({ maintenance }: Machine) =>
  maintenance === null
    ? null
    : {
        from: isoTime(maintenance.from),
        until: maintenance.until === null ? null : isoTime(maintenance.until),
        reason: maintenance.reason,
      }

export type MachineView = ReturnType<typeof machineView>

/** A machine as operators see it. */
export function machineDetail(fleet: Fleet, machine: Machine) {
  const { state, access, facts, fence, failures } = machine
  const lease = leaseOf(state)
  return {
    ...machineView(machine),
    lease,
    tenant: lease === null ? null : (fleet.leases.get(lease)?.tenant ?? null),
    run: openRun(machine),
    quarantine: quarantineView(state),
    address: access?.address ?? null,
    port: access?.port ?? null,
    user: access?.user ?? null,
    hostKeys: access?.hostKeys ?? [],
    fence,
    failures,
    facts,
  }
}

/** Why, since when, and when it is tried again; null: when an operator says so. */
export const quarantineView = (state: MachineState) =>
  state.status === 'quarantined'
    ? {
        reason: failureSaid(state.failure),
        since: isoTime(state.since),
        probationAt: state.probationAt === null ? null : isoTime(state.probationAt),
      }
    : null
export type QuarantineView = ReturnType<typeof quarantineView>

const leaseOf = (state: MachineState): LeaseId | null =>
  state.status === 'leased' || state.status === 'collecting' || state.status === 'revoking' ? state.lease : null

const STATUSES = [
  'enrolled',
  'provisioning',
  'checking',
  'burning',
  'ready',
  'leased',
  'collecting',
  'revoking',
  'recycling',
  'rebuilding',
  'stopping',
  'quarantined',
  'maintenance',
] as const satisfies readonly MachineStatus[]

/** A pool, with how many of its machines are in each state, and how many it keeps ready for what reason. */
export function poolView(fleet: Fleet, pool: Pool, at: Instant) {
  const { name, type, kind, driver, afterLease, defaultMs, longestMs, graceMs, configured } = pool
  const { machines, because } = levelOf(fleet, pool, at)
  const states: Partial<Record<MachineStatus, number>> = {}
  for (const status of STATUSES) {
    const count = fleet.statuses.of(`${name}/${status}`)
    if (count > 0) states[status] = count
  }
  return {
    name,
    type,
    kind,
    driver,
    machines: fleet.statuses.of(name),
    states,
    keepReady: machines,
    keepReadyBecause: levelReasonView(because),
    /** Machines that waiting requests want of it by name, or of its type. */
    wanted: fleet.wanted.of(`pool ${name}`) + fleet.wanted.of(`type ${type}`),
    afterLease,
    defaultMs,
    longestMs,
    graceMs,
    draining: !configured,
  }
}
export type PoolView = ReturnType<typeof poolView>

const levelReasonView = (because: LevelReason) =>
  because.type === 'learning' ? { ...because, until: because.until === null ? null : isoTime(because.until) } : because

/** A run, owed or over, as the owner of its lease reads it. */
export function runView({ run, ended }: PastRun) {
  const { id, step, machine, lease, attempt, owedAt, dueAt } = run
  return {
    id,
    step,
    machine,
    lease,
    attempt,
    state: ended === null ? 'owed' : 'ended',
    owedAt: isoTime(owedAt),
    dueAt: isoTime(dueAt),
    endedAt: ended === null ? null : isoTime(ended.at),
    outcome: ended?.outcome ?? null,
    message: ended?.message ?? null,
  }
}
export type RunView = ReturnType<typeof runView>

/** A tenant as its own people and operators see it. */
export function tenantView(tenant: Tenant) {
  const { name, number, active, owner, quota, defaultMs, longestMs, holds, holdMs, held, homes } = tenant
  return { name, number, active, owner, quota, defaultMs, longestMs, holds, holdMs, held, homes }
}
export type TenantView = ReturnType<typeof tenantView>

/** With who speaks for it, and how; no secret is kept that could be shown. */
export function tenantDetail(fleet: Fleet, tenant: Tenant) {
  const { members, admins, keys, name } = tenant
  return {
    ...tenantView(tenant),
    members: members.map((member) => ({ member, admin: admins.includes(member) })),
    keys,
    apiKeys: Array.from(fleet.apiKeysOf.of(name), ({ id, role, note }) => ({ id, role, note })),
  }
}
export type TenantDetail = ReturnType<typeof tenantDetail>
