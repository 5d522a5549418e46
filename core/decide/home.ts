import type { Command, Outcome } from '../command.ts'
import { byText } from '../collections/indexes.ts'
import { noSuchTenant, type Speaker } from '../policy/membership.ts'
import { nearest } from '../suggest.ts'
import type { Refusal } from '../refusal.ts'
import type { Tenant } from '../tenant.ts'
import type { TenantName } from '../id.ts'
import type { Draft } from './draft.ts'
import { dropHopeless, settle } from './settle.ts'

/** Moves a tenant's home. What it holds stays as it is; what it waits for is judged by the new home at once. */
export const decideMoveHome = (
  draft: Draft,
  { type, platform: asked, tenant: whose }: Extract<Command, { do: 'moveHome' }>,
  by: Speaker,
): Outcome | Refusal => {
  const { fleet } = draft
  const tenant = tenantNamed(draft, whose, by)
  if (!('homes' in tenant)) return tenant
  const shapes = fleet.stocks
    .all()
    .flatMap(({ shape, inService }) => (inService > 0 && (type === null || shape.type === type) ? [shape] : []))
  const found = shapes.find(({ platform }) => platform === asked.toLowerCase() || platform === asked)
  if (found === undefined) {
    const known = [...new Set(shapes.map(({ platform }) => platform))].toSorted(byText)
    return { type: 'noSuchPlatform', asked, machineType: type, suggestion: nearest(asked, known), known }
  }
  const { platform, type: machineType } = found
  const from = tenant.homes[machineType] ?? null
  if (from !== platform) {
    draft.emit({ type: 'homeMoved', tenant: tenant.name, machineType, platform })
    dropHopeless(draft, [...fleet.waitingOf.of(tenant.name)])
    settle(draft)
  }
  return { type: 'homeMoved', tenant: tenant.name, machineType, from, platform }
}

const tenantNamed = ({ fleet }: Draft, whose: string | null, by: Speaker): Tenant | Refusal => {
  if (whose !== null && whose !== by.tenant && by.role !== 'operator') return { type: 'operatorsOnly' }
  return fleet.tenants.get((whose ?? by.tenant) as TenantName) ?? noSuchTenant(fleet, whose ?? by.tenant)
}
