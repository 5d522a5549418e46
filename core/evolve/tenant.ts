import type { Fleet } from '../fleet.ts'
import type { TenantName } from '../id.ts'
import type { Tenant } from '../tenant.ts'
import { lead } from './request.ts'

/**
 * Replaces parts of a tenant; every event about one comes down to this. A request that its quota kept back was overtaken by
 * nobody meanwhile: it leads its line from the moment when there is room for it.
 */
export const patchTenant = (fleet: Fleet, name: TenantName, patch: Partial<Tenant>): void => {
  const keptBack = fleet.heads.keptBack(name)
  fleet.tenants.put(name, { ...fleet.tenants.need(name), ...patch })
  if (keptBack.length === 0) return
  const still = new Set(fleet.heads.keptBack(name))
  for (const line of keptBack) if (!still.has(line)) lead(fleet, fleet.queues.first(line)!)
}
