import type { Fleet } from '../fleet.ts'
import type { Demand } from '../request.ts'
import type { Tenant } from '../tenant.ts'
import { termsPool } from './pools.ts'

export interface Terms {
  /** Where nobody says. */
  readonly defaultMs: number
  readonly longestMs: number
  /** Whose limit the longest is: a pool or a tenant, by name. */
  readonly of: string
}

/** How long a lease lasts and may last: as the tenant's terms say and the pool allows, the first of the type by name if none is named. */
export const lengthsFor = (fleet: Fleet, tenant: Tenant, { type, pool: named }: Demand): Terms => {
  const pool = termsPool(fleet, { type, pool: named })
  if (pool === undefined) return { defaultMs: 0, longestMs: 0, of: `pool ${named ?? type}` }
  const longestMs = Math.min(pool.longestMs, tenant.longestMs ?? Infinity)
  return {
    defaultMs: Math.min(tenant.defaultMs ?? pool.defaultMs, longestMs),
    longestMs,
    of: longestMs < pool.longestMs ? `tenant ${tenant.name}` : `pool ${pool.name}`,
  }
}
