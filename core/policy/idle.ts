import type { Fleet } from '../fleet.ts'
import { byText } from '../collections/indexes.ts'
import type { Machine } from '../machine.ts'
import type { Pool } from '../pool.ts'
import type { Shape } from '../fleet/stock.ts'
import { homeOf, isNear } from './platform.ts'
import { mismatch } from './match.ts'

/** Of a pool's machines, the share that may be away for a burn-in at the same time; at least one. */
const BURNT_IN_AT_ONCE = 1 / 20
/** The earliest that a burn-in may come, however many machines want one: after this share of the idle limit. */
const EARLIEST = 1 / 2

/** Neither lent nor in a step, and in good health. */
export const isIdle = ({ configured, state }: Machine): boolean =>
  configured && (state.status === 'ready' || state.status === 'enrolled')

/** Longest idle first. Total, so that no order of inputs can change it. */
export const byIdleness = (a: Machine, b: Machine): number => a.workedAt - b.workedAt || byText(a.name, b.name)

/**
 * Idle machines of a shape stand in two lines for their burn-ins: those of which something is held against what they did come after
 * the others that are due, so that one that fails does not take their turns while it is found out.
 */
export const burninLine = (shapeKey: string, doubted: boolean): string => (doubted ? `${shapeKey} doubted` : shapeKey)

export const isDoubted = ({ health }: Machine): boolean => health.work.suspicion > 1

/** Whether a pool promises work to each of its machines. One of an elastic pool exists only while it is wanted. */
export const hasIdleLimit = ({ kind, steps, configured }: Pool): boolean =>
  configured && kind === 'fixed' && steps.includes('burnin')

export const burninsAtOnce = (machines: number): number => Math.max(1, Math.floor(machines * BURNT_IN_AT_ONCE))

/**
 * How long a machine of this pool may be idle before its burn-in is begun: the limit, less the time that all of the pool
 * need when their turns come together, a few at a time and each for as long as a burn-in may take.
 */
export const burninAfterMs = ({ idleLimitMs, deadlineMs }: Pool, machines: number): number => {
  const rounds = Math.ceil(machines / burninsAtOnce(machines))
  const turnMs = deadlineMs.burnin + deadlineMs.provision
  return Math.max(idleLimitMs * EARLIEST, idleLimitMs - rounds * turnMs)
}

/** Whether somebody waits who would take a machine of this shape, if only there were enough: one that may hold more than it does. */
export const isAwaited = (fleet: Fleet, shape: Shape): boolean => {
  for (const { tenant: name, demand } of fleet.queues.firsts()) {
    if (demand.type !== shape.type || mismatch(shape, demand) !== null) continue
    const tenant = fleet.tenants.need(name)
    if (tenant.held + demand.count > tenant.quota) continue
    const home = demand.platform === 'same' ? homeOf(fleet, tenant, demand) : null
    if (home === null || isNear(fleet, home, shape.platform)) return true
  }
  return false
}
