import type { Fleet, Instant, TenantName } from '#core'
import type { V3Settings } from '../facade/settings.ts'
import { tenantOf } from './shapes.ts'
import { stamp } from './time.ts'

/** The number of a session without machines: it holds nothing, so there is one for all, and it is over when it begins. */
export const EMPTY = 0

/** What whoever asks for no machines gets, as in Duffy v3: a session. */
export const emptySession = (
  fleet: Fleet,
  tenant: TenantName,
  { settings, at }: { readonly settings: V3Settings; readonly at: Instant },
) => ({
  retired_at: stamp(at),
  active: false,
  created_at: stamp(at),
  id: EMPTY,
  expires_at: stamp(at),
  tenant: tenantOf(fleet, fleet.tenants.need(tenant), settings),
  data: { nodes_specs: [] },
  nodes: [],
})
