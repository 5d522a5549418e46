import { randomUUID } from 'node:crypto'
import {
  DEFAULT_TERMS,
  readSshKey,
  type Command,
  type Fleet,
  type SshKey,
  type Tenant,
  type TenantName,
  type TenantTerms,
} from '#core'
import { z } from 'zod'
import { fingerprint } from '../../digest.ts'
import { v3KeyOf, type Caller } from '../api-key.ts'
import { HOLDS_AS_EVER } from '../facade/holds.ts'
import { LONGEST_LIFETIME_S } from '../facade/length.ts'
import { isUuid } from '../facade/uuid-key.ts'
import type { Reply } from '../ports.ts'
import type { Answer } from '../route.ts'
import { refusalWords } from '../words.ts'
import { badId, forbidden, idOf, invalidBody, no, notFound, success, type Asked, type V3Route } from './route.ts'
import { tenantOf } from './shapes.ts'
import { numberOrText, whole, yesOrNo } from './lenient.ts'
import { readLifetime } from './time.ts'

const DOOR = 'v3'

export const tenants: readonly V3Route[] = [
  {
    method: 'GET',
    path: '/tenants',
    who: 'tenant',
    async answer({ call, settings }, caller) {
      const found = await call.door.ports.lane.read((fleet) => {
        const all = caller!.role === 'operator' ? [...fleet.tenants.values()] : [fleet.tenants.need(caller!.tenant)]
        return all.map((tenant) => tenantOf(fleet, tenant, settings))
      })
      return success('get', { tenants: found })
    },
  },
  {
    method: 'GET',
    path: '/tenants/:id',
    who: 'tenant',
    async answer({ call, settings }, caller) {
      const id = idOf(call)
      if (id === null) return badId()
      return call.door.ports.lane.read((fleet) => {
        const tenant = numbered(fleet, id)
        if (tenant === undefined) return notFound()
        if (tenant.name !== caller!.tenant && caller!.role !== 'operator') return forbidden()
        return success('get', { tenant: tenantOf(fleet, tenant, settings) })
      })
    },
  },
  {
    method: 'POST',
    path: '/tenants',
    who: 'admin',
    async answer(asked, caller) {
      const read = POST.safeParse(asked.call.body ?? {})
      return read.success ? post(asked, caller!, read.data) : invalidBody(read.error)
    },
  },
  {
    method: 'PUT',
    path: '/tenants/:id',
    who: 'admin',
    async answer(asked, caller) {
      const id = idOf(asked.call)
      if (id === null) return badId()
      const read = PUT.safeParse(asked.call.body ?? {})
      if (!read.success) return invalidBody(read.error)
      const tenant = await asked.call.door.ports.lane.read((fleet) => numbered(fleet, id))
      return tenant === undefined ? notFound() : put(asked, caller!, { tenant, change: read.data })
    },
  },
]

const numbered = (fleet: Fleet, id: number) => [...fleet.tenants.values()].find(({ number }) => number === id)

const sshKey = z
  .string()
  .max(4000)
  .transform((text, context): SshKey => {
    const read = readSshKey(text, fingerprint)
    if (read.type === 'key') return read.key
    context.addIssue({ code: 'custom', message: 'one line of a public SSH key file, such as "ssh-ed25519 AAAA…"' })
    return z.NEVER
  })
const span = z.union([z.number().min(60), z.string().max(60)]).transform((value, context): number => {
  const ms = typeof value === 'number' ? Math.round(value * 1000) : readLifetime(value)
  if (ms !== null && ms <= LONGEST_LIFETIME_S * 1000) return ms
  context.addIssue({ code: 'custom', message: 'a number of seconds, or a length such as "6h"; at most 366d' })
  return z.NEVER
})
const quota = whole(z.int().min(0).max(100_000))

const POST = z.object({
  name: numberOrText(z.string().max(200)),
  ssh_key: sshKey,
  is_admin: yesOrNo.nullish(),
  node_quota: quota.nullish(),
  session_lifetime: span.nullish(),
  session_lifetime_max: span.nullish(),
})
const CHANGE = z.object({
  active: yesOrNo.nullish(),
  ssh_key: sshKey.nullish(),
  api_key: z.union([z.literal('reset'), z.string().refine(isUuid, { error: 'a UUID, or "reset"' })]).nullish(),
  node_quota: quota.nullish(),
  session_lifetime: span.nullish(),
  session_lifetime_max: span.nullish(),
})
/** What names no field that there is changes nothing, and is told so rather than thanked. */
const PUT = CHANGE.refine((change) => Object.keys(change).length > 0, {
  error: `one of ${Object.keys(CHANGE.shape).join(', ')} is required`,
})

