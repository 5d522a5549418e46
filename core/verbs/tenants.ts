import type { ApiKeyId, TenantName } from '../id.ts'
import { LONGEST_KEY, type SshKey } from '../ssh-key.ts'
import { ROLES, type ApiKey, type Role, type TenantTerms } from '../tenant.ts'
import { LONGEST_LEASE_MS, nameOf } from './bounds.ts'
import { DEFAULT } from './values.ts'
import type { Argument, Values, Verb } from './verb.ts'

const tenantName = (summary: string): Argument => ({
  name: 'tenant',
  kind: nameOf(['tenant'], 'infra'),
  summary,
  required: true,
})

const TERMS: readonly Argument[] = [
  {
    name: 'quota',
    kind: { type: 'count', least: 0, most: 100_000 },
    summary: 'machines it may hold at once',
    after: ['quota'],
  },
  {
    name: 'lease',
    kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '2h', orDefault: true },
    summary: 'how long its leases last where nobody says; default: as the pool has it',
    after: ['lease'],
  },
  {
    name: 'longest',
    kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '12h', orDefault: true },
    summary: "its own longest lease, where that is shorter than the pool's; default: as the pool has it",
    after: ['longest'],
  },
  {
    name: 'holds',
    kind: { type: 'count', least: 0, most: 100_000 },
    summary: 'machines it may keep for debugging at once',
    after: ['holds'],
  },
  {
    name: 'hold',
    kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '24h' },
    summary: 'how long it may keep one so',
    after: ['hold'],
  },
  {
    name: 'keys',
    kind: { type: 'sshKey', longest: LONGEST_KEY },
    summary: 'SSH public keys let in where neither a request nor its asker names one',
    option: 'ssh-key',
    many: 20,
    unspoken: true,
  },
]

const termsOf = ({ quota, lease, longest, holds, hold }: Values): Partial<TenantTerms> => ({
  ...(quota === undefined ? {} : { quota: quota as number }),
  ...(lease === undefined ? {} : { defaultMs: lengthOf(lease) }),
  ...(longest === undefined ? {} : { longestMs: lengthOf(longest) }),
  ...(holds === undefined ? {} : { holds: holds as number }),
  ...(hold === undefined ? {} : { holdMs: hold as number }),
})

const lengthOf = (value: Values[string]): number | null => (value === DEFAULT ? null : (value as number))

export const tenants: Verb = {
  name: 'tenants',
  aliases: ['tenants list', 'tenant'],
  summary: 'the tenants, or one of them in full; other than operators, everybody sees their own',
  who: 'member',
  type: 'question',
  arguments: [{ name: 'tenant', kind: nameOf(['tenant'], 'infra'), summary: 'one tenant; all of them unless said' }],
  examples: ['tenants', 'tenants infra'],
  asks: ({ tenant }) => ({
    type: 'question',
    question: { ask: 'tenants', tenant: (tenant ?? null) as TenantName | null },
  }),
}

export const addTenant: Verb = {
  name: 'tenants add',
  aliases: [],
  summary: 'add a tenant; the answer shows its first API key, once',
  who: 'operator',
  type: 'command',
  arguments: [
    tenantName('its name'),
    ...TERMS,
    {
      name: 'v3Key',
      kind: { type: 'uuid' },
      summary: 'the UUID that clients of Duffy v3 use for it; a new one unless given',
      option: 'v3-key',
      unspoken: true,
    },
  ],
  examples: ['tenants add infra', 'tenants add infra quota 20'],
  keyed: true,
  asks: (values) => ({
    type: 'command',
    command: {
      do: 'addTenant',
      tenant: values['tenant'] as TenantName,
      terms: termsOf(values),
      keys: (values['keys'] ?? []) as readonly SshKey[],
      apiKeys: [],
      v3Key: (values['v3Key'] ?? null) as string | null,
    },
  }),
}

export const setTenant: Verb = {
  name: 'tenants set',
  aliases: [],
  summary: 'change what a tenant may have; from then on the config has no say in it',
  who: 'operator',
  type: 'command',
  arguments: [tenantName('which'), ...TERMS],
  examples: [
    'tenants set infra quota 20',
    'tenants set infra lease 4h longest 12h',
    'tenants set infra lease default',
    'tenants set infra holds 5 hold 2d',
  ],
  asks: (values) => ({
    type: 'command',
    command: {
      do: 'setTenant',
      tenant: values['tenant'] as TenantName,
      terms: termsOf(values),
      keys: (values['keys'] ?? null) as readonly SshKey[] | null,
    },
  }),
}

export const retireTenant: Verb = {
  name: 'tenants retire',
  aliases: ['tenants remove'],
  summary: 'let nobody speak for a tenant any more, and end its leases; its history stays',
  who: 'operator',
  type: 'command',
  arguments: [tenantName('which')],
  examples: ['tenants retire infra'],
  asks: ({ tenant }) => ({ type: 'command', command: { do: 'retireTenant', tenant: tenant as TenantName } }),
}

