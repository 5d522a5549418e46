import {
  readSshKey,
  type ApiKey,
  type Command,
  type Outcome,
  type Refusal,
  type TenantName,
  type TenantTerms,
} from '#core'
import { z } from 'zod'
import { fingerprint } from '../../digest.ts'
import { v3KeyOf, type Caller } from '../api-key.ts'
import { HOLDS_AS_EVER } from '../facade/holds.ts'
import { LONGEST_LIFETIME_S } from '../facade/length.ts'
import { importedKey, isBcrypt, USED_NOTE } from '../facade/imported-key.ts'
import { isUuid } from '../facade/uuid-key.ts'
import { misread } from '../problem.ts'
import { issuesOf } from '../query.ts'
import { refuse } from '../refuse.ts'
import { ok, type Answer, type Call, type KeyedRoute } from '../route.ts'

const DOOR = 'import'

const BODY = z.strictObject({
  name: z.string().max(200),
  sshKey: z.string().max(4000).nullable(),
  apiKey: z
    .string()
    .refine((text) => isUuid(text) || isBcrypt(text), { error: 'a UUID, or its bcrypt hash' })
    .nullable(),
  isAdmin: z.boolean(),
  active: z.boolean(),
  quota: z.int().min(0).max(100_000).nullable(),
  usualS: z.number().min(60).max(LONGEST_LIFETIME_S).nullable(),
  longestS: z.number().min(60).max(LONGEST_LIFETIME_S).nullable(),
})
type Read = z.output<typeof BODY>

export const imports: readonly KeyedRoute[] = [
  {
    method: 'POST',
    path: '/api/v2/import/v3',
    who: 'operator',
    summary: 'take over a tenant of Duffy v3, its key included, as "duffy import v3" reads it from an export',
    body: {
      shape: BODY,
      example: {
        name: 'infra',
        sshKey: null,
        apiKey: null,
        isAdmin: false,
        active: true,
        quota: 20,
        usualS: null,
        longestS: null,
      },
    },
    async answer(call, caller) {
      const read = BODY.safeParse(call.body)
      if (read.success) return take(call, caller, read.data)
      return misread('The tenant is not understood; "duffy import v3 FILE" sends it right.', issuesOf(read.error))
    },
  },
]

/** A tenant that is here already keeps its terms, and gets the key. A repeat changes nothing. */
const take = async (call: Call, caller: Caller, read: Read): Promise<Answer> => {
  const tenant = read.name as TenantName
  const keys = read.sshKey === null ? [] : [readSshKey(read.sshKey, fingerprint)]
  if (keys.some(({ type }) => type !== 'key'))
    return misread(`The SSH key of ${read.name} is none that Duffy takes. Give it another: duffy tenants set.`)
  const apiKey = apiKeyOf(read, tenant)
  const ask = async (command: Command): Promise<Outcome | Refusal> => {
    const reply = await call.door.ports.lane.ask({ id: null, by: caller.identity, door: DOOR, command })
    return reply.type === 'accepted' ? reply.outcome : reply.refusal
  }
  const added = await ask({
    do: 'addTenant',
    tenant,
    terms: {
      ...(read.quota === null ? {} : { quota: read.quota }),
      ...lengthsOf(read),
      holds: HOLDS_AS_EVER,
    },
    keys: keys.flatMap((one) => (one.type === 'key' ? [one.key] : [])),
    apiKeys: apiKey === null ? [] : [apiKey],
    v3Key: null,
  })
  if (added.type === 'tenantAdded') {
    if (!read.active) await ask({ do: 'retireTenant', tenant })
    return ok({ tenant, did: 'added' })
  }
  if (added.type !== 'tenantExists') return refuse(call.door, added as Refusal)
  if (apiKey === null) return ok({ tenant, did: 'nothing' })
  const isKnown = await call.door.ports.lane.read((fleet) =>
    [...fleet.apiKeysOf.of(tenant)].some(({ id, note }) => id === apiKey.id || note === USED_NOTE),
  )
  if (isKnown) return ok({ tenant, did: 'nothing' })
  const keyed = await ask({ do: 'addApiKey', apiKey })
  return keyed.type === 'apiKeyAdded' ? ok({ tenant, did: 'keyAdded' }) : refuse(call.door, keyed as Refusal)
}

/** Duffy v3 let sessions begin longer than they may become; here the most that is allowed is. */
const lengthsOf = ({ usualS, longestS }: Read): Pick<TenantTerms, 'defaultMs' | 'longestMs'> => ({
  defaultMs: usualS === null ? null : milliseconds(Math.min(usualS, longestS ?? Infinity)),
  longestMs: longestS === null ? null : milliseconds(longestS),
})

/** Whole ones, as instants are counted here. */
const milliseconds = (seconds: number): number => Math.round(seconds * 1000)

const apiKeyOf = ({ apiKey, isAdmin }: Read, tenant: TenantName): ApiKey | null => {
  if (apiKey === null) return null
  const role = isAdmin ? 'operator' : 'member'
  return isBcrypt(apiKey) ? importedKey(apiKey, tenant, role) : { ...v3KeyOf(apiKey, tenant), role }
}
