import type { ApiKey, ApiKeyId, Person, PersonId, Tenant, TenantName } from '#core'
import { ApiKeyRow, PersonRow, TenantRow, type Row } from '../entities.ts'
import { parse, print } from './json.ts'
import type { Rows } from './rows.ts'

export const tenants: Rows<Tenant, Row<typeof TenantRow>> = {
  entity: TenantRow,
  key: 'name',
  write: ({
    name,
    number,
    owner,
    active,
    quota,
    longestMs,
    holds,
    holdMs,
    members,
    admins,
    keys,
    homes,
    held,
    habit,
  }) => ({
    name,
    number,
    quota,
    held,
    owner,
    active: active ? 1 : 0,
    longest_ms: longestMs,
    holds,
    hold_ms: holdMs,
    members: print(members),
    admins: print(admins),
    keys: print(keys),
    homes: print(homes),
    habit: print(habit),
  }),
  read: ({
    name,
    number,
    owner,
    active,
    quota,
    longest_ms: longestMs,
    holds,
    hold_ms: holdMs,
    members,
    admins,
    keys,
    homes,
    held,
    habit,
  }) => ({
    name: name as TenantName,
    number,
    quota,
    owner,
    active: active === 1,
    longestMs: longestMs ?? null,
    holds,
    holdMs,
    members: parse(members),
    admins: parse(admins),
    keys: parse(keys),
    homes: parse(homes),
    held,
    habit: parse(habit),
  }),
}

export const people: Rows<Person, Row<typeof PersonRow>> = {
  entity: PersonRow,
  key: 'id',
  write: ({ id, number, keys }) => ({ id, number, keys: print(keys) }),
  read: ({ id, number, keys }) => ({ id: id as PersonId, number, keys: parse(keys) }),
}

export const apiKeys: Rows<ApiKey, Row<typeof ApiKeyRow>> = {
  entity: ApiKeyRow,
  key: 'id',
  write: ({ id, tenant, role, digest, note }) => ({ id, tenant, role, digest, note }),
  read: ({ id, tenant, role, digest, note }) => ({
    id: id as ApiKeyId,
    tenant: tenant as TenantName,
    role,
    digest,
    note,
  }),
}
