import { verbNamed } from '#core'
import { answerTo } from '../answer.ts'
import { perform } from '../perform.ts'
import type { KeyedRoute } from '../route.ts'

const why = (path: string, param: string): KeyedRoute => ({
  method: 'GET',
  path: `${path}/why`,
  who: 'member',
  summary: 'why it is as it is, in data and in words',
  answer: (call, caller) => perform(call, caller, verbNamed('why')!, { about: call.params[param] }),
})

/** What the asker is, has given, and may want to know the reasons of. */
export const about: readonly KeyedRoute[] = [
  why('/api/v2/requests/:id', 'id'),
  why('/api/v2/leases/:id', 'id'),
  why('/api/v2/machines/:name', 'name'),
  {
    method: 'GET',
    path: '/api/v2/whoami',
    who: 'member',
    summary: 'your identity, tenant and role',
    answer: (call, caller) => answerTo(call, caller, { ask: 'whoami' }),
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
    answer: (call, caller) => perform(call, caller, verbNamed('keys add')!, call.body ?? {}),
  },
  {
    method: 'DELETE',
    path: '/api/v2/keys/:fingerprint',
    who: 'member',
    summary: 'remove one, by its fingerprint, percent-encoded',
    answer: (call, caller) => perform(call, caller, verbNamed('keys remove')!, call.params),
  },
]
