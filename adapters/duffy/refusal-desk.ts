import { REMEMBERED, type Refused, type TenantName } from '#core'
import type { Refusals } from '../lane/refusals.ts'
import type { Remembered } from '../past.ts'

/**
 * Refusals that somebody may ask the reasons of, in memory alone: they changed nothing, and are in no record. Bounded in number and
 * time, and by tenant, so that nobody's refusals are forgotten because others ask much in vain.
 */
export interface RefusalDesk extends Refusals, Remembered {}

/** Older clients are told in words of their own, cannot ask why, and repeat all day what was refused. */
const UNASKED: ReadonlySet<string> = new Set(['v3', 'legacy'])

export interface RefusalLimits {
  readonly ms: number
  readonly perTenant: number
  readonly most: number
}

export function refusalDesk(clock: () => number, limits: RefusalLimits = REMEMBERED): RefusalDesk {
  const byTenant = new Map<TenantName, Map<string, Refused>>()
  let size = 0

  const forgetOldest = (tenant: TenantName): void => {
    const own = byTenant.get(tenant)!
    const [oldest] = own.keys()
    own.delete(oldest!)
    size -= 1
    if (own.size === 0) byTenant.delete(tenant)
  }
  const keep = (refused: Refused): void => {
    const { tenant, ref } = refused
    const own = byTenant.get(tenant) ?? new Map<string, Refused>()
    byTenant.set(tenant, own)
    if (!own.delete(ref)) size += 1
    own.set(ref, refused)
    if (own.size > limits.perTenant) forgetOldest(tenant)
    if (size > limits.most) forgetOldest(largest(byTenant))
  }

  return {
    keep: (refused) => refused.forEach(keep),
    explains: (door) => !UNASKED.has(door),
    named: (ref) =>
      [...byTenant.values()].flatMap((own) => {
        const known = own.get(ref)
        return known === undefined || known.at + limits.ms < clock() ? [] : [known]
      }),
  }
}

const largest = (byTenant: ReadonlyMap<TenantName, ReadonlyMap<string, Refused>>): TenantName => {
  let most: readonly [TenantName, number] | null = null
  for (const [tenant, own] of byTenant) if (most === null || own.size > most[1]) most = [tenant, own.size]
  return most![0]
}
