import type { ApiKey, ApiKeyId, Person, PersonId, Tenant, TenantName } from '#core'
import { ApiKeyRow, PersonRow, TenantRow, type Row } from '../entities.ts'
import { parse, print } from './json.ts'
import type { Rows } from './rows.ts'

export const tenants: Rows<Tenant, Row<typeof TenantRow>> = {
  entity: TenantRow,
  key: 'name',
  write: ({ name, number, quota, longestMs, members, keys, homes, held }) => ({
    name,
    number,
    quota,
    held,
    longest_ms: longestMs,
    members: print(members),
    keys: print(keys),
    homes: print(homes),
  }),
  read: ({ name, number, quota, longest_ms: longestMs, members, keys, homes, held }) => ({
    name: name as TenantName,
    number,
    quota,
    longestMs: longestMs ?? null,
    members: parse(members),
    keys: parse(keys),
    homes: parse(homes),
    held,
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
  write: ({ id, tenant, role, digest }) => ({ id, tenant, role, digest }),
  read: ({ id, tenant, role, digest }) => ({ id: id as ApiKeyId, tenant: tenant as TenantName, role, digest }),
}
