import type { Fleet } from '../fleet.ts'
import type { ApiKeyId, Identity, PersonId, TenantName } from '../id.ts'
import type { Refusal } from '../refusal.ts'
import { nearest } from '../suggest.ts'
import type { Role } from '../tenant.ts'

export interface Speaker {
  readonly tenant: TenantName
  readonly role: Role
}

const API_KEY = 'key:'

/**
 * For whom an identity speaks, or null if for nobody. The door has vouched for the identity itself. A member named
 * outright goes before one admitted by a network's wildcard.
 */
export const speaker = (fleet: Fleet, identity: Identity): Speaker | null => {
  if (identity.startsWith(API_KEY)) {
    const key = fleet.apiKeys.get(identity.slice(API_KEY.length) as ApiKeyId)
    const active = key !== undefined && fleet.tenants.get(key.tenant)?.active === true
    return active ? { tenant: key.tenant, role: key.role } : null
  }
  const tenant = fleet.members.get(identity) ?? fleet.members.get(wildcard(identity))
  return tenant === undefined
    ? null
    : { tenant: tenant.name, role: tenant.admins.includes(identity) ? 'admin' : 'member' }
}

/**
 * Whether whoever asked for something still speaks for the tenant that it was asked for, as operators do for any. Somebody who was
 * forgotten speaks for nobody.
 */
export const stillSpeaks = (
  fleet: Fleet,
  { by, tenant }: { readonly by: PersonId; readonly tenant: TenantName },
): boolean => {
  const identity = fleet.personal.get(by)?.text
  const who = identity === undefined ? null : speaker(fleet, identity as Identity)
  return who !== null && (who.tenant === tenant || who.role === 'operator')
}

/** `irc:libera:alice` is one of `irc:libera:*`. */
const wildcard = (identity: string): string => `${identity.slice(0, identity.lastIndexOf(':'))}:*`

/**
 * Whether this speaker may end, extend or cancel what `owner` asked for: their own; with an API key or as its admin, all of their
 * tenant's; as an operator, anybody's.
 */
export const mayHandle = (
  fleet: Fleet,
  identity: Identity,
  { tenant, role }: Speaker,
  owned: { readonly tenant: TenantName; readonly by: PersonId },
): boolean => {
  if (role === 'operator') return true
  if (owned.tenant !== tenant) return false
  return role === 'admin' || identity.startsWith(API_KEY) || fleet.personOf(identity)?.id === owned.by
}

/** Whether this speaker may change what belongs to a tenant: its members, its keys. */
export const mayManage = ({ tenant, role }: Speaker, of: TenantName): boolean =>
  role === 'operator' || (role === 'admin' && tenant === of)

/** Refuses what was to be done with a tenant that does not exist. */
export const noSuchTenant = (fleet: Fleet, asked: string): Refusal => ({
  type: 'noSuchTenant',
  asked,
  suggestion: nearest(
    asked,
    Array.from(fleet.tenants.values(), ({ name }) => name),
  ),
})
