import type { PastCollections } from '../collect.ts'
import type { Fleet } from '../fleet.ts'
import type { LeaseId, RequestId, TenantName } from '../id.ts'
import { heldOf, type Lease } from '../lease.ts'
import type { Speaker } from '../policy/membership.ts'
import type { Held } from '../refusal.ts'
import type { Refused } from '../why/refused.ts'
import type { MachineRequest } from '../request.ts'
import type { Why } from '../why.ts'

/** What is over, and so no longer in the fleet: the rows that a question may be about, found by the caller. */
export interface Past {
  readonly leases: readonly Lease[]
  readonly requests: readonly MachineRequest[]
  /** Where decisions about them stand in the log, and the reasons that were recorded there. */
  readonly decisions?: readonly PastDecision[]
  /** Refusals that are remembered. */
  readonly refused?: readonly Refused[]
  /** What was collected of leases, as the store of artifacts has it. */
  readonly collections?: readonly PastCollections[]
}

export interface PastDecision {
  readonly about: LeaseId | RequestId
  /** The number of the record. */
  readonly position: number
  readonly why: Why
}

export const decisionOn = (past: Past, about: LeaseId | RequestId): PastDecision | undefined =>
  past.decisions?.find((decision) => decision.about === about)

/** A lease that the speaker may see, present or past; somebody else's is as unknown as none. */
export const leaseNamed = (fleet: Fleet, id: string, by: Speaker, past: Past): Lease | undefined => {
  const name = id.toUpperCase() as LeaseId
  return seen(by, fleet.leases.get(name) ?? past.leases.find((lease) => lease.id === name))
}

/** A request that the speaker may see, waiting or over. */
export const requestNamed = (fleet: Fleet, id: string, by: Speaker, past: Past): MachineRequest | undefined => {
  const name = id.toUpperCase() as RequestId
  return seen(by, fleet.requests.get(name) ?? past.requests.find((request) => request.id === name))
}

/** What a tenant holds, for a refusal that lists it. */
export const heldBy = (fleet: Fleet, tenant: TenantName): Held[] => Array.from(fleet.leasesOf.of(tenant), heldOf)

export const maySee = ({ tenant, role }: Speaker, owned: { readonly tenant: TenantName }): boolean =>
  role === 'operator' || owned.tenant === tenant

const seen = <T extends { readonly tenant: TenantName }>(by: Speaker, row: T | undefined): T | undefined =>
  row !== undefined && maySee(by, row) ? row : undefined
