import type { Fleet } from '../fleet.ts'
import type { Instant, MachineName } from '../id.ts'
import type { Lease } from '../lease.ts'
import { closesAt } from '../machine.ts'
import { nextBeginning } from '../maintenance.ts'
import type { MachineRequest } from '../request.ts'
import type { Shape, Stock } from '../fleet/stock.ts'
import { turnaroundMs } from './timeline.ts'

/** How long a request is to have machines. */
export type Stay = Pick<MachineRequest, 'durationMs' | 'graceMs'>

/**
 * Those of some stocks that are open throughout a lease that is granted at `at`, with all that may belong to it: the time until
 * its tenant is let in to every machine, its grace, and a turnaround, so that the machine is clean before the next window.
 */
export const openFor = (
  fleet: Fleet,
  stocks: readonly Stock[],
  { durationMs, graceMs }: Stay,
  at: Instant,
): readonly Stock[] => {
  if (stocks.every(({ shape }) => shape.closesAt === null)) return stocks
  const openingMs = Math.max(...stocks.map(({ shape }) => fleet.pools.need(shape.pool).prepareMs))
  const end = at + openingMs + durationMs + graceMs
  return stocks.filter(({ shape }) => isOpenUntil(fleet, shape, end) || isOpenAgain(fleet, shape, { at, end }))
}

/** Whether the window ahead of machines of a shape is over before a lease is granted, and none of those after it meets the lease. */
const isOpenAgain = (
  fleet: Fleet,
  { opensAt, again, pool: name }: Shape,
  { at, end }: { readonly at: Instant; readonly end: number },
): boolean => {
  const pool = fleet.pools.need(name)
  const backMs = turnaroundMs(pool) + (pool.steps.includes('check') ? pool.deadlineMs.check : 0)
  if (opensAt === null || opensAt + backMs > at) return false
  if (again === null) return true
  const next = nextBeginning(again, at)
  const last = next - again.everyMs
  return end + turnaroundMs(pool) <= next && (last < again.from || last + again.forMs + backMs <= at)
}

/** Whether machines of a shape are open for a lease that has them taken back at `end` at the latest. */
export const isOpenUntil = (fleet: Fleet, { closesAt: closes, pool }: Shape, end: number): boolean =>
  closes === null || end + turnaroundMs(fleet.pools.need(pool)) <= closes

/** The machine of a lease that closes first, and as late as the lease may end for that; null: none closes. */
export const closing = (
  fleet: Fleet,
  { machines, graceMs }: Pick<Lease, 'machines' | 'graceMs'>,
): { readonly machine: MachineName; readonly closes: Instant; readonly last: Instant } | null => {
  const closings = machines.flatMap(({ machine: name }) => {
    const machine = fleet.machines.need(name)
    const closes = closesAt(machine)
    if (closes === null) return []
    return [{ machine: name, closes, last: (closes - graceMs - turnaroundMs(fleet.poolOf(machine))) as Instant }]
  })
  return closings.toSorted((a, b) => a.last - b.last)[0] ?? null
}
