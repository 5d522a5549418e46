import type { Fleet } from '../fleet.ts'
import type { PlatformName, TenantName } from '../id.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import { byPlatform } from '../policy/match.ts'
import { noSuchTenant, type Speaker } from '../policy/membership.ts'
import { distanceFrom, nearestFirst } from '../policy/platform.ts'
import type { RefusalAnswer } from '../refusal.ts'

/** Where a tenant is at home, and what else there is. */
export interface HomeAnswer {
  readonly type: 'home'
  readonly tenant: TenantName
  readonly homes: readonly Home[]
}

export interface Home {
  readonly type: MachineType
  /** Null: the first grant will set it. */
  readonly platform: PlatformName | null
  /** Every platform of the type, the nearest to home first; without one, by name. */
  readonly platforms: readonly PlatformNear[]
}

export interface PlatformNear {
  readonly platform: PlatformName
  /** From home; null: of another class, or there is no home. */
  readonly distance: number | null
  readonly description: string
  readonly ready: number
  readonly machines: number
}

export const homeOfTenant = (fleet: Fleet, whose: string | null, by: Speaker): HomeAnswer | RefusalAnswer => {
  if (whose !== null && whose !== by.tenant && by.role !== 'operator')
    return { type: 'refused', refusal: { type: 'operatorsOnly' } }
  const tenant = fleet.tenants.get((whose ?? by.tenant) as TenantName)
  if (tenant === undefined) return { type: 'refused', refusal: noSuchTenant(fleet, whose ?? by.tenant) }
  const homes = MACHINE_TYPES.map((type) => homeFor(fleet, type, tenant.homes[type] ?? null))
  return { type: 'home', tenant: tenant.name, homes: homes.filter(({ platforms }) => platforms.length > 0) }
}

const homeFor = (fleet: Fleet, type: MachineType, home: PlatformName | null): Home => {
  const all = byPlatform(fleet.stocks.all().filter(({ shape, inService }) => shape.type === type && inService > 0))
  const ordered = home === null ? all : nearestFirst(fleet, home, all)
  return {
    type,
    platform: home,
    platforms: ordered.map(({ platform, ready, inService }) => {
      const distance = home === null ? Infinity : distanceFrom(fleet, home, platform)
      return {
        platform,
        distance: Number.isFinite(distance) ? distance : null,
        description: fleet.platforms.need(platform).description,
        ready,
        machines: inService,
      }
    }),
  }
}