/** What is null is as the site has it. A lifetime above the most that is allowed is cut to it without a word. */
const termsOf = (read: z.output<typeof PUT>, before: TenantTerms): Partial<TenantTerms> => {
  const {
    node_quota: machines,
    session_lifetime: usual = before.defaultMs,
    session_lifetime_max: longestMs = before.longestMs,
  } = read
  const defaultMs = usual === null ? null : Math.min(usual, longestMs ?? Infinity)
  return {
    ...(machines === undefined ? {} : { quota: machines ?? DEFAULT_TERMS.quota }),
    ...(defaultMs === before.defaultMs ? {} : { defaultMs }),
    ...(longestMs === before.longestMs ? {} : { longestMs }),
  }
}

const askAs = ({ call }: Asked, caller: Caller, command: Command): Promise<Reply> =>
  call.door.ports.lane.ask({ id: null, by: caller.identity, door: DOOR, command })

/** The one answer that shows the keys as they are. */
const post = async (asked: Asked, caller: Caller, read: z.output<typeof POST>): Promise<Answer> => {
  const { lane, clock } = asked.call.door.ports
  const tenant = read.name as TenantName
  const uuid = randomUUID()
  const apiKey = v3KeyOf(uuid, tenant)
  const reply = await askAs(asked, caller, {
    do: 'addTenant',
    tenant,
    terms: { ...termsOf(read, DEFAULT_TERMS), holds: HOLDS_AS_EVER },
    keys: [read.ssh_key],
    apiKeys: [read.is_admin === true ? { ...apiKey, role: 'operator' } : apiKey],
    v3Key: null,
  })
  if (reply.type === 'refused') {
    if (reply.refusal.type === 'tenantExists') return no(409, `tenant '${tenant}' exists already`)
    return no(422, refusalWords(reply.refusal, clock()))
  }
  const made = await lane.read((fleet) => tenantOf(fleet, fleet.tenants.need(tenant), asked.settings))
  return success('post', { tenant: { ...made, api_key: uuid, ssh_key: read.ssh_key.line } })
}

interface Change {
  readonly tenant: Tenant
  readonly change: z.output<typeof PUT>
}

const put = async (asked: Asked, caller: Caller, { tenant, change }: Change): Promise<Answer> => {
  const { lane, clock } = asked.call.door.ports
  const { name, number, active } = tenant
  if (!active && change.active !== true) return no(422, `tenant ${name} (id=${number}) is retired`)
  const uuid = change.api_key === 'reset' ? randomUUID() : (change.api_key ?? null)
  const commands = await lane.read((fleet) => commandsOf(fleet, tenant, { change, uuid }))
  // One after the other: an old key goes only when the new one is there.
  for (const command of commands) {
    const reply = await askAs(asked, caller, command)
    if (reply.type === 'refused') return no(422, refusalWords(reply.refusal, clock()))
  }
  const after = await lane.read((fleet) => tenantOf(fleet, fleet.tenants.need(name), asked.settings))
  return success('put', { tenant: { ...after, ...(uuid === null ? {} : { api_key: uuid }) } })
}

const commandsOf = (
  fleet: Fleet,
  tenant: Tenant,
  { change, uuid }: { readonly change: z.output<typeof PUT>; readonly uuid: string | null },
): Command[] => {
  const { name, active } = tenant
  const wanted = change.active ?? active
  if (wanted !== active) return [{ do: wanted ? 'reviveTenant' : 'retireTenant', tenant: name }]
  const terms = termsOf(change, tenant)
  const keys = change.ssh_key === null || change.ssh_key === undefined ? null : [change.ssh_key]
  const isSet = Object.keys(terms).length > 0 || keys !== null
  return [
    ...(isSet ? [{ do: 'setTenant', tenant: name, terms, keys } as const] : []),
    ...(uuid === null ? [] : newKey(fleet, name, uuid)),
  ]
}

/** It may do what those before it might. */
const newKey = (fleet: Fleet, tenant: TenantName, uuid: string): Command[] => {
  const old = [...fleet.apiKeysOf.of(tenant)].filter(({ id }) => id.startsWith('v3-'))
  const apiKey = {
    ...v3KeyOf(uuid, tenant),
    role: old.some(({ role }) => role === 'operator') ? 'operator' : 'member',
  } as const
  if (old.some(({ id }) => id === apiKey.id)) return []
  return [{ do: 'addApiKey', apiKey }, ...old.map(({ id }) => ({ do: 'revokeApiKey', apiKey: id }) as const)]
}
