import type { Site, SiteMachine } from '../site.ts'
import type { MachineName, PlatformName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Pool } from '../pool.ts'

/** Sites with more machines or fewer, and pools that keep others of them ready. */

export const machinesIn = ({ machines }: Site, { name }: Pool): SiteMachine[] =>
  machines.filter(({ pool }) => pool === name)

/** A fixed pool that keeps all of its machines ready goes on doing so; a level that follows demand is left to follow it. */
const resized = (site: Site, pool: Pool, machines: readonly SiteMachine[]): Site => {
  const [before, after] = [site, { ...site, machines }].map((one) => machinesIn(one, pool).length) as [number, number]
  if (typeof pool.ready !== 'number') return { ...site, machines }
  const ready = pool.ready >= before && pool.kind === 'fixed' ? after : Math.min(pool.ready, after)
  return setPool({ ...site, machines }, pool, { ready })
}

export const addMachines = (
  site: Site,
  pool: Pool,
  { count, platform }: { readonly count: number; readonly platform: PlatformName | null },
): Site | string => {
  const own = machinesIn(site, pool)
  const of = platform ?? commonest(own)
  if (of === null)
    return `say of which platform: "add ${count} ${pool.name} of ${site.platforms[0]?.name ?? 'PLATFORM'}"`
  const alien = site.machines.find((machine) => machine.platform === of && typeOf(site, machine) !== pool.type)
  if (alien !== undefined)
    return `the platform ${of} is of ${typeOf(site, alien)} machines, the pool ${pool.name} of ${pool.type}`
  const like = own.find((machine) => machine.platform === of)
  const taken = new Set(site.machines.map(({ name }) => name))
  const added: SiteMachine[] = []
  for (let number = 1; added.length < count; number += 1) {
    const name = `new-${pool.name}-${number}` as MachineName
    if (taken.has(name)) continue
    added.push({ name, pool: pool.name, platform: of, chassis: null, labels: like?.labels ?? [], variables: {} })
  }
  return resized(site, pool, [...site.machines, ...added])
}

const typeOf = ({ pools }: Site, machine: SiteMachine): Pool['type'] | undefined =>
  pools.find(({ name }) => name === machine.pool)?.type

export const removeMachines = (
  site: Site,
  pool: Pool,
  { count, platform }: { readonly count: number; readonly platform: PlatformName | null },
): Site | string => {
  let own = machinesIn(site, pool).filter((machine) => platform === null || machine.platform === platform)
  if (own.length < count) return `the pool ${pool.name} has ${own.length} such machines; remove at most that many`
  const removed = new Set<string>()
  while (removed.size < count) {
    const from = commonest(own)
    const last = own.filter((machine) => machine.platform === from).toSorted((a, b) => byText(b.name, a.name))[0]!
    removed.add(last.name)
    own = own.filter((machine) => machine !== last)
  }
  return resized(
    site,
    pool,
    site.machines.filter(({ name }) => !removed.has(name)),
  )
}

const commonest = (machines: readonly SiteMachine[]): PlatformName | null => {
  const platforms = [...Map.groupBy(machines, ({ platform }) => platform)]
  const [most] = platforms.toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || byText(a, b))
  return most?.[0] ?? null
}

/** A pool that keeps so many machines ready, or why it cannot. */
export const withReady = (site: Site, pool: Pool, ready: number): Site | string => {
  const machines = machinesIn(site, pool).length
  if (ready > machines) return `the pool ${pool.name} has ${machines} machines; keep at most that many ready`
  return setPool(site, pool, { ready })
}

/** A pool whose level follows demand, within what it has; until a week has been seen it keeps what it keeps now. */
export const withPredicted = (site: Site, pool: Pool, missProbability: number): Site => {
  const most = machinesIn(site, pool).length
  const atFirst = typeof pool.ready === 'number' ? pool.ready : pool.ready.atFirst
  return setPool(site, pool, { ready: { missProbability, least: 0, most, atFirst: Math.min(atFirst, most) } })
}

export const setPool = (site: Site, { name }: Pool, change: Partial<Pool>): Site => ({
  ...site,
  pools: site.pools.map((pool) => (pool.name === name ? { ...pool, ...change } : pool)),
})
