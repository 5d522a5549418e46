import type { Estimates } from '../estimate.ts'
import type { Fleet } from '../fleet.ts'
import type { Identity } from '../id.ts'
import { mayHandle, type Speaker } from '../policy/membership.ts'
import { leaseView, requestView, type LeaseView, type RequestView } from '../view.ts'
import { maySee } from './find.ts'
import { holdingOf, type PublicHolding } from './holder.ts'

export interface MineAnswer {
  readonly type: 'mine'
  readonly leases: readonly LeaseView[]
  readonly requests: readonly RequestView[]
  /** More that are not listed. */
  readonly more: number
}

export interface AllAnswer {
  readonly type: 'all'
  readonly holdings: readonly PublicHolding[]
  readonly waiting: number
  /** More holdings that are not listed. */
  readonly more: number
}

const LONGEST_LIST = 100

/** What the asker has asked for themselves; with an API key, what its tenant has. */
export const listMine = (fleet: Fleet, identity: Identity, { tenant }: Speaker, estimates: Estimates): MineAnswer => {
  const isOwn = (owned: Parameters<typeof mayHandle>[3]): boolean =>
    mayHandle(fleet, identity, { tenant, role: 'member' }, owned)
  const leases = [...fleet.leasesOf.of(tenant)].filter(isOwn)
  const requests = [...fleet.waitingOf.of(tenant)].filter(isOwn)
  const listed = requests.slice(0, LONGEST_LIST)
  const estimated = estimates(listed)
  return {
    type: 'mine',
    leases: leases.slice(0, LONGEST_LIST).map((lease) => leaseView(fleet, lease)),
    requests: listed.map((request) => requestView(fleet, request, estimated.get(request.id))),
    more: Math.max(0, leases.length - LONGEST_LIST) + Math.max(0, requests.length - LONGEST_LIST),
  }
}

/** What everybody holds, the speaker's own tenant first. */
export const listAll = (fleet: Fleet, by: Speaker): AllAnswer => {
  const holdings: PublicHolding[] = []
  for (const lease of fleet.leasesOf.of(by.tenant)) {
    if (holdings.length === LONGEST_LIST) break
    holdings.push(holdingOf(lease, true))
  }
  for (const lease of fleet.leases.values()) {
    if (holdings.length === LONGEST_LIST) break
    if (lease.tenant !== by.tenant) holdings.push(holdingOf(lease, maySee(by, lease)))
  }
  return { type: 'all', holdings, waiting: fleet.requests.size, more: fleet.leases.size - holdings.length }
}
