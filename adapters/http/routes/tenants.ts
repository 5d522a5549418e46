import { answerTo } from '../answer.ts'
import { verbNamed } from '#core'
import type { TenantName } from '#core'
import type { Caller } from '../api-key.ts'
import { perform } from '../perform.ts'
import { misread } from '../problem.ts'
import type { Answer, Call, KeyedRoute } from '../route.ts'
import { TOLD } from '../shapes.ts'

/** Tenants, who speaks for them, and their keys. */
export const tenants: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/tenants',
    who: 'member',
    summary: 'your tenant; all of them for operators',
    answer: (call, caller) => answerTo(call, caller, { ask: 'tenants', tenant: null }),
  },
  {
    method: 'POST',
    path: '/api/v2/tenants',
    who: 'operator',
    summary: 'add a tenant: {"tenant": "infra", "quota": 20}; the answer shows its API key, once',
    body: { verb: 'tenants add', example: { tenant: 'infra', quota: 20 } },
    gives: { 201: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('tenants add')!, renamed(call.body)),
  },
  {
    method: 'GET',
    path: '/api/v2/tenants/:tenant',
    who: 'member',
    summary: 'one tenant, with its members and the ids of its API keys',
    answer: (call, caller) => answerTo(call, caller, { ask: 'tenants', tenant: call.params['tenant'] as TenantName }),
  },
  {
    method: 'PATCH',
    path: '/api/v2/tenants/:tenant',
    who: 'operator',
    summary:
      'change what it may have: {"quota": 20, "lease": "4h", "holds": 5, "hold": "2d"}; a "lease" or "longest" that is null is as the pool has it',
    body: { verb: 'tenants set', given: 'tenant', example: { quota: 20, lease: '4h', holds: 5, hold: '2d' } },
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'tenants set'),
  },
  {
    method: 'DELETE',
    path: '/api/v2/tenants/:tenant',
    who: 'operator',
    summary: 'let nobody speak for it any more, and end its leases',
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'tenants retire'),
  },
  {
    method: 'POST',
    path: '/api/v2/tenants/:tenant/members',
    who: 'member',
    summary: 'let somebody speak for it: {"member": "irc:libera:alice"}',
    body: { verb: 'members add', given: 'tenant', example: { member: 'irc:libera:alice' } },
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'members add'),
  },
  {
    method: 'DELETE',
    path: '/api/v2/tenants/:tenant/members/:member',
    who: 'member',
    summary: 'let somebody speak for it no more',
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'members remove', { member: call.params['member'] }),
  },
  {
    method: 'GET',
    path: '/api/v2/tenants/:tenant/api-keys',
    who: 'member',
    summary: 'the ids of its API keys',
    answer: (call, caller) => answerTo(call, caller, { ask: 'apiKeys', tenant: call.params['tenant'] as TenantName }),
  },
  {
    method: 'POST',
    path: '/api/v2/tenants/:tenant/api-keys',
    who: 'member',
    summary: 'make an API key: {"role": "member", "note": "nightly"}; the answer shows it, once',
    body: { verb: 'api-keys add', given: 'tenant', example: { role: 'member', note: 'nightly' } },
    gives: { 201: TOLD },
    answer: (call, caller) => performOn(call, caller, 'api-keys add'),
  },
  {
    method: 'DELETE',
    path: '/api/v2/api-keys/:key',
    who: 'member',
    summary: 'let an API key in no more',
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('api-keys revoke')!, { key: call.params['key'] }),
  },
]

/** The verb on the tenant in the path, with the other fields from the body. */
const performOn = async (
  call: Call,
  caller: Caller,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> => {
  const body: unknown = call.body ?? {}
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return misread('Send the body as a JSON object.')
  if ('tenant' in body) return misread('The tenant is the one in the address; "tenant" is not taken here.')
  return perform(call, caller, verbNamed(name)!, { ...body, ...more, tenant: call.params['tenant'] })
}

/** `name` is what a tenant's field is called in its own views. */
const renamed = (body: unknown): unknown => {
  if (typeof body !== 'object' || body === null || !('name' in body) || 'tenant' in body) return body ?? {}
  const { name, ...rest } = body as Readonly<Record<string, unknown>>
  return { ...rest, tenant: name }
}
