import { z } from 'zod'
import { misread } from '../problem.ts'
import { readQuery } from '../query.ts'
import type { KeyedRoute } from '../route.ts'
import { TIDINGS } from '../shapes.ts'

const query = z.strictObject({ after: z.string().max(30).optional() })

/** What happens, told as it does. */
export const events: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/events',
    who: 'member',
    summary:
      "what happens to your tenant's requests and leases, as it does, as server-sent events; operators hear of everybody's and of machines. Last-Event-ID, or ?after=, goes on where a stream broke",
    gives: { 200: { stream: TIDINGS } },
    ...readQuery(query, async (call, caller, { after }) => {
      const text = call.lastEventId ?? after
      const from = text === undefined ? null : call.door.ports.feed.read(text)
      if (text !== undefined && from === null)
        return misread(
          'Give the id of the last event that you were told of, such as "17.2", as Last-Event-ID or ?after=.',
        )
      return call.door.streams.open(caller, from, call.signal())
    }),
  },
]
