import { canonical } from '../canonical.ts'
import type { Outcome } from '../command.ts'
import type { Site, SiteMachine } from '../site.ts'
import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import { inService, openRun, type Machine } from '../machine.ts'
import type { Refusal } from '../refusal.ts'
import type { TenantSettings } from '../tenant.ts'
import type { Draft } from './draft.ts'
import { dropHopeless, settle } from './settle.ts'
import { begin } from './steps.ts'
import { addTenant, setTenant, settingsOf } from './tenants.ts'

/** Makes the fleet as the site's config says. What it no longer names is drained: lent machines stay with their holders. */
export const decideConfigure = (draft: Draft, site: Site): Outcome | Refusal => {
  const { fleet } = draft
  if (fleet.site.get('site')?.digest === site.digest) return { type: 'configured', changes: [] }
  const faults = moved(fleet, site)
  if (faults.length > 0) return { type: 'badSite', faults }
  const { digest, limits, controlRooms, operators } = site
  draft.emit({ type: 'siteConfigured', digest, limits, controlRooms, ...(operators !== undefined && { operators }) })
  configurePlatforms(draft, site)
  configurePools(draft, site)
  configureMachines(draft, site)
  configureTenants(draft, site)
  const named = new Set<string>(site.tenants.map(({ name }) => name))
  const changes = draft.events.map((event) => describe(event, named)).filter((change) => change !== null)
  dropHopeless(draft, [...fleet.requests.values()])
  settle(draft)
  return { type: 'configured', changes }
}

/** A machine keeps its pool, its platform, and what those are, for life: what it has done is counted there. */
const moved = (fleet: Fleet, site: Site): string[] => [
  ...site.machines.flatMap(({ name, pool, platform }) => {
    const known = fleet.machines.get(name)
    if (known === undefined || known.state.status === 'retired' || (known.pool === pool && known.platform === platform))
      return []
    return [
      `machine ${name} is in pool ${known.pool}, platform ${known.platform}: take it out of the config, let it retire, then add it anew`,
    ]
  }),
  ...site.pools.flatMap(({ name, type }) => {
    const known = fleet.pools.get(name)
    if (known === undefined || known.type === type || !has(fleet, ({ pool }) => pool === name)) return []
    return [`pool ${name} holds ${known.type} machines: give the ${type} machines a pool of another name`]
  }),
  ...site.platforms.flatMap(({ name, arch, vendor }) => {
    const known = fleet.platforms.get(name)
    const isAlike = known === undefined || (known.arch === arch && known.vendor === vendor)
    if (isAlike || !has(fleet, ({ platform }) => platform === name)) return []
    return [
      `platform ${name} is ${known.arch} by ${known.vendor}: give the ${arch} machines by ${vendor} a platform of another name`,
    ]
  }),
]

const has = (fleet: Fleet, holds: (machine: Machine) => boolean): boolean =>
  [...fleet.machines.values()].some((machine) => inService(machine) && holds(machine))

const configurePlatforms = (draft: Draft, { platforms }: Site): void => {
  for (const platform of platforms) {
    if (!same(draft.fleet.platforms.get(platform.name), platform)) draft.emit({ type: 'platformConfigured', platform })
  }
}

const configurePools = (draft: Draft, site: Site): void => {
  const { fleet } = draft
  for (const pool of site.pools) {
    if (!same(fleet.pools.get(pool.name), pool)) draft.emit({ type: 'poolConfigured', pool })
  }
  const named = new Set(site.pools.map(({ name }) => name))
  for (const pool of fleet.pools.values()) {
    if (pool.configured && !named.has(pool.name))
      draft.emit({ type: 'poolConfigured', pool: { ...pool, ready: 0, configured: false } })
  }
}

const configureMachines = (draft: Draft, site: Site): void => {
  const { fleet } = draft
  const fewest = fewestAttempts(fleet)
  const named = new Set(site.machines.map(({ name }) => name))
  for (const machine of fleet.machines.values()) {
    if (machine.configured && machine.state.status !== 'retired' && !named.has(machine.name)) drain(draft, machine)
  }
  for (const wanted of site.machines) {
    const machine = fleet.machines.get(wanted.name)
    if (machine === undefined || machine.state.status === 'retired')
      enrol(draft, wanted, fewest.get(wanted.platform) ?? 0)
    else if (!asWanted(machine, wanted)) configure(draft, machine, wanted)
  }
}

