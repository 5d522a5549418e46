import { verbNamed } from '#core'
import { answerTo } from '../answer.ts'
import { perform } from '../perform.ts'
import type { KeyedRoute } from '../route.ts'
import { TOLD } from '../shapes.ts'

/** Machines that are out of service for a while, or are to be. */
export const maintenance: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/maintenance',
    who: 'member',
    summary: 'what is in maintenance or is to be, until when, and why',
    answer: (call, caller) => answerTo(call, caller, { ask: 'maintenance' }),
  },
  {
    method: 'POST',
    path: '/api/v2/maintenance',
    who: 'operator',
    summary:
      'take machines out of service: {"what": "metal-03", "from": "2026-11-28T02:00Z", "for": "2h", "reason": "bad disk"}',
    body: {
      verb: 'maintenance on',
      example: { what: 'metal-03', from: '2026-11-28T02:00Z', for: '2h', reason: 'bad disk' },
    },
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('maintenance on')!, call.body ?? {}),
  },
  {
    method: 'DELETE',
    path: '/api/v2/maintenance/:what',
    who: 'operator',
    summary: 'end it, or take it back',
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('maintenance off')!, { what: call.params['what'] }),
  },
]
