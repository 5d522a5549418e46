import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, RequestId } from '../id.ts'
import type { RequestState } from '../request.ts'

type RequestEvent = Extract<
  Event,
  { type: 'requestMade' | 'estimateGiven' | 'requestCancelled' | 'requestUnsatisfiable' }
>

export const evolveRequest = (fleet: Fleet, event: RequestEvent, at: Instant): void => {
  switch (event.type) {
    case 'requestMade': {
      const { request, why } = event
      fleet.counters.put('request', request.number)
      return fleet.requests.put(request.id, { ...request, estimate: null, state: { status: 'waiting', why } })
    }
    case 'estimateGiven':
      return fleet.requests.put(event.request, { ...fleet.requests.need(event.request), estimate: event.estimate })
    case 'requestCancelled':
      return closeRequest(fleet, event.request, { status: 'cancelled', at, by: event.by })
    case 'requestUnsatisfiable':
      return closeRequest(fleet, event.request, { status: 'unsatisfiable', at, because: event.because })
  }
}

/** It waits no more: its row keeps how it ended, the fleet forgets it. */
export const closeRequest = (fleet: Fleet, id: RequestId, state: RequestState): void => {
  fleet.requests.put(id, { ...fleet.requests.need(id), state })
  fleet.requests.remove(id)
}
