import type { Outcome } from '../command.ts'
import type { RequestId, TenantName } from '../id.ts'
import type { NotedPoll } from '../request.ts'
import { abandon } from './absent.ts'
import type { Draft } from './draft.ts'
import { end } from './lease.ts'
import { settle } from './settle.ts'

/** Keeps when somebody last asked after requests that wait; one that waits no more, or is known to have been asked after since, is passed over. */
export const decideNotePolls = (draft: Draft, noted: readonly NotedPoll[]): Outcome => {
  const polls = noted.filter(({ request, at }) => {
    const poll = draft.fleet.requests.get(request)?.poll ?? null
    return poll !== null && at > poll.seenAt && at <= draft.at
  })
  if (polls.length > 0) draft.emit({ type: 'pollsNoted', polls })
  return { type: 'nothing' }
}

/** Whoever asked was told to come again, or went away: they keep their place, and others are served meanwhile. */
export const decideLeavePlaces = (draft: Draft, requests: readonly RequestId[]): Outcome => {
  for (const id of requests)
    if (draft.fleet.requests.get(id)?.poll?.kept?.left === false) draft.emit({ type: 'placeLeft', request: id })
  if (draft.events.length > 0) settle(draft)
  return { type: 'nothing' }
}

/**
 * The connection that asked closed before an answer, so nobody knows of the request, nor of a lease that came of it: both end.
 * A lease that its tenant can log in to stays, since a repeat of the command may have been answered by then.
 */
export const decideLeave = (draft: Draft, id: RequestId, tenant: TenantName): Outcome => {
  const { fleet } = draft
  const request = fleet.requests.get(id)
  if (request !== undefined) abandon(draft, request, { type: 'closed' })
  const lease = [...fleet.leasesOf.of(tenant)].find((one) => one.request === id && one.state.status === 'preparing')
  if (lease !== undefined) end(draft, lease, 'gone')
  if (draft.events.length > 0) settle(draft)
  return { type: 'nothing' }
}
