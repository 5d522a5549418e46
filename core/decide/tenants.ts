import { canonical } from '../canonical.ts'
import type { Command, Outcome } from '../command.ts'
import type { Fleet } from '../fleet.ts'
import type { ApiKeyId, TenantName } from '../id.ts'
import { readMember } from '../member.ts'
import { mayManage, noSuchTenant, type Speaker } from '../policy/membership.ts'
import type { Refusal } from '../refusal.ts'
import {
  DEFAULT_TERMS,
  TENANT_NAME,
  type ApiKey,
  type Tenant,
  type TenantSettings,
  type TenantTerms,
} from '../tenant.ts'
import type { Draft } from './draft.ts'
import { end, isPlanned } from './lease.ts'
import { dropHopeless, settle } from './settle.ts'

type Of<Do extends Command['do']> = Extract<Command, { do: Do }>

export const addTenant = (draft: Draft, tenant: TenantName, settings: TenantSettings): void =>
  draft.emit({ type: 'tenantAdded', tenant, number: draft.fleet.next('tenant'), ...settings })

export const setTenant = (draft: Draft, tenant: TenantName, settings: TenantSettings): void =>
  draft.emit({ type: 'tenantConfigured', tenant, ...settings })

/** What is set about it, without what has come of it. */
export const settingsOf = (tenant: Tenant): TenantSettings => {
  const { quota, weight, priority, defaultMs, longestMs, holds, holdMs, owner, active, members, admins, keys } = tenant
  return { quota, weight, priority, defaultMs, longestMs, holds, holdMs, owner, active, members, admins, keys }
}

/** A tenant that people made: the site's config has no say in it. */
export const decideAddTenant = (draft: Draft, { tenant, terms, keys, apiKeys }: Of<'addTenant'>): Outcome | Refusal => {
  const { fleet } = draft
  const { tenants } = fleet.limits
  if (!TENANT_NAME.test(tenant)) return { type: 'badTenantName', asked: tenant }
  if (fleet.tenants.has(tenant)) return { type: 'tenantExists', tenant }
  if (fleet.tenants.size >= tenants) return { type: 'tooMany', limit: 'tenants', most: tenants }
  const known = apiKeys.find(({ id }) => fleet.apiKeys.has(id))
  if (known !== undefined) return { type: 'apiKeyExists', asked: known.id }
  const full = { ...DEFAULT_TERMS, ...terms }
  const bad = badUsualLease(draft, tenant, { ...full, adding: true })
  if (bad !== null) return bad
  addTenant(draft, tenant, {
    ...full,
    members: [],
    admins: [],
    keys: keys.map((key) => draft.keep(key)),
    owner: 'people',
    active: true,
  })
  for (const apiKey of apiKeys) draft.emit({ type: 'apiKeyAdded', apiKey })
  return { type: 'tenantAdded', tenant, taken: false }
}

export const decideSetTenant = (draft: Draft, { tenant: name, terms, keys }: Of<'setTenant'>): Outcome | Refusal => {
  const tenant = draft.fleet.tenants.get(name)
  if (tenant === undefined) return noSuchTenant(draft.fleet, name)
  const { defaultMs, longestMs } = { ...tenant, ...terms }
  const isAsBefore = defaultMs === tenant.defaultMs && longestMs === tenant.longestMs
  const bad = isAsBefore ? null : badUsualLease(draft, name, { defaultMs, longestMs, adding: false })
  if (bad !== null) return bad
  change(draft, tenant, { ...terms, ...(keys === null ? {} : { keys: keys.map((key) => draft.keep(key)) }) })
  dropHopeless(draft, [...draft.fleet.waitingOf.of(name)])
  settle(draft)
  return { type: 'tenantSet', tenant: name, taken: tenant.owner === 'config' }
}

const badUsualLease = (
  { fleet }: Draft,
  tenant: TenantName,
  { defaultMs: asked, longestMs, adding }: Pick<TenantTerms, 'defaultMs' | 'longestMs'> & { readonly adding: boolean },
): Refusal | null => {
  const { shortestMs } = fleet.limits
  if (asked === null || (asked >= shortestMs && asked <= (longestMs ?? Infinity))) return null
  return { type: 'badUsualLease', tenant, adding, asked, shortestMs, longestMs }
}

/** Its waiting requests and its leases end, so that its machines come back; its history and its keys stay. */
export const decideRetireTenant = (draft: Draft, { tenant: name, only }: Of<'retireTenant'>): Outcome | Refusal => {
  const { fleet } = draft
  const tenant = fleet.tenants.get(name)
  if (tenant === undefined) return noSuchTenant(fleet, name)
  const operatorKeys = [...fleet.operatorKeys.of('all')]
  const [own] = operatorKeys
  if (own !== undefined && operatorKeys.every((key) => key.tenant === name))
    return { type: 'lastOperatorKey', apiKey: own.id }
  if (only !== undefined && !isPlanned([...fleet.leasesOf.of(name)], only))
    return { type: 'changedSince', again: `tenants retire ${name}` }
  change(draft, tenant, { active: false })
  dropHopeless(draft, [...fleet.waitingOf.of(name)])
  for (const lease of [...fleet.leasesOf.of(name)]) end(draft, lease, 'expired')
  settle(draft)
  return { type: 'tenantRetired', tenant: name, taken: tenant.owner === 'config' }
}

