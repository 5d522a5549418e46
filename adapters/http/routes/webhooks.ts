import { verbNamed } from '#core'
import { answerTo } from '../answer.ts'
import { perform } from '../perform.ts'
import type { KeyedRoute } from '../route.ts'
import { TOLD } from '../shapes.ts'

/** Where what happens is posted to. */
export const webhooks: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/webhooks',
    who: 'member',
    summary: "your tenant's webhooks, and which were given up; all of them for operators",
    answer: (call, caller) => answerTo(call, caller, { ask: 'webhooks' }),
  },
  {
    method: 'POST',
    path: '/api/v2/webhooks',
    who: 'member',
    summary:
      'have what happens posted: {"url": "https://ci.example.org/duffy"}; the answer shows the secret that it is signed with, once',
    body: { verb: 'webhooks add', example: { url: 'https://ci.example.org/duffy' } },
    gives: { 201: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('webhooks add')!, call.body ?? {}),
  },
  {
    method: 'DELETE',
    path: '/api/v2/webhooks/:webhook',
    who: 'member',
    summary: 'post there no more',
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('webhooks remove')!, { webhook: call.params['webhook'] }),
  },
]
