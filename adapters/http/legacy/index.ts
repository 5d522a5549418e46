import type { FastifyError, FastifyInstance } from 'fastify'
import { callOf } from '../call.ts'
import { answerFault, type BadBody } from '../faults.ts'
import type { LegacySettings } from '../facade/settings.ts'
import { notReady } from '../problem.ts'
import { buckets } from '../rate.ts'
import type { Answer, Door } from '../route.ts'
import { send } from '../send.ts'
import { get } from './get.ts'
import { done, fail } from './give-back.ts'
import { inventory } from './inventory.ts'
import { bare, type LegacyRoute } from './route.ts'

const ROUTES: Readonly<Record<string, LegacyRoute>> = {
  '/Node/get': get,
  '/Node/done': done,
  '/Node/fail': fail,
  '/Inventory': inventory,
}

/** The API of Duffy before v3, for cico and for scripts: GET alone, with the key in the address, which therefore is never logged. */
export function legacy(app: FastifyInstance, door: Door, settings: LegacySettings): void {
  void app.register(async (scope) => {
    const strangers = buckets(door.bounds.strangers)
    const perKey = buckets(door.bounds.perKey)
    for (const [url, answer] of Object.entries(ROUTES)) {
      // A HEAD would take machines, or give them back, and tell nobody which.
      scope.get(url, { exposeHeadRoute: false }, async (request, reply) => {
        if (!door.ports.ready()) return send(reply, inText(notReady()))
        const now = door.ports.clock()
        const slow = {
          stranger: () => strangers.take(request.ip, now) > 0,
          caller: (key: string) => perKey.take(key, now) > 0,
        }
        return send(reply, await answer({ call: callOf(door, request, reply), settings, slow }))
      })
    }
    scope.setErrorHandler((error: FastifyError | BadBody, request, reply) =>
      send(reply, inText(answerFault(error, request, door.ports))),
    )
  })
}

/** Bare text: what is not JSON, clients try again. */
const inText = ({ status, body, headers = {} }: Answer): Answer => {
  const { detail } = body as { readonly detail: string }
  const retryAfter = headers['retry-after']
  return bare(detail, status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
}
