import type { MachineName, MachineType, PlatformName, Pool, PoolName, SiteMachine } from '#core'
import type { Drivers } from './drivers.ts'
import { instead, listed, type Faults } from './faults.ts'
import { readyOf } from './ready.ts'
import { machineSchema, type PoolRead } from './schema.ts'

export interface Stock {
  readonly pools: readonly Pool[]
  readonly machines: readonly SiteMachine[]
}

interface Known {
  readonly platforms: readonly string[]
  readonly drivers: Drivers
  readonly faults: Faults
}

interface Place extends Known {
  readonly pool: string
  readonly path: readonly PropertyKey[]
}

/** The most machines that a site may have; decisions are measured up to here. */
const MOST_MACHINES = 100_000

/** Pools and their machines, spelled out. A pool that could not be read is null; its machines are still looked at. */
export function readPools(
  read: ReadonlyMap<string, PoolRead | null>,
  raw: Readonly<Record<string, unknown>>,
  known: Known,
): Stock {
  const pools: Pool[] = []
  const machines: SiteMachine[] = []
  const { faults } = known
  for (const [pool, settings] of read) {
    const place: Place = { ...known, pool, path: ['pools', pool] }
    const own = settings === null ? fixedMachines(rawMachines(raw[pool]), place) : machinesOf(settings, place)
    machines.push(...own)
    if (settings !== null) pools.push(poolOf(settings, own.length, place))
  }
  if (machines.length > MOST_MACHINES)
    faults.add(['pools'], `A site has at most ${MOST_MACHINES} machines; these are ${machines.length}.`)
  refuseTwins(machines, faults)
  refuseMixedPlatforms(machines, read, faults)
  return { pools, machines }
}

const rawMachines = (pool: unknown): readonly unknown[] => {
  const machines: unknown = typeof pool === 'object' && pool !== null && 'machines' in pool ? pool.machines : []
  return Array.isArray(machines) ? machines : []
}

const machinesOf = ({ machines, elastic, type }: PoolRead, place: Place): SiteMachine[] => {
  const { faults, path, pool } = place
  if (elastic === undefined) {
    if (machines === undefined)
      faults.add(path, 'A pool has either `machines`, which always exist, or is `elastic`; give one of them.')
    return fixedMachines(machines ?? [], place)
  }
  if (machines !== undefined)
    faults.add(path, 'A pool has either `machines`, which always exist, or is `elastic`; leave one of them out.')
  if (type === 'metal')
    faults.add(
      [...path, 'elastic'],
      'Metal cannot be made on demand; list its `machines`, or make the pool one of `vm`.',
    )
  checkPlatform(elastic.platform, [...path, 'elastic', 'platform'], place)
  if (`${elastic.name}-${elastic.most}`.length > LONGEST_NAME) {
    faults.add(
      [...path, 'elastic', 'name'],
      `\`${elastic.name}-${elastic.most}\` is longer than a name may be; give a shorter one.`,
    )
  }
  return Array.from({ length: elastic.most }, (_, at) =>
    machineOf({ ...elastic, name: `${elastic.name}-${at + 1}` }, pool),
  )
}
const LONGEST_NAME = 41

const fixedMachines = (machines: readonly unknown[], place: Place): SiteMachine[] => {
  const { faults, path, pool } = place
  const fixed: SiteMachine[] = []
  for (const [at, value] of machines.entries()) {
    const machine = faults.read(machineSchema, value, [...path, 'machines', at])
    if (machine === null) continue
    checkPlatform(machine.platform, [...path, 'machines', at, 'platform'], place)
    if (machine.name === 'all')
      faults.add([...path, 'machines', at, 'name'], 'No machine can be called `all`: `done all` means every machine.')
    fixed.push(machineOf(machine, pool))
  }
  return fixed
}

const machineOf = (
  machine: {
    readonly name: string
    readonly platform: string
    readonly chassis?: string | undefined
    readonly labels: readonly string[]
    readonly variables: SiteMachine['variables']
  },
  pool: string,
): SiteMachine => ({
  name: machine.name as MachineName,
  pool: pool as PoolName,
  platform: machine.platform as PlatformName,
  chassis: machine.chassis ?? null,
  labels: [...new Set(machine.labels)].toSorted(),
  variables: machine.variables,
})

const checkPlatform = (platform: string, path: readonly PropertyKey[], { platforms, faults }: Known): void => {
  if (!platforms.includes(platform))
    faults.add(path, `There is no platform \`${platform}\`${instead(platform, platforms)}`)
}

