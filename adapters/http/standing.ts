import {
  leaseView,
  maySee,
  requestView,
  type Estimates,
  type Fleet,
  type Lease,
  type LeaseId,
  type LeaseView,
  type MachineRequest,
  type RequestId,
  type RequestView,
  type TenantName,
} from '#core'
import type { Caller } from './api-key.ts'
import type { Ports } from './ports.ts'

/** What has become of a request so far. */
export type Standing =
  | { readonly type: 'lease'; readonly lease: LeaseView }
  | { readonly type: 'request'; readonly request: RequestView }

interface Asked {
  readonly id: RequestId
  readonly lease: LeaseId | null
  readonly tenant: TenantName
}

/** As the fleet has it; null if neither the request nor a lease from it is there any more: then the store knows. */
function standing(fleet: Fleet, { id, lease, tenant }: Asked, estimates: Estimates): Standing | null {
  const waiting = fleet.requests.get(id)
  if (waiting !== undefined)
    return { type: 'request', request: requestView(fleet, waiting, estimates([waiting]).get(id)) }
  const held = lease === null ? leaseFrom(fleet, id, tenant) : fleet.leases.get(lease)
  return held === undefined ? null : { type: 'lease', lease: leaseView(fleet, held) }
}

/** Whether waiting longer could change it: it is being prepared, or still waits. */
export const mayChange = (fleet: Fleet, id: RequestId, lease: LeaseId | null, tenant: TenantName): boolean => {
  if (fleet.requests.get(id) !== undefined) return true
  const held = lease === null ? leaseFrom(fleet, id, tenant) : fleet.leases.get(lease)
  return held?.state.status === 'preparing'
}

const leaseFrom = (fleet: Fleet, id: RequestId, tenant: TenantName): Lease | undefined => {
  for (const lease of fleet.leasesOf.of(tenant)) if (lease.request === id) return lease
  return undefined
}

/** As it stands now, over or not. */
export async function presentStanding(
  { lane, store, estimates }: Ports,
  id: RequestId,
  lease: LeaseId | null,
  tenant: TenantName,
): Promise<Standing> {
  const present = await lane.read((fleet, at) => standing(fleet, { id, lease, tenant }, estimates(fleet, at)))
  if (present !== null) return present
  const past = lease === null ? await store.request(id) : undefined
  const from = lease ?? (past?.state.status === 'granted' ? past.state.lease : null)
  const ended = from === null ? undefined : await store.lease(from)
  if (ended !== undefined) return { type: 'lease', lease: await lane.read((fleet) => leaseView(fleet, ended)) }
  if (past === undefined) throw new Error(`request ${id} is neither in the fleet nor in the store`)
  return { type: 'request', request: await lane.read((fleet) => requestView(fleet, past)) }
}

/** A lease of the caller's tenant (of any, for operators), in the fleet or ended; undefined hides whether it exists. */
export async function ownLease({ lane, store }: Ports, id: LeaseId, caller: Caller): Promise<LeaseView | undefined> {
  const held = await lane.read((fleet) => {
    const lease = fleet.leases.get(id)
    return lease === undefined ? null : { view: maySee(caller, lease) ? leaseView(fleet, lease) : undefined }
  })
  if (held !== null) return held.view
  const past = await store.lease(id)
  return past === undefined || !maySee(caller, past) ? undefined : lane.read((fleet) => leaseView(fleet, past))
}

/** A request of the caller's tenant (of any, for operators), waiting or over. */
export async function ownRequest(
  { lane, store, estimates }: Ports,
  id: RequestId,
  caller: Caller,
): Promise<RequestView | undefined> {
  const request: MachineRequest | undefined =
    (await lane.read((fleet) => fleet.requests.get(id))) ?? (await store.request(id))
  if (request === undefined || !maySee(caller, request)) return undefined
  return lane.read((fleet, at) => {
    const waiting = fleet.requests.get(id)
    return waiting === undefined
      ? requestView(fleet, request)
      : requestView(fleet, waiting, estimates(fleet, at)([waiting]).get(id))
  })
}
