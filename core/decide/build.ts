import type { BuildEnd, BuildUrl } from '../build.ts'
import type { Command, Outcome } from '../command.ts'
import type { LeaseId, RequestId } from '../id.ts'
import type { Lease } from '../lease.ts'
import type { Speaker } from '../policy/membership.ts'
import { abandon } from './absent.ts'
import type { Draft } from './draft.ts'
import { keep } from './hold.ts'
import { end } from './lease.ts'
import { settle } from './settle.ts'

/**
 * A build is over: its requests wait no more, and its leases end. One that was to be kept if the build fails is held as long as is
 * usual; where that is not allowed it ends. `by` null: Duffy, who looked; anybody else speaks for their own tenant.
 */
export const decideEndBuild = (
  draft: Draft,
  { build, end: how }: Extract<Command, { do: 'endBuild' }>,
  by: Speaker | null,
): Outcome => {
  const { fleet } = draft
  const concerns = (one: Pick<Lease, 'tenant'>): boolean =>
    by === null || by.role === 'operator' || one.tenant === by.tenant
  const requests: RequestId[] = []
  for (const request of [...fleet.requestsFor.of(build)].filter(concerns)) {
    abandon(draft, request, { type: how })
    requests.push(request.id)
  }
  const leases: LeaseId[] = []
  const held: LeaseId[] = []
  for (const lease of [...fleet.leasesFor.of(build)].filter(concerns)) {
    if (keeps(draft, lease, how)) held.push(lease.id)
    else {
      end(draft, lease, how)
      leases.push(lease.id)
    }
  }
  if (draft.events.length > 0) settle(draft)
  return { type: 'buildEnded', build, end: how, leases, held, requests }
}

/** Holds a lease that is to be kept after a failure, if it can be. */
const keeps = (draft: Draft, lease: Lease, how: BuildEnd): boolean =>
  how === 'buildFailed' &&
  lease.build?.onFailure === 'hold' &&
  keep(draft, lease, { forMs: null, reason: 'its build failed' }).type === 'held'

/** Keeps that these builds were seen to run, where that is not known of all that is bound to them. */
export const decideNoteBuilds = (draft: Draft, noted: readonly BuildUrl[]): Outcome => {
  const { fleet } = draft
  const builds = [...new Set(noted)].filter((url) =>
    [...fleet.requestsFor.of(url), ...fleet.leasesFor.of(url)].some(({ build }) => build?.seen === false),
  )
  if (builds.length > 0) draft.emit({ type: 'buildsSeen', builds })
  return { type: 'nothing' }
}