const poolOf = (settings: PoolRead, machines: number, place: Place): Pool => {
  const { faults, path, pool, drivers } = place
  const {
    type,
    driver,
    longest,
    grace,
    prepare,
    preferWait,
    chassis,
    checkEvery,
    idleLimit,
    deadlines,
    failureLimit,
    backoff,
    probation,
    health,
  } = settings
  const kind = settings.elastic === undefined ? 'fixed' : 'elastic'
  const afterLease = settings.afterLease ?? (kind === 'fixed' ? 'recycle' : 'shutdown')
  const ready = readyOf(settings.ready, { kind, machines, path: [...path, 'ready'], faults })
  const lease = settings.lease ?? Math.min(DEFAULT_LEASE_MS, longest)
  if (!drivers.has(driver))
    faults.add([...path, 'driver'], `There is no driver \`${driver}\`${instead(driver, [...drivers.keys()])}`)
  const steps = settings.steps ?? drivers.get(driver) ?? []
  if (longest < lease) faults.add([...path, 'longest'], SHORTER_THAN_USUAL)
  if ((pool === 'metal' || pool === 'vm') && pool !== type) {
    faults.add(
      [...path, 'type'],
      `A pool called \`${pool}\` is of type \`${pool}\`, for people ask for either by that word; rename the pool or change its type.`,
    )
  }
  checkSteps(settings, afterLease, place)
  return {
    name: pool as PoolName,
    type,
    driver,
    kind,
    ready,
    afterLease,
    steps,
    defaultMs: lease,
    longestMs: longest,
    graceMs: grace,
    prepareMs: prepare,
    preferMs: preferWait,
    chassis,
    checkEveryMs: checkEvery,
    idleLimitMs: idleLimit,
    deadlineMs: deadlines,
    failureLimit,
    backoffMs: backoff,
    probationMs: probation,
    health: {
      falseAlarmEvery: health.falseAlarmEvery,
      mostShare: health.mostShare,
      quarantinesMost: health.quarantines,
      withinMs: health.within,
    },
    configured: true,
  }
}
const DEFAULT_LEASE_MS = 2 * 60 * 60 * 1000

/** Of a pool or a tenant. */
export const SHORTER_THAN_USUAL =
  'The longest lease is shorter than the usual one; make `longest` at least as long as `lease`.'

/** A step that nobody performs counts as done, so a pool without these would lend machines that were never cleaned or opened. */
const checkSteps = (
  { driver, steps }: PoolRead,
  afterLease: Pool['afterLease'],
  { faults, path, drivers }: Place,
): void => {
  const playbooks = drivers.get(driver)
  if (playbooks === undefined || driver === 'null') return
  for (const step of steps ?? []) {
    if (!playbooks.includes(step))
      faults.add(
        [...path, 'steps'],
        `The driver \`${driver}\` has no playbook for \`${step}\`; it has ${listed(playbooks)}.`,
      )
  }
  const missing = [...new Set(['provision', 'grant', 'revoke', afterLease] as const)].filter(
    (step) => !(steps ?? playbooks).includes(step),
  )
  if (missing.length === 0) return
  const where = steps === undefined ? 'driver' : 'steps'
  faults.add(
    [...path, where],
    `Machines cannot be lent safely without ${listed(missing)}; ${steps === undefined ? 'add a playbook' : 'list it'} for each.`,
  )
}

/** A machine's name is its name in the whole site. */
const refuseTwins = (machines: readonly SiteMachine[], faults: Faults): void => {
  const pools = new Map<string, string>()
  for (const { name, pool } of machines) {
    const other = pools.get(name)
    if (other !== undefined) {
      const where = other === pool ? 'twice here' : `here and in \`pools.${other}\``
      faults.add(['pools', pool], `The machine \`${name}\` is named ${where}; every machine needs a name of its own.`)
    }
    pools.set(name, pool)
  }
}

/** A platform is what makes machines alike, and nobody would take a virtual machine for metal. */
const refuseMixedPlatforms = (
  machines: readonly SiteMachine[],
  pools: ReadonlyMap<string, PoolRead | null>,
  faults: Faults,
): void => {
  const types = new Map<string, MachineType>()
  const told = new Set<string>()
  for (const { platform, pool } of machines) {
    const type = pools.get(pool)?.type
    if (type === undefined) continue
    const other = types.get(platform)
    if (other !== undefined && other !== type && !told.has(platform)) {
      told.add(platform)
      faults.add(
        ['pools', pool],
        `Platform \`${platform}\` has metal and virtual machines; give those of each type a platform of their own.`,
      )
    }
    types.set(platform, other ?? type)
  }
}