export const decideReviveTenant = (draft: Draft, name: TenantName): Outcome | Refusal => {
  const tenant = draft.fleet.tenants.get(name)
  if (tenant === undefined) return noSuchTenant(draft.fleet, name)
  change(draft, tenant, { active: true })
  return { type: 'tenantRevived', tenant: name, taken: tenant.owner === 'config' }
}

export const decideAddMember = (draft: Draft, command: Of<'addMember'>, by: Speaker): Outcome | Refusal => {
  const { fleet } = draft
  const tenant = managed(fleet, command.tenant, by)
  if ('type' in tenant) return tenant
  const member = readMember(command.member)
  if (member === null) return { type: 'badMember', asked: command.member }
  const other = fleet.members.get(member)
  if (other !== undefined && other.name !== tenant.name) return { type: 'memberElsewhere', member, tenant: other.name }
  const { membersPerTenant } = fleet.limits
  const isKnown = tenant.members.includes(member)
  if (!isKnown && tenant.members.length >= membersPerTenant)
    return { type: 'tooMany', limit: 'membersPerTenant', most: membersPerTenant }
  const others = tenant.admins.filter((admin) => admin !== member)
  change(draft, tenant, {
    members: isKnown ? tenant.members : [...tenant.members, member],
    admins: command.admin ? [...others, member] : others,
  })
  return { type: 'memberAdded', tenant: tenant.name, member }
}

export const decideRemoveMember = (draft: Draft, command: Of<'removeMember'>, by: Speaker): Outcome | Refusal => {
  const tenant = managed(draft.fleet, command.tenant, by)
  if ('type' in tenant) return tenant
  const member = readMember(command.member)
  if (member === null) return { type: 'badMember', asked: command.member }
  if (!tenant.members.includes(member)) return { type: 'noSuchMember', asked: member, tenant: tenant.name }
  const others = (list: readonly string[]): string[] => list.filter((one) => one !== member)
  change(draft, tenant, { members: others(tenant.members), admins: others(tenant.admins) })
  dropForbidden(draft, tenant.name)
  return { type: 'memberRemoved', tenant: tenant.name, member }
}

/** `by` null: Duffy itself, at its first start. */
export const decideAddApiKey = (draft: Draft, apiKey: ApiKey, by: Speaker | null): Outcome | Refusal => {
  const { fleet } = draft
  const tenant = fleet.tenants.get(apiKey.tenant)
  if (by !== null && !mayManage(by, apiKey.tenant)) return { type: 'adminsOnly', tenant: apiKey.tenant }
  if (by !== null && apiKey.role === 'operator' && by.role !== 'operator') return { type: 'operatorsOnly' }
  if (tenant === undefined) return noSuchTenant(fleet, apiKey.tenant)
  if (fleet.apiKeys.has(apiKey.id)) return { type: 'apiKeyExists', asked: apiKey.id }
  const { apiKeysPerTenant, reasonLength } = fleet.limits
  if (fleet.apiKeysOf.size(apiKey.tenant) >= apiKeysPerTenant)
    return { type: 'tooMany', limit: 'apiKeysPerTenant', most: apiKeysPerTenant }
  if (apiKey.note.length > reasonLength) return { type: 'tooLongText', field: 'note', most: reasonLength }
  draft.emit({ type: 'apiKeyAdded', apiKey })
  return { type: 'apiKeyAdded', apiKey: apiKey.id, tenant: apiKey.tenant }
}

/** A key of another tenant is as unknown as one that never was. `by` null: Duffy itself, which has put another in its place. */
export const decideRevokeApiKey = (draft: Draft, id: ApiKeyId, by: Speaker | null): Outcome | Refusal => {
  const { fleet } = draft
  const key = fleet.apiKeys.get(id)
  const isOperator = by === null || by.role === 'operator'
  if (key === undefined || (!isOperator && key.tenant !== by.tenant)) return { type: 'noSuchApiKey', asked: id }
  if (!isOperator && !mayManage(by, key.tenant)) return { type: 'adminsOnly', tenant: key.tenant }
  if (key.role === 'operator' && !isOperator) return { type: 'operatorsOnly' }
  if (key.role === 'operator' && fleet.operatorKeys.size('all') === 1) return { type: 'lastOperatorKey', apiKey: id }
  draft.emit({ type: 'apiKeyRevoked', apiKey: id })
  dropForbidden(draft, key.tenant)
  return { type: 'apiKeyRevoked', apiKey: id, tenant: key.tenant }
}

/** What was asked for by somebody who speaks for it no more is told so at once, and makes way for what waits behind it. */
export const dropForbidden = (draft: Draft, tenant: TenantName): void => {
  const before = draft.fleet.requests.size
  dropHopeless(draft, [...draft.fleet.waitingOf.of(tenant)])
  if (draft.fleet.requests.size < before) settle(draft)
}

/** From its first change by people on, a tenant is theirs. Nothing is recorded of a change that changes nothing. */
const change = (draft: Draft, tenant: Tenant, patch: Partial<TenantSettings>): void => {
  const before = settingsOf(tenant)
  const after: TenantSettings = { ...before, ...patch, owner: 'people' }
  if (canonical({ ...after, owner: before.owner }) !== canonical(before)) setTenant(draft, tenant.name, after)
}

const managed = (fleet: Fleet, named: TenantName | null, by: Speaker): Tenant | Refusal => {
  const name = named ?? by.tenant
  if (!mayManage(by, name)) return { type: 'adminsOnly', tenant: name }
  const tenant = fleet.tenants.get(name)
  if (tenant === undefined) return noSuchTenant(fleet, name)
  return tenant.active ? tenant : { type: 'tenantRetired', tenant: name }
}
