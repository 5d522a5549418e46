import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, RequestId } from '../id.ts'
import { granted } from '../policy/fairness.ts'
import { queueOf } from '../policy/queue.ts'
import type { MachineRequest, NotedPoll, RequestState } from '../request.ts'

type RequestEvent = Extract<
  Event,
  {
    type:
      | 'requestMade'
      | 'estimateGiven'
      | 'reservationTold'
      | 'requestCancelled'
      | 'requestAbandoned'
      | 'pollsNoted'
      | 'requestUnsatisfiable'
  }
>

export const evolveRequest = (fleet: Fleet, event: RequestEvent, at: Instant): void => {
  switch (event.type) {
    case 'requestMade': {
      const { request, why } = event
      fleet.counters.put('request', request.number)
      const made: MachineRequest = { ...request, headSince: null, estimate: null, state: { status: 'waiting', why } }
      const isFirst = made.reserved === null && fleet.queues.first(queueOf(made)) === undefined
      return fleet.requests.put(request.id, isFirst ? { ...made, headSince: granted(fleet, made) } : made)
    }
    case 'estimateGiven':
      return fleet.requests.put(event.request, { ...fleet.requests.need(event.request), estimate: event.estimate })
    case 'reservationTold': {
      const request = fleet.requests.need(event.request)
      return fleet.requests.put(event.request, { ...request, reserved: { ...request.reserved!, told: event.what } })
    }
    case 'requestCancelled':
      return closeRequest(fleet, event.request, { status: 'cancelled', at, by: event.by })
    case 'requestAbandoned':
      return closeRequest(fleet, event.request, { status: 'cancelled', at, by: 'gone', how: event.how })
    case 'pollsNoted':
      for (const poll of event.polls) seen(fleet, poll)
      return
    case 'requestUnsatisfiable':
      return closeRequest(fleet, event.request, { status: 'unsatisfiable', at, because: event.because })
  }
}

const seen = (fleet: Fleet, { request: id, at }: NotedPoll): void => {
  const request = fleet.requests.need(id)
  if (request.poll === null) throw new Error(`${id} is nobody's to ask about`)
  fleet.requests.put(id, { ...request, poll: { ...request.poll, seenAt: at } })
}

/** It waits no more: its row keeps how it ended, the fleet forgets it. */
export const closeRequest = (fleet: Fleet, id: RequestId, state: RequestState): void => {
  const request = fleet.requests.need(id)
  fleet.requests.put(id, { ...request, state })
  fleet.requests.remove(id)
  if (request.reserved !== null) return
  const next = fleet.queues.first(queueOf(request))
  if (next !== undefined && next.headSince === null) lead(fleet, next)
}

/** From here on others overtake it: it is first in its line, and its tenant may hold what it wants. */
export const lead = (fleet: Fleet, request: MachineRequest): void =>
  fleet.requests.put(request.id, { ...request, headSince: granted(fleet, request) })
