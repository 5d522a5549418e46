import { verbNamed } from '#core'
import { answerTo } from '../answer.ts'
import { perform } from '../perform.ts'
import type { KeyedRoute } from '../route.ts'
import { TOLD } from '../shapes.ts'

/** Machines for a time ahead. One is a request as well: `/api/v2/requests/:id` shows it, and leads to its lease. */
export const reservations: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/reservations',
    who: 'member',
    summary: 'what is reserved, from when and for how long',
    answer: (call, caller) => answerTo(call, caller, { ask: 'reservations' }),
  },
  {
    method: 'POST',
    path: '/api/v2/reservations',
    who: 'member',
    summary:
      'have machines for a time ahead: {"type": "metal", "count": 2, "from": "2026-11-28T02:00Z", "for": "4h"}; "dryRun": true only says what would happen',
    body: { verb: 'reserve', example: { type: 'metal', count: 2, from: '2026-11-28T02:00Z', for: '4h' } },
    gives: { 200: TOLD, 201: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('reserve')!, call.body ?? {}),
  },
  {
    method: 'DELETE',
    path: '/api/v2/reservations/:id',
    who: 'member',
    summary: 'cancel one',
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('cancel')!, { what: call.params['id'] }),
  },
]
