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
      | 'placeLeft'
      | 'placeTaken'
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
    case 'placeLeft':
      return leavePlace(fleet, event.request, at)
    case 'placeTaken':
      return takePlace(fleet, event.request, at)
    case 'requestUnsatisfiable':
      return closeRequest(fleet, event.request, { status: 'unsatisfiable', at, because: event.because })
  }
}

const seen = (fleet: Fleet, { request: id, at }: NotedPoll): void => {
  const request = fleet.requests.need(id)
  if (request.poll === null) throw new Error(`${id} is nobody's to ask about`)
  fleet.requests.put(id, { ...request, poll: { ...request.poll, seenAt: at } })
}

/** Its line goes on without it, as long at the head as it was; if nobody else is in it, that is kept with the place. */
const leavePlace = (fleet: Fleet, id: RequestId, at: Instant): void => {
  const request = fleet.requests.need(id)
  const { headSince } = request
  placeAs(fleet, request, at, { left: true, headSince: null })
  if (headSince === null) return
  const next = fleet.queues.first(queueOf(request))
  if (next !== undefined) return fleet.requests.put(next.id, { ...next, headSince })
  const overtaken = granted(fleet, request) - headSince
  placeAs(fleet, request, at, { left: true, headSince: null, overtaken })
}

/** It stands in its line again where it stood before. */
const takePlace = (fleet: Fleet, id: RequestId, at: Instant): void => {
  const request = fleet.requests.need(id)
  const first = fleet.queues.first(queueOf(request))
  if (first !== undefined && first.number < request.number)
    return placeAs(fleet, request, at, { left: false, headSince: null })
  if (first !== undefined) fleet.requests.put(first.id, { ...first, headSince: null })
  const own = granted(fleet, request) - request.poll!.kept!.overtaken
  placeAs(fleet, request, at, { left: false, headSince: Math.min(own, first?.headSince ?? own) })
}

interface PlaceState extends Pick<MachineRequest, 'headSince'> {
  readonly left: boolean
  readonly overtaken?: number
}

const placeAs = (fleet: Fleet, request: MachineRequest, at: Instant, state: PlaceState): void => {
  const { headSince, left, overtaken = 0 } = state
  if (request.poll?.kept === undefined) throw new Error(`${request.id} is no place that is kept`)
  const poll = { ...request.poll, seenAt: at, kept: { ...request.poll.kept, left, overtaken } }
  fleet.requests.put(request.id, { ...request, headSince, poll })
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
