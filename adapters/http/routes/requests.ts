import { requestView, verbNamed, type RequestId } from '#core'
import { z } from 'zod'
import { cursorOf, pageOf, pageQuery } from '../page.ts'
import { lookedAt } from '../looks.ts'
import { perform, WAITING } from '../perform.ts'
import { readQuery } from '../query.ts'
import { refuse } from '../refuse.ts'
import { ok, type KeyedRoute } from '../route.ts'
import { GOTTEN, listOf, REQUEST, TOLD } from '../shapes.ts'
import { ownRequest } from '../standing.ts'

const mine = pageQuery({ all: z.stringbool().optional() })

export const requests: readonly KeyedRoute[] = [
  {
    method: 'POST',
    path: '/api/v2/requests',
    who: 'member',
    summary:
      'lease machines, or wait in line for them; "?wait=60s" holds the answer until one can log in, and closing the connection before it ends the request, but for "keepPlace": true; "dryRun": true only says what would happen',
    query: WAITING,
    body: { verb: 'get', example: { type: 'metal', count: 1, for: '4h', reason: 'kernel bisect' } },
    gives: { 200: GOTTEN, 201: GOTTEN, 202: GOTTEN },
    answer: (call, caller) => perform(call, caller, verbNamed('get')!, call.body ?? {}),
  },
  {
    method: 'GET',
    path: '/api/v2/requests',
    who: 'member',
    summary: 'requests of yours that wait; operators may ask for "?all=true"',
    gives: { 200: listOf('requests', REQUEST) },
    ...readQuery(mine, async (call, caller, query) => {
      const { door } = call
      const page = await door.ports.lane.read((fleet, at) => {
        const everyone = query.all === true && caller.role === 'operator'
        const rows = everyone ? fleet.requests.values() : fleet.waitingOf.of(caller.tenant)
        const { rows: found, next } = pageOf(rows, cursorOf(query, door.bounds))
        lookedAt(
          call,
          found.flatMap(({ id, tenant }) => (tenant === caller.tenant ? [id] : [])),
        )
        const estimates = door.ports.estimates(fleet, at)(found)
        return { requests: found.map((request) => requestView(fleet, request, estimates.get(request.id))), next }
      })
      return ok(page)
    }),
  },
  {
    method: 'GET',
    path: '/api/v2/requests/:id',
    who: 'member',
    summary: 'one request, waiting or over',
    gives: { 200: z.object({ request: REQUEST }) },
    answer: async (call, caller) => {
      const { door } = call
      const asked = call.params['id']!
      const request = await ownRequest(door.ports, asked.toUpperCase() as RequestId, caller)
      if (request?.tenant === caller.tenant) lookedAt(call, [request.id])
      if (request !== undefined) return ok({ request })
      const waiting = await door.ports.lane.read((fleet) => [...fleet.waitingOf.of(caller.tenant)].map(({ id }) => id))
      return refuse(door, { type: 'noSuchRequest', asked, waiting })
    },
  },
  {
    method: 'DELETE',
    path: '/api/v2/requests/:id',
    who: 'member',
    summary: 'stop waiting',
    gives: { 200: TOLD },
    answer: (call, caller) => perform(call, caller, verbNamed('cancel')!, { what: call.params['id'] }),
  },
]
