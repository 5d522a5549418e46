import { isIP } from 'node:net'
import type { Fleet, Lease, Machine, Pool, PoolName, Tenant } from '#core'
import type { V3Settings } from '../facade/settings.ts'
import type { Session } from '../facade/session.ts'
import { seconds, stamp } from './time.ts'

/** Machines of a pool, as a session asks for them. */
export interface Spec {
  readonly quantity: number
  readonly pool: string
}

/** Leases granted together as the session that clients of Duffy v3 know. */
export function sessionOf(fleet: Fleet, session: Session, settings: V3Settings) {
  const [{ number, grantedAt, tenant }] = session
  const ends = session.flatMap(({ state }) => (state.status === 'ended' ? [state.at] : []))
  const lasting = session.filter(({ state }) => state.status !== 'ended')
  const active = lasting.length > 0
  const specs = session.flatMap((lease) => specsOf(fleet, lease))
  return {
    retired_at: active ? null : stamp(Math.max(...ends)),
    active,
    created_at: stamp(grantedAt),
    id: number,
    expires_at: stamp(active ? Math.min(...lasting.map(endOf)) : Math.max(...ends)),
    tenant: tenantOf(fleet, fleet.tenants.need(tenant), settings),
    data: { nodes_specs: specs },
    nodes: session.flatMap((lease) => nodesOf(fleet, lease, specs)),
  }
}

/** When it ends, as far as can be said while it is being prepared. */
export const endOf = ({ state, grantedAt, durationMs }: Lease): number => {
  switch (state.status) {
    case 'preparing':
      return grantedAt + durationMs
    case 'active':
      return state.until
    case 'ended':
      return state.at
  }
}

const nodesOf = (fleet: Fleet, { machines, state }: Lease, specs: readonly Spec[]) => {
  const ended = state.status === 'ended'
  return machines.map(({ machine: name }) => {
    const machine = fleet.machines.need(name)
    const spec = specs.find(({ pool }) => pool === machine.pool) ?? null
    return { ...nodeOf(fleet, machine, { spec, shown: !ended }), state: ended ? null : stateOf(machine) }
  })
}

/** What was asked for by name of a pool; of another request, what came of it. */
const specsOf = (fleet: Fleet, { demand, machines }: Lease): Spec[] => {
  if (demand.pool !== null) return [{ quantity: demand.count, pool: demand.pool }]
  const pools = machines.map(({ machine }) => fleet.machines.need(machine).pool)
  return [...Map.groupBy(pools, (pool) => pool)].map(([pool, of]) => ({ quantity: of.length, pool }))
}

interface Sight {
  readonly spec: Spec | null
  /** Whether the reader may know how it is reached. */
  readonly shown: boolean
}

/** Fields that Duffy v3 had not, `port` and `user`, are for machines that do not answer as root on port 22. */
const nodeOf = (fleet: Fleet, machine: Machine, { spec, shown }: Sight) => {
  const access = shown ? machine.access : null
  const { address = null, port = null, user = null, hostKeys = [] } = access ?? {}
  const ipaddr = address !== null && isIP(address) > 0 ? address : null
  const provision =
    access === null ? {} : { provision: { hostname: machine.name, ipaddr, port, user, host_keys: hostKeys } }
  return {
    hostname: machine.name as string,
    ipaddr,
    comment: null,
    pool: machine.pool as string,
    reusable: fleet.pools.need(machine.pool).kind === 'fixed',
    data: { ...(spec === null ? {} : { nodes_spec: spec }), ...provision },
    id: machine.number,
    state: stateOf(machine) as NodeState | null,
    port,
    user,
  }
}

/** A machine by itself. When it was made is not kept: `created_at` says since when it has been as it is. */
export function nodeResult(fleet: Fleet, machine: Machine, shown: boolean) {
  const { state } = machine
  const since = 'since' in state ? state.since : machine.idleSince
  const retired = state.status === 'retired'
  return {
    ...nodeOf(fleet, machine, { spec: null, shown }),
    active: !retired,
    created_at: stamp(since),
    retired_at: retired ? stamp(since) : null,
  }
}

type NodeState =
  | 'unused'
  | 'provisioning'
  | 'ready'
  | 'contextualizing'
  | 'deployed'
  | 'deprovisioning'
  | 'done'
  | 'failed'

const stateOf = ({ state }: Machine): NodeState => {
  switch (state.status) {
    case 'enrolled':
      return 'unused'
    case 'provisioning':
    case 'checking':
    case 'burning':
      return 'provisioning'
    case 'ready':
      return 'ready'
    case 'leased':
      return state.grant === null ? 'deployed' : 'contextualizing'
    case 'collecting':
    case 'revoking':
    case 'recycling':
    case 'rebuilding':
    case 'stopping':
      return 'deprovisioning'
    case 'quarantined':
    case 'maintenance':
      return 'failed'
    case 'retired':
      return 'done'
  }
}

/** Clients refuse a pool with a key more. */
export const poolOf = ({ name, ready }: Pool) => ({ name: name as string, 'fill-level': ready })

/** All five levels are demanded; `failed` is one more, which is allowed. */
export function poolResult(fleet: Fleet, pool: Pool) {
  const sum = (...states: readonly string[]): number =>
    states.reduce((total, state) => total + fleet.statuses.of(`${pool.name}/${state}`), 0)
  const contextualizing = grantsIn(fleet, pool.name)
  return {
    ...poolOf(pool),
    levels: {
      provisioning: sum('provisioning', 'checking', 'burning'),
      ready: sum('ready'),
      contextualizing,
      deployed: sum('leased') - contextualizing,
      deprovisioning: sum('collecting', 'revoking', 'recycling', 'rebuilding', 'stopping'),
      failed: sum('quarantined'),
    },
  }
}

/** Machines of a pool that are letting their tenants in: few, however large the fleet. */
const grantsIn = (fleet: Fleet, pool: PoolName): number => {
  const open = [...fleet.runs.values()].filter(({ step, machine }) => {
    const of = fleet.machines.get(machine)
    return step === 'grant' && of?.pool === pool && of.state.status === 'leased'
  })
  return open.length
}

export function tenantOf(fleet: Fleet, tenant: Tenant, { leaseMs }: V3Settings) {
  const { name, number, active, quota, defaultMs, longestMs, addedAt, retiredAt } = tenant
  const longest = longestOf(fleet, tenant)
  return {
    retired_at: retiredAt === null ? null : stamp(retiredAt),
    active,
    created_at: stamp(addedAt),
    name: name as string,
    is_admin: isAdmin(fleet, tenant),
    ssh_key: '**********',
    node_quota: quota as number | null,
    session_lifetime: defaultMs === null ? null : seconds(defaultMs),
    session_lifetime_max: longestMs === null ? null : seconds(longestMs),
    id: number,
    effective_node_quota: quota,
    effective_session_lifetime: seconds(Math.min(defaultMs ?? leaseMs, longest)),
    effective_session_lifetime_max: seconds(longest),
  }
}

/** Pools differ, so this is what the most generous allows. */
const longestOf = (fleet: Fleet, { longestMs }: Tenant): number => {
  const pools = [...fleet.pools.values()].filter(({ configured }) => configured)
  return Math.min(longestMs ?? Infinity, Math.max(0, ...pools.map((pool) => pool.longestMs)))
}

const isAdmin = (fleet: Fleet, { name }: Tenant): boolean =>
  [...fleet.apiKeysOf.of(name)].some(({ id, role }) => role === 'operator' && id.startsWith('v3-'))
