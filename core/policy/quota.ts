import type { Fleet } from '../fleet.ts'
import type { Demand } from '../request.ts'
import type { Tenant } from '../tenant.ts'
import { byText } from '../indexes.ts'

export interface Terms {
  readonly defaultMs: number
  readonly longestMs: number
  /** Whose limit the longest is: a pool or a tenant, by name. */
  readonly of: string
}

/** How long a lease may last: as the pool allows (the first of the type by name, if none is named) and no longer than the tenant may. */
export const longestFor = (fleet: Fleet, tenant: Tenant, { type, pool: named }: Demand): Terms => {
  const pools = [...fleet.pools.values()].filter((pool) =>
    named === null ? pool.type === type && pool.configured : pool.name === named,
  )
  const [pool] = pools.toSorted((a, b) => byText(a.name, b.name))
  if (pool === undefined) return { defaultMs: 0, longestMs: 0, of: `pool ${named ?? type}` }
  const { defaultMs, longestMs } = pool
  if (tenant.longestMs !== null && tenant.longestMs < longestMs)
    return { defaultMs, longestMs: tenant.longestMs, of: `tenant ${tenant.name}` }
  return { defaultMs, longestMs, of: `pool ${pool.name}` }
}