const asWanted = (machine: Machine, { chassis, labels, variables }: SiteMachine): boolean =>
  machine.configured &&
  machine.chassis === chassis &&
  same(machine.labels, labels) &&
  same(machine.variables, variables)

const configure = (draft: Draft, { name }: Machine, { chassis, labels, variables }: SiteMachine): void =>
  draft.emit({ type: 'machineConfigured', machine: name, chassis, labels, variables })

const enrol = (
  draft: Draft,
  { name, pool, platform, chassis, labels, variables }: SiteMachine,
  attempts: number,
): void => {
  const known = draft.fleet.machines.get(name)
  draft.emit({
    type: 'machineEnrolled',
    machine: name,
    number: known?.number ?? draft.fleet.next('machine'),
    pool,
    platform,
    chassis,
    labels,
    variables,
    attempts: Math.max(attempts, known?.attempts ?? 0),
  })
}

/** Not lent again; a machine at work finishes first, and `succeeded` then sees it out. */
const drain = (draft: Draft, machine: Machine): void => {
  draft.emit({ type: 'machineDrained', machine: machine.name })
  const { status } = machine.state
  // What is in maintenance is in an operator's hands, and may not even have power.
  if (status === 'enrolled' || status === 'maintenance') draft.emit({ type: 'machineRetired', machine: machine.name })
  else if (status === 'quarantined' || (status === 'ready' && openRun(machine) === null))
    begin(draft, machine.name, 'shutdown')
}

/**
 * Nobody speaks any more for a tenant that the config no longer names; what it holds, and its API keys, stay. A tenant that people
 * have changed is theirs: the config says nothing about it any more.
 */
const configureTenants = (draft: Draft, site: Site): void => {
  const { fleet } = draft
  const named = new Set(site.tenants.map(({ name }) => name))
  for (const tenant of [...fleet.tenants.values()]) {
    if (named.has(tenant.name) || tenant.owner === 'people' || tenant.members.length + tenant.keys.length === 0)
      continue
    setTenant(draft, tenant.name, { ...settingsOf(tenant), members: [], admins: [], keys: [] })
  }
  for (const { name, keys, ...terms } of site.tenants) {
    const known = fleet.tenants.get(name)
    if (known?.owner === 'people') continue
    const settings: TenantSettings = {
      ...terms,
      keys: keys.map((key) => draft.keep(key)),
      admins: [],
      owner: 'config',
      active: true,
    }
    if (known === undefined) addTenant(draft, name, settings)
    else if (!same(settings, settingsOf(known))) setTenant(draft, name, settings)
  }
}

/** By platform: what a new machine starts with, so that it is neither worn first nor spared. */
const fewestAttempts = (fleet: Fleet): Map<string, number> => {
  const fewest = new Map<string, number>()
  for (const { platform, attempts, state } of fleet.machines.values()) {
    if (state.status !== 'retired') fewest.set(platform, Math.min(fewest.get(platform) ?? attempts, attempts))
  }
  return fewest
}

/** What an operator is told of a change; null for what follows from one. */
const describe = (event: Event, tenants: ReadonlySet<string>): string | null => {
  if (event.type === 'poolConfigured') {
    const { name, configured } = event.pool
    return configured ? `pool ${name} set` : `pool ${name} removed: its machines drain`
  }
  if (event.type === 'platformConfigured') return `platform ${event.platform.name} set`
  if (event.type === 'machineEnrolled') return `machine ${event.machine} added to pool ${event.pool}`
  if (event.type === 'machineConfigured') return `machine ${event.machine} changed`
  if (event.type === 'machineDrained') return `machine ${event.machine} removed: it retires when it is free`
  if (event.type === 'tenantAdded') return `tenant ${event.tenant} added`
  if (event.type !== 'tenantConfigured') return null
  return tenants.has(event.tenant)
    ? `tenant ${event.tenant} changed`
    : `tenant ${event.tenant} removed: nobody speaks for it any more`
}

/** Plain data, whatever the order in which its fields were written or read back. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)
