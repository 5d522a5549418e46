import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import { patchLease } from './lease.ts'

export const evolveBuilds = (fleet: Fleet, { builds }: Extract<Event, { type: 'buildsSeen' }>): void => {
  for (const url of builds) {
    for (const request of [...fleet.requestsFor.of(url)])
      fleet.requests.put(request.id, { ...request, build: { ...request.build!, seen: true } })
    for (const { id } of [...fleet.leasesFor.of(url)])
      patchLease(fleet, id, ({ build }) => ({ build: { ...build!, seen: true } }))
  }
}
