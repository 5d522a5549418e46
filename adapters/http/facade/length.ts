import type { Pool, Tenant } from '#core'

/** How long a lease lasts for clients that cannot say: as their tenant has it, else as the façade does, and no longer than is allowed. */
export const lengthFor = (tenant: Tenant, pool: Pool, leaseMs: number): number =>
  Math.min(tenant.defaultMs ?? leaseMs, pool.longestMs, tenant.longestMs ?? Infinity)
