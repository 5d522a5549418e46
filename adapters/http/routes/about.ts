import { verbNamed } from '#core'
import { z } from 'zod'
import { answerTo } from '../answer.ts'
import { cursorOf, pageQuery } from '../page.ts'
import { misread } from '../problem.ts'
import { perform, readVerb } from '../perform.ts'
import { readQuery } from '../query.ts'
import type { Answer, KeyedRoute } from '../route.ts'
import { TOLD } from '../shapes.ts'

const reasons = pageQuery({ candidates: z.enum(['all']).optional() })

const why = (path: string, param: string): KeyedRoute => ({
  method: 'GET',
  path: `${path}/why`,
  who: 'member',
  summary:
    'why it is as it is, in data and in words; of a request or a lease, "?candidates=all" lists every machine that the decision looked at',
  ...readQuery(reasons, async (call, caller, query) => {
    const fields = { about: call.params[param], all: query.candidates === 'all' }
    const ask = readVerb(call, verbNamed('why')!, fields)
    if ('status' in ask || ask.type !== 'question') return ask as Answer
    return answerTo(call, caller, ask.question, cursorOf(query, call.door.bounds))
  }),
})

const moveHome: KeyedRoute['answer'] = async (call, caller) => {
  const body = MOVE.safeParse(call.body)
  return body.success
    ? perform(call, caller, verbNamed('home')!, call.body)
    : misread('Send the platform to move to: {"type": "metal", "platform": "sandbox-amd"}.')
}
const waitingFor = z.strictObject({ type: z.string().max(100).optional() })
const MOVE = z.looseObject({ platform: z.string() })

/** What the asker is, has given, and may want to know the reasons of. */
export const about: readonly KeyedRoute[] = [
  why('/api/v2/requests/:id', 'id'),
  why('/api/v2/leases/:id', 'id'),
  why('/api/v2/machines/:name', 'name'),
  why('/api/v2/refusals/:ref', 'ref'),
  {
    method: 'GET',
    path: '/api/v2/queue',
    who: 'member',
    summary:
      'who waits, in the order of service, all or for one "?type=" (a type or a pool), and what is set aside for whom',
    ...readQuery(waitingFor, (call, caller, { type }) => answerTo(call, caller, { ask: 'queue', type: type ?? null })),
  },
  {
    method: 'GET',
    path: '/api/v2/estimates',
    who: 'member',
    summary: 'how right the estimates of waits have been, by type or pool, for one machine and for several together',
    answer: (call, caller) => answerTo(call, caller, { ask: 'estimates' }),
  },
  {
    method: 'GET',
    path: '/api/v2/whoami',
    who: 'member',
    summary: 'your identity, tenant and role',
    answer: (call, caller) => answerTo(call, caller, { ask: 'whoami' }),
  },
  {
    method: 'GET',
    path: '/api/v2/home',
    who: 'member',
    summary: "your tenant's home platforms, and the others by how near they are to them",
    answer: (call, caller) => answerTo(call, caller, { ask: 'home', tenant: null }),
  },
  {
    method: 'PUT',
    path: '/api/v2/home',
    who: 'member',
    summary: 'move it: {"type": "metal", "platform": "…"}; operators may name a "tenant"',
    body: { verb: 'home', example: { type: 'metal', platform: 'sandbox-amd' } },
    gives: { 200: TOLD },
    answer: (call, caller) => moveHome(call, caller),
  },
  {
    method: 'GET',
    path: '/api/v2/keys',
    who: 'member',
    summary: 'your SSH public keys, by fingerprint',
    answer: (call, caller) => answerTo(call, caller, { ask: 'keys' }),
  },
  {
    method: 'POST',
    path: '/api/v2/keys',
    who: 'member',
    summary: 'add an SSH public key: {"key": "ssh-ed25519 …"}',
    body: {
      verb: 'keys add',
      example: { key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB' },
    },
    gives: { 200: TOLD, 201: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('keys add')!, call.body ?? {}),
  },
  {
    method: 'DELETE',
    path: '/api/v2/keys/:fingerprint',
    who: 'member',
    summary: 'remove one, by its fingerprint, percent-encoded',
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('keys remove')!, call.params),
  },
]