export const reviveTenant: Verb = {
  name: 'tenants revive',
  aliases: [],
  summary: 'bring a retired tenant back, with its members and keys',
  who: 'operator',
  type: 'command',
  arguments: [tenantName('which')],
  examples: ['tenants revive infra'],
  asks: ({ tenant }) => ({ type: 'command', command: { do: 'reviveTenant', tenant: tenant as TenantName } }),
}

const ofTenant: Argument = {
  name: 'tenant',
  kind: nameOf(['tenant'], 'infra'),
  summary: 'which tenant; your own unless said',
  after: ['of', 'to', 'from'],
}

const member: Argument = {
  name: 'member',
  kind: { type: 'member', longest: 200 },
  summary:
    'irc:<network>:<account> or slack:<team>:<user>; with * in the last place, everybody whom that network or team vouches for',
  required: true,
}

export const members: Verb = {
  name: 'members',
  aliases: ['members list'],
  summary: 'who speaks for a tenant',
  who: 'member',
  type: 'question',
  arguments: [{ ...ofTenant, placed: true }],
  examples: ['members', 'members of infra'],
  private: true,
  asks: ({ tenant }) => ({
    type: 'question',
    question: { ask: 'members', tenant: (tenant ?? null) as TenantName | null },
  }),
}

export const addMember: Verb = {
  name: 'members add',
  aliases: [],
  summary: 'let somebody speak for a tenant; for its admins',
  who: 'member',
  type: 'command',
  arguments: [
    member,
    ofTenant,
    { name: 'admin', kind: { type: 'flag', standard: false }, summary: 'as one of its admins', after: ['admin'] },
  ],
  examples: ['members add irc:libera:alice', 'members add irc:libera:bob to infra admin'],
  private: true,
  asks: ({ member: who, tenant, admin }) => ({
    type: 'command',
    command: {
      do: 'addMember',
      tenant: (tenant ?? null) as TenantName | null,
      member: who as string,
      admin: (admin ?? false) as boolean,
    },
  }),
}

export const removeMember: Verb = {
  name: 'members remove',
  aliases: ['members rm'],
  summary: 'let somebody speak for a tenant no more; for its admins',
  who: 'member',
  type: 'command',
  arguments: [member, ofTenant],
  examples: ['members remove irc:libera:bob from infra'],
  private: true,
  asks: ({ member: who, tenant }) => ({
    type: 'command',
    command: { do: 'removeMember', tenant: (tenant ?? null) as TenantName | null, member: who as string },
  }),
}

export const apiKeys: Verb = {
  name: 'api-keys',
  aliases: ['api-keys list'],
  summary: 'the API keys of a tenant, without their secrets',
  who: 'member',
  type: 'question',
  arguments: [{ ...ofTenant, placed: true }],
  examples: ['api-keys', 'api-keys of infra'],
  private: true,
  asks: ({ tenant }) => ({
    type: 'question',
    question: { ask: 'apiKeys', tenant: (tenant ?? null) as TenantName | null },
  }),
}

/** A key before its door has made it: no id, and so nothing that could be let in. */
const unmade = (tenant: TenantName | null, role: Role, note: string): ApiKey => ({
  id: '' as ApiKeyId,
  tenant: tenant ?? ('' as TenantName),
  role,
  digest: '',
  note,
})

export const addApiKey: Verb = {
  name: 'api-keys add',
  aliases: [],
  summary: 'make an API key; the answer shows it, once. For admins of the tenant',
  who: 'member',
  type: 'command',
  arguments: [
    ofTenant,
    {
      name: 'role',
      kind: { type: 'choice', of: ROLES },
      summary: 'what it may do; member unless said',
      placed: true,
      after: ['role'],
    },
    {
      name: 'note',
      kind: { type: 'text', longest: 200, example: 'nightly builds' },
      summary: 'what it is for',
      after: ['note', 'because'],
      rest: true,
    },
  ],
  examples: ['api-keys add', 'api-keys add of infra admin', 'api-keys add of infra note nightly builds'],
  keyed: true,
  asks: ({ tenant, role, note }) => ({
    type: 'command',
    command: {
      do: 'addApiKey',
      apiKey: unmade((tenant ?? null) as TenantName | null, (role ?? 'member') as Role, (note ?? '') as string),
    },
  }),
}

export const revokeApiKey: Verb = {
  name: 'api-keys revoke',
  aliases: ['api-keys remove'],
  summary: 'let an API key in no more. For admins of its tenant',
  who: 'member',
  type: 'command',
  arguments: [
    { name: 'key', kind: nameOf(['key'], '3fe1c09b42aa'), summary: 'its id, as `api-keys` lists it', required: true },
  ],
  examples: ['api-keys revoke 3fe1c09b42aa'],
  private: true,
  asks: ({ key }) => ({ type: 'command', command: { do: 'revokeApiKey', apiKey: key as ApiKeyId } }),
}
