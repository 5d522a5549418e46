import type { Fleet } from '../fleet.ts'
import type { TenantName } from '../id.ts'
import type { Speaker } from '../policy/membership.ts'
import type { Question } from '../question.ts'
import type { RefusalAnswer } from '../refusal.ts'
import { nearest } from '../suggest.ts'
import { tenantDetail, tenantView, type TenantDetail, type TenantView } from '../view.ts'

export type TenantsAnswer =
  | { readonly type: 'tenants'; readonly tenants: readonly TenantView[] }
  /** `part`: what of it was asked about. */
  | { readonly type: 'tenant'; readonly tenant: TenantDetail; readonly part: 'all' | 'members' | 'apiKeys' }

/** Operators see every tenant; to everybody else another tenant is as unknown as one that never was. */
export const aboutTenants = (
  fleet: Fleet,
  by: Speaker,
  { ask, tenant: named }: Extract<Question, { ask: 'tenants' | 'members' | 'apiKeys' }>,
): TenantsAnswer | RefusalAnswer => {
  const all = [...fleet.tenants.values()]
  const visible = by.role === 'operator' ? all : all.filter(({ name }) => name === by.tenant)
  if (ask === 'tenants' && named === null) return { type: 'tenants', tenants: visible.map(tenantView) }
  const wanted: TenantName = named ?? by.tenant
  const tenant = visible.find(({ name }) => name === wanted)
  if (tenant === undefined) {
    const suggestion = nearest(
      wanted,
      visible.map(({ name }) => name),
    )
    return { type: 'refused', refusal: { type: 'noSuchTenant', asked: wanted, suggestion } }
  }
  return { type: 'tenant', tenant: tenantDetail(fleet, tenant), part: ask === 'tenants' ? 'all' : ask }
}
