import type { Fleet } from '../fleet.ts'
import type { PlatformName } from '../id.ts'
import type { Machine } from '../machine.ts'
import type { Demand, PlatformChoice } from '../request.ts'
import type { Stock } from '../stock.ts'
import type { Tenant } from '../tenant.ts'
import { byPlatform, fitting, leastWorn, type PlatformStock } from './match.ts'

/** Where a request's machines come from; `machines` is null if there are not enough ready now. */
export interface Placement {
  readonly machines: readonly Machine[] | null
  readonly choice: PlatformChoice | null
  /** The stocks that the platform rule allows at this moment. */
  readonly allowed: readonly Stock[]
  /** Those that would do but for their platform. */
  readonly elsewhere: readonly Stock[]
}

/**
 * Finds machines for a demand, all or nothing. `same` takes the tenant's home only, which its first grant sets: of the
 * platforms that have enough ready, the one least used per machine. `prefer` leaves home once its patience is over.
 */
export const place = (fleet: Fleet, tenant: Tenant, demand: Demand, patient: boolean): Placement => {
  const fit = fitting(fleet, demand)
  if (demand.platform === 'any') return fromAny(fit, demand.count)
  const platforms = byPlatform(fit)
  const home = homeOf(fleet, tenant, demand)
  if (home === null) return fromOne(platforms, platforms, demand.count, 'first')
  const atHome = platforms.filter(({ platform }) => platform === home)
  const placed = fromOne(atHome, platforms, demand.count, 'home')
  if (placed.machines !== null || demand.platform === 'same' || patient) return placed
  return fromOne(platforms, platforms, demand.count, 'instead of home')
}

/** A tenant's home for a type, unless no machine of it is left: then the next grant sets it anew. */
export const homeOf = (fleet: Fleet, tenant: Tenant, demand: Demand): PlatformName | null => {
  const home = tenant.homes[demand.type]
  if (home === undefined) return null
  const stands = fleet.stocks
    .all()
    .some(({ shape, inService }) => shape.platform === home && shape.type === demand.type && inService > 0)
  return stands ? home : null
}

/** The most machines that a demand could ever get under its own rule, and under `any`. */
export const most = (
  fleet: Fleet,
  tenant: Tenant,
  demand: Demand,
): { most: number; elsewhere: number; home: PlatformName | null } => {
  const platforms = byPlatform(fitting(fleet, demand))
  const all = platforms.reduce((total, { inService }) => total + inService, 0)
  const home = homeOf(fleet, tenant, demand)
  if (demand.platform === 'any') return { most: all, elsewhere: all, home }
  const allowed =
    demand.platform === 'same' && home !== null ? platforms.filter(({ platform }) => platform === home) : platforms
  return { most: Math.max(0, ...allowed.map(({ inService }) => inService)), elsewhere: all, home }
}

const fromAny = (fit: readonly Stock[], count: number): Placement => {
  const machines = leastWorn(fit, count)
  if (machines.length < count) return { machines: null, choice: null, allowed: fit, elsewhere: [] }
  return { machines, choice: { platform: machines[0]!.platform, reason: 'any' }, allowed: fit, elsewhere: [] }
}

const fromOne = (
  allowed: readonly PlatformStock[],
  all: readonly PlatformStock[],
  count: number,
  reason: PlatformChoice['reason'],
): Placement => {
  const stocks = allowed.flatMap((one) => one.stocks)
  const elsewhere = all.filter((one) => !allowed.includes(one)).flatMap((one) => one.stocks)
  const [best] = allowed.filter(({ ready }) => ready >= count).toSorted(byUse)
  if (best === undefined) return { machines: null, choice: null, allowed: stocks, elsewhere }
  return {
    machines: leastWorn(best.stocks, count),
    choice: { platform: best.platform, reason },
    allowed: stocks,
    elsewhere,
  }
}

/** Least used per machine first; `byPlatform` has them in order of name, which settles a tie. */
const byUse = (a: PlatformStock, b: PlatformStock): number => a.attempts / a.inService - b.attempts / b.inService
