import type { Pool, Tenant } from '#core'

/** Longest lifetime of sessions that is taken from a client, or an export, of Duffy v3: a leap year. */
export const LONGEST_LIFETIME_S = 31_622_400

/** How long a lease lasts for clients that cannot say: as their tenant has it, else as the façade does, and no longer than is allowed. */
export const lengthFor = (tenant: Tenant, pool: Pool, leaseMs: number): number =>
  Math.min(tenant.defaultMs ?? leaseMs, pool.longestMs, tenant.longestMs ?? Infinity)
