import { z } from 'zod'
import type { TenantName } from '#core'
import { v3KeyOf } from '../../../../adapters/http/api-key.ts'
import type { HttpOptions } from '../../../../adapters/http/options.ts'
import { serve, type Served, type Told } from '../fake.ts'

export const KEYS = {
  alice: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  bob: '3f2504e0-4f89-41d3-9a0c-0305e82c3302',
  admin: '3f2504e0-4f89-41d3-9a0c-0305e82c3303',
} as const

export interface V3 extends Served {
  /** As a client of Duffy v3 calls; `as` null: without credentials. */
  v3(method: string, path: string, options?: { as?: keyof typeof KEYS | null; body?: unknown }): Promise<Told>
}

const TENANTS = { alice: 'alice', bob: 'bob', admin: 'bob' } as const

export const basic = (name: string, key: string): string => `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}`

/** A fake Duffy whose tenants have keys of old, and whose machines let people in at once. */
export const serveV3 = async (options: HttpOptions = {}): Promise<V3> => {
  const served = await serve({ ...options, v3: { waitMs: 0, ...options.v3 } })
  const { duffy } = served
  duffy.prompt = true
  for (const who of ['alice', 'bob', 'admin'] as const) {
    const key = v3KeyOf(KEYS[who], TENANTS[who] as TenantName)
    duffy.does({ do: 'addApiKey', apiKey: who === 'admin' ? { ...key, role: 'operator' } : key })
  }
  duffy.does({
    do: 'setTenant',
    tenant: 'alice' as TenantName,
    terms: {},
    keys: [{ fingerprint: 'SHA256:alice' as never, line: 'ssh-ed25519 AAAA' }],
  })
  const v3: V3['v3'] = (method, path, { as = 'alice', body } = {}) =>
    served.call(method, `/api/v1${path}`, {
      as: null,
      headers: as === null ? {} : { authorization: basic(TENANTS[as], KEYS[as]) },
      ...(body === undefined ? {} : { body }),
    })
  return { ...served, v3, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() }
}

const instant = z.iso.datetime({ offset: true })
const timed = { active: z.boolean(), created_at: instant, retired_at: instant.nullable() }

/** What the released client insists on; its pools take no key more. */
const tenant = z.object({
  ...timed,
  id: z.int(),
  name: z.string(),
  ssh_key: z.string(),
  is_admin: z.boolean(),
  node_quota: z.int().nullable(),
  effective_node_quota: z.int(),
  session_lifetime: z.number().nullable(),
  session_lifetime_max: z.number().nullable(),
  effective_session_lifetime: z.number(),
  effective_session_lifetime_max: z.number(),
})
const STATES = ['unused', 'provisioning', 'ready', 'contextualizing', 'deployed', 'deprovisioning', 'done', 'failed']
const node = z.object({
  id: z.int(),
  hostname: z.string(),
  ipaddr: z.ipv4().nullable(),
  comment: z.string().nullable(),
  pool: z.string().nullable(),
  reusable: z.boolean(),
  data: z.record(z.string(), z.unknown()),
  state: z.enum(STATES).nullable(),
})
const session = z.object({
  ...timed,
  id: z.int(),
  expires_at: instant,
  tenant,
  data: z.object({ nodes_specs: z.array(z.object({ quantity: z.int(), pool: z.string() })) }),
  nodes: z.array(node),
})
const levels = z.object({
  provisioning: z.int(),
  ready: z.int(),
  contextualizing: z.int(),
  deployed: z.int(),
  deprovisioning: z.int(),
})
const pool = z.strictObject({ name: z.string(), 'fill-level': z.int(), levels: levels.optional() })

/** Answers as the released client reads them: whatever differs throws. */
const ANSWER = z.object({
  action: z.enum(['get', 'post', 'put']),
  session: session.optional(),
  sessions: z.array(session).optional(),
  node: z.object({ ...node.shape, ...timed }).optional(),
  nodes: z.array(z.object({ ...node.shape, ...timed })).optional(),
  pool: pool.optional(),
  pools: z.array(pool).optional(),
  tenant: tenant.optional(),
  tenants: z.array(tenant).optional(),
})
export type V3Answer = z.output<typeof ANSWER>

/** What a client of Duffy v3 makes of an answer: 201 for a POST and 200 else, and the shape; anything else is an error. */
export const parsed = ({ status, body }: Told): V3Answer => {
  const answer = ANSWER.parse(body)
  const right = answer.action === 'post' ? 201 : 200
  if (status !== right) throw new Error(`${answer.action} with ${status}`)
  return answer
}
export type V3Session = NonNullable<V3Answer['session']>

/** As the released client sends it, nulls included. */
export const specs = (...wanted: readonly (readonly [pool: string, quantity: number])[]) => ({
  tenant_id: null,
  nodes_specs: wanted.map(([name, quantity]) => ({ pool: name, quantity })),
})

export const sessionFrom = (told: Told): V3Session => {
  const { session: found } = parsed(told)
  if (found === undefined) throw new Error(`no session: ${told.text}`)
  return found
}
