import type { Fleet } from '../fleet.ts'
import type { Instant, PlatformName } from '../id.ts'
import type { Demand, MachineRequest, PlatformChoice } from '../request.ts'
import type { Stock } from '../fleet/stock.ts'
import type { Tenant } from '../tenant.ts'
import { openFor } from './calendar.ts'
import { differences, nearer, platformDistance } from './distance.ts'
import { chosenFrom, type Chosen } from './chassis.ts'
import { byPlatform, fitting, leastWorn, sum, type PlatformStock, type Take } from './match.ts'
import { NOTHING_KEPT, type Kept } from './setaside.ts'

/** Where a request's machines come from; `machines` is null if there are not enough ready now. */
export interface Placement {
  readonly machines: Chosen['machines'] | null
  /** How they share chassis. */
  readonly chassis: Chosen['chassis']
  readonly choice: PlatformChoice | null
  /** The platforms that the rule allows at this moment, in the order in which they are tried. */
  readonly platforms: readonly PlatformStock[]
  /** Their stocks. */
  readonly allowed: readonly Stock[]
  /** Those that would do but for their platform. */
  readonly elsewhere: readonly Stock[]
  /** Those that would do, but are to go into maintenance before the lease would be over. */
  readonly closing: readonly Stock[]
  /** What of `allowed` is ready and set aside for others. */
  readonly kept: Kept
}

/** `at`: now. `take`: chooses from what is not kept for others. */
interface Freedom {
  readonly at: Instant
  readonly take?: Take
}

/** What a request says of the machines that it wants. */
export type Wish = Pick<MachineRequest, 'demand' | 'durationMs' | 'graceMs' | 'preferUntil'>

/**
 * Finds machines for a demand, all or nothing and, but for `any`, of one platform. `same` keeps to the class of the tenant's
 * home, which its first grant sets: home itself if it has enough ready, else the nearest of its class that has. `prefer`
 * leaves that class once its patience is over.
 */
export const place = (fleet: Fleet, tenant: Tenant, wish: Wish, { at, take = leastWorn }: Freedom): Placement => {
  const fit = fitting(fleet, wish.demand)
  const open = openFor(fleet, fit, wish, at)
  const closing = open.length === fit.length ? [] : fit.filter((stock) => !open.includes(stock))
  return { ...placeAmong(fleet, tenant, { wish, fit: open }, { at, take }), closing }
}

type Placed = Omit<Placement, 'closing'>

const placeAmong = (
  fleet: Fleet,
  tenant: Tenant,
  { wish: { demand, preferUntil }, fit }: { readonly wish: Wish; readonly fit: readonly Stock[] },
  { at, take }: Required<Freedom>,
): Placed => {
  if (demand.platform === 'any') return fromAny(fleet, demand, fit, take)
  const all = byPlatform(fit)
  const home = homeOf(fleet, tenant, demand)
  if (home === null) {
    const tried = all.toSorted(byUse)
    return placement(tried, all, firstWith(tried), ({ platform }) => choiceOfFirst(platform))
  }
  const tried = nearestFirst(fleet, home, all)
  const near = tried.filter(({ platform }) => isNear(fleet, home, platform))
  const choice = ({ platform }: PlatformStock): PlatformChoice => choiceOf(fleet, home, platform)
  const nearest = firstWith(near)
  if (nearest !== null || demand.platform === 'same' || at < preferUntil) return placement(near, all, nearest, choice)
  return placement(tried, all, firstWith(tried), choice)

  /** The first platform that has so many to give. */
  function firstWith(of: readonly PlatformStock[]): Found | null {
    for (const on of of) {
      if (on.ready < demand.count) continue
      const chosen = chosenFrom(fleet, demand, on.stocks, { take })
      if (chosen.machines.length === demand.count) return { on, ...chosen }
    }
    return null
  }
}

/** Ready machines that would do but for their platform, and are kept for nobody else. */
export const freeElsewhere = ({ elsewhere, kept }: Pick<Placement, 'elsewhere' | 'kept'>): number =>
  sum(elsewhere, ({ ready }) => ready.size) - kept.elsewhere

/** A tenant's home for a type, unless no machine of its class is left: then the next grant sets it anew. */
export const homeOf = (fleet: Fleet, tenant: Tenant, { type }: Pick<Demand, 'type'>): PlatformName | null => {
  const home = tenant.homes[type]
  if (home === undefined) return null
  const stands = fleet.stocks
    .all()
    .some(({ shape, inService }) => shape.type === type && inService > 0 && isNear(fleet, home, shape.platform))
  return stands ? home : null
}

/** Whether a platform is of a home's hard class, as home itself is. */
export const isNear = (fleet: Fleet, home: PlatformName, platform: PlatformName): boolean =>
  platform === home || distanceFrom(fleet, home, platform) < Infinity

export const distanceFrom = (fleet: Fleet, home: PlatformName, platform: PlatformName): number =>
  platformDistance(fleet.platforms.need(home), fleet.platforms.need(platform))

/** Home, then the others by distance, then the least used per machine, then by name. */
export const nearestFirst = (
  fleet: Fleet,
  home: PlatformName,
  platforms: readonly PlatformStock[],
): PlatformStock[] => {
  const byDistance = nearer(fleet.platforms.need(home))
  return platforms.toSorted(
    (a, b) =>
      Number(b.platform === home) - Number(a.platform === home) ||
      byDistance(fleet.platforms.need(a.platform), fleet.platforms.need(b.platform)) ||
      byUse(a, b),
  )
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
    demand.platform === 'same' && home !== null
      ? platforms.filter(({ platform }) => isNear(fleet, home, platform))
      : platforms
  return { most: Math.max(0, ...allowed.map(({ inService }) => inService)), elsewhere: all, home }
}

const fromAny = (fleet: Fleet, demand: Demand, fit: readonly Stock[], take: Take): Placed => {
  const { machines, chassis } = chosenFrom(fleet, demand, fit, { take })
  const none = { platforms: [], allowed: fit, elsewhere: [], kept: NOTHING_KEPT }
  if (machines.length < demand.count) return { ...none, machines: null, chassis: null, choice: null }
  return { ...none, machines, chassis, choice: { platform: machines[0]!.platform, reason: 'any', departure: null } }
}

interface Found extends Chosen {
  readonly on: PlatformStock
}

const choiceOfFirst = (platform: PlatformName): PlatformChoice => ({ platform, reason: 'first', departure: null })

const choiceOf = (fleet: Fleet, home: PlatformName, platform: PlatformName): PlatformChoice => {
  if (platform === home) return { platform, reason: 'home', departure: null }
  const differs = differences(fleet.platforms.need(home), fleet.platforms.need(platform))
  const reason = isNear(fleet, home, platform) ? 'near home' : 'instead of home'
  return { platform, reason, departure: { home, differs } }
}

const placement = (
  platforms: readonly PlatformStock[],
  all: readonly PlatformStock[],
  found: Found | null,
  choice: (on: PlatformStock) => PlatformChoice,
): Placed => ({
  machines: found?.machines ?? null,
  chassis: found?.chassis ?? null,
  choice: found === null ? null : choice(found.on),
  platforms,
  allowed: platforms.flatMap(({ stocks }) => stocks),
  elsewhere: all.filter((one) => !platforms.includes(one)).flatMap(({ stocks }) => stocks),
  kept: NOTHING_KEPT,
})

/** Least used per machine first; `byPlatform` has them in order of name, which settles a tie. */
const byUse = (a: PlatformStock, b: PlatformStock): number => a.attempts / a.inService - b.attempts / b.inService
