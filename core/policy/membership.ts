import type { Fleet } from '../fleet.ts'
import type { ApiKeyId, Identity, PersonId, TenantName } from '../id.ts'
import type { Refusal } from '../refusal.ts'
import { nearest } from '../suggest.ts'
import { ROLES, type Person, type Role, type Tenant } from '../tenant.ts'
import { areOne, identityOf, selvesOf } from './selves.ts'

export interface Speaker {
  readonly tenant: TenantName
  readonly role: Role
}

const API_KEY = 'key:'

/**
 * For whom an identity speaks, or null if for nobody. The door has vouched for the identity itself. A member named outright goes
 * before one who is linked to somebody that speaks for a tenant, and both before one admitted by a network's wildcard. An API key
 * is what it was made as, whomever it is linked to: whoever finds it is to gain nothing by that.
 */
export const speaker = (fleet: Fleet, identity: Identity): Speaker | null => {
  const own = named(fleet, identity)
  if (identity.startsWith(API_KEY)) return own
  const person = fleet.personOf(identity)
  const linked = person === undefined || person.linked === null ? own : highest(fleet, person, own)
  return linked ?? standingIn(fleet.members.get(wildcard(identity)), identity)
}

/**
 * As whom a command is obeyed: what operators alone may do is done for an operator's key, and for an operator in a control room.
 * Elsewhere they may do what admins of their tenant may.
 */
export const obeyed = (fleet: Fleet, identity: Identity, room: string | null = null): Speaker | null => {
  const who = speaker(fleet, identity)
  const isAnywhere = who?.role !== 'operator' || identity.startsWith(API_KEY)
  return isAnywhere || (room !== null && fleet.controlRooms.includes(room)) ? who : { ...who, role: 'admin' }
}

/** A refusal as it is told: an operator is told where they are obeyed. */
export const toldWhere = (fleet: Fleet, refusal: Refusal, identity: Identity): Refusal =>
  refusal.type === 'operatorsOnly' && !identity.startsWith(API_KEY) && speaker(fleet, identity)?.role === 'operator'
    ? { type: 'controlRoomOnly', rooms: fleet.controlRooms }
    : refusal

/** Null: no tenant names it, nor has it been given a key of one. */
export const named = (fleet: Fleet, identity: Identity): Speaker | null => {
  if (!identity.startsWith(API_KEY)) return standingIn(fleet.members.get(identity), identity)
  const key = fleet.apiKeys.get(identity.slice(API_KEY.length) as ApiKeyId)
  const active = key !== undefined && fleet.tenants.get(key.tenant)?.active === true
  return active ? { tenant: key.tenant, role: key.role } : null
}

const standingIn = (tenant: Tenant | undefined, identity: Identity): Speaker | null =>
  tenant === undefined ? null : { tenant: tenant.name, role: tenant.admins.includes(identity) ? 'admin' : 'member' }

/** What the most of those may who are one; of one tenant, if they came to speak for two. */
const highest = (fleet: Fleet, person: Person, own: Speaker | null): Speaker | null => {
  const each = selvesOf(fleet, person).flatMap((one) => {
    const identity = identityOf(fleet, one)
    return identity === undefined ? [] : (named(fleet, identity) ?? [])
  })
  const first = own ?? each[0]
  if (first === undefined) return null
  const { tenant } = first
  const roles = each.filter((one) => one.tenant === tenant).map(({ role }) => role)
  return { tenant, role: ROLES.findLast((role) => role === first.role || roles.includes(role)) ?? first.role }
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
  return role === 'admin' || identity.startsWith(API_KEY) || isOwn(fleet, identity, owned)
}

/** Whether it was asked for by whoever speaks, at this door or another. */
export const isOwn = (fleet: Fleet, identity: Identity, { by }: { readonly by: PersonId }): boolean => {
  const person = fleet.personOf(identity)
  return person !== undefined && areOne(fleet, person.id, by)
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
