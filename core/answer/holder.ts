import type { Fleet } from '../fleet.ts'
import type { LeaseId, MachineName, TenantName } from '../id.ts'
import type { Lease } from '../lease.ts'
import type { Machine } from '../machine.ts'
import { isoTime } from '../time.ts'

/** Who holds something: a public fact. `until` is null while it is being made ready; `hold`: it is kept for debugging. */
export interface Holder {
  readonly tenant: TenantName
  readonly until: string | null
  readonly hold: boolean
}

/** What one tenant holds by one lease, as everybody may know it. `lease` is named to those alone who may see it. */
export interface PublicHolding extends Holder {
  readonly lease: LeaseId | null
  readonly machines: readonly MachineName[]
}

export const holderOf = (fleet: Fleet, { state }: Machine): Holder | null => {
  const lease = state.status === 'leased' ? fleet.leases.get(state.lease) : undefined
  return lease === undefined ? null : { tenant: lease.tenant, until: untilOf(lease), hold: lease.hold !== null }
}

export const holdingOf = (lease: Lease, maySee: boolean): PublicHolding => ({
  lease: maySee ? lease.id : null,
  tenant: lease.tenant,
  until: untilOf(lease),
  hold: lease.hold !== null,
  machines: lease.machines.map(({ machine }) => machine),
})

const untilOf = ({ state }: Lease): string | null => (state.status === 'active' ? isoTime(state.until) : null)
