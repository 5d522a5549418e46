import type { Site, SiteMachine, SiteTenant } from '../command.ts'
import { readDuration } from '../duration.ts'
import type { MachineName, PlatformName } from '../id.ts'
import { byText } from '../indexes.ts'
import type { Pool } from '../pool.ts'
import { HIGHEST_PRIORITY, PLATFORM_RULES, type PlatformRule } from '../request.ts'
import { nearest } from '../suggest.ts'
import { DAY } from '../time.ts'

/** What a scenario lives through: a site as it would be, under a load that may differ from the one given. */
export interface Plan {
  readonly site: Site
  /** What every request asks for in place of its own rule; null: as it asks. */
  readonly platform: PlatformRule | null
  /** Requests for each one of the load. */
  readonly demand: number
}

/** A change that cannot be read or made, with what to write instead. */
export interface Unread {
  readonly misread: string
}

/** One way to change a plan, as somebody types it. */
interface ChangeKind {
  readonly usage: string
  readonly summary: string
  /** The plan with the change made, or what is wrong with the words that follow the first. */
  readonly make: (plan: Plan, words: readonly string[], configs: ReadonlyMap<string, Site>) => Plan | string
}

/**
 * A plan with the changes made that a text names, in order: `add 3 metal, quota infra 5`. `configs` holds the sites that
 * `config` may name, by file.
 */
export const changePlan = (plan: Plan, text: string, configs: ReadonlyMap<string, Site> = new Map()): Plan | Unread => {
  let now = plan
  for (const part of text.split(',')) {
    const [first = '', ...words] = part.trim().split(/\s+/)
    const kind = CHANGES.find(({ usage }) => usage.split(' ')[0] === first)
    if (kind === undefined) return { misread: unknown(first, text) }
    const made = kind.make(now, words, configs)
    if (typeof made === 'string') return { misread: `"${part.trim()}": ${made}` }
    now = made
  }
  return { ...now, site: { ...now.site, digest: `${now.site.digest}, ${text}` } }
}

const unknown = (first: string, text: string): string => {
  const known = CHANGES.map(({ usage }) => usage.split(' ')[0]!)
  const near = nearest(first, known)
  const meant = near === null ? `a change begins with one of ${known.join(', ')}` : `did you mean "${near}"?`
  return `"${text}" is no change; ${meant}`
}

export const CHANGES: readonly ChangeKind[] = [
  {
    usage: 'add N POOL [of PLATFORM]',
    summary: 'more machines like those that a pool has',
    make: (plan, words) =>
      withPool(plan, words, 1, (pool, count, platform) => addMachines(plan.site, pool, { count, platform })),
  },
  {
    usage: 'remove N POOL [of PLATFORM]',
    summary: 'fewer machines, from its most common platform first',
    make: (plan, words) =>
      withPool(plan, words, 1, (pool, count, platform) => removeMachines(plan.site, pool, { count, platform })),
  },
  {
    usage: 'ready POOL N',
    summary: 'machines that it keeps ready ahead of demand',
    make: (plan, [name, count]) =>
      withPool(plan, [count ?? '', name ?? ''], 0, (pool, ready) => {
        const machines = machinesIn(plan.site, pool).length
        if (ready > machines) return `the pool ${pool.name} has ${machines} machines; keep at most that many ready`
        return setPool(plan.site, pool, { ready })
      }),
  },
  {
    usage: 'after POOL recycle|rebuild|shutdown',
    summary: 'what follows a lease',
    make: (plan, [name = '', step = '']) => {
      const pool = poolNamed(plan.site, name)
      if (typeof pool === 'string') return pool
      const afterLease = (['recycle', 'rebuild', 'shutdown'] as const).find((one) => one === step)
      if (afterLease === undefined) return 'after a lease comes recycle, rebuild or shutdown'
      if (!pool.steps.includes(afterLease)) return `the driver of pool ${pool.name} has no step ${afterLease}`
      return withSite(plan, setPool(plan.site, pool, { afterLease }))
    },
  },
  {
    usage: 'longest POOL TIME',
    summary: 'its longest lease; who asks for more is refused',
    make: (plan, [name = '', ...time]) => {
      const pool = poolNamed(plan.site, name)
      if (typeof pool === 'string') return pool
      const longestMs = readDuration(time.join(' '), 366 * DAY)
      if (typeof longestMs !== 'number') return 'give a length of time, as in "longest metal 4h"'
      return withSite(plan, setPool(plan.site, pool, { longestMs, defaultMs: Math.min(pool.defaultMs, longestMs) }))
    },
  },
  {
    usage: 'quota TENANT N',
    summary: 'machines that it may hold at once',
    make: (plan, words) => withTenant(plan, words, { whole: true, most: 100_000 }, (quota) => ({ quota })),
  },
  {
    usage: 'weight TENANT N',
    summary: 'its share where machines are scarce',
    make: (plan, words) => withTenant(plan, words, { whole: false, most: 1_000_000 }, (weight) => ({ weight })),
  },
  {
    usage: 'priority TENANT N',
    summary: 'the highest priority that it may ask for',
    make: (plan, words) =>
      withTenant(plan, words, { whole: true, most: HIGHEST_PRIORITY }, (priority) => ({ priority })),
  },
  {
    usage: 'overtaken N',
    summary: 'how often others may be served before a request until it goes first',
    make: (plan, [word = '', ...more]) => {
      const overtakenMost = wholeNumber(word, 1)
      if (overtakenMost === null || more.length > 0) return 'give a whole number from 1, as in "overtaken 10"'
      return withSite(plan, { ...plan.site, limits: { ...plan.site.limits, overtakenMost } })
    },
  },
  {
    usage: 'policy by-age',
    summary: 'no fair share: of one priority, who asked first is served first',
    make: (plan, words) => (words.join(' ') === 'by-age' ? byAge(plan) : 'the one other policy is "policy by-age"'),
  },
  {
    usage: 'platform same|prefer|any',
    summary: 'what every request asks for',
    make: (plan, [word, ...more]) => {
      const platform = PLATFORM_RULES.find((rule) => rule === word)
      return platform === undefined || more.length > 0 ? 'give one of same, prefer, any' : { ...plan, platform }
    },
  },
  {
    usage: 'demand N%',
    summary: 'so many requests in place of each hundred',
    make: (plan, [word = '', ...more]) => {
      const percent = /^(\d{1,4})%?$/.exec(word)
      if (percent === null || more.length > 0) return 'give a share of what is asked now, as in "demand 150%"'
      return { ...plan, demand: (plan.demand * Number(percent[1])) / 100 }
    },
  },
  {
    usage: 'config FILE',
    summary: 'all that another config says',
    make: (plan, words, configs) => {
      const site = configs.get(words.join(' '))
      return site === undefined ? 'name a config file, as in "config other.config.ts"' : withSite(plan, site)
    },
  },
]

const withSite = (plan: Plan, site: Site): Plan => ({ ...plan, site })

/** `3 metal of intel`; a pool goes by its name, or by its type where no pool has that name. */
const withPool = (
  plan: Plan,
  [count = '', name = '', ...rest]: readonly string[],
  least: number,
  make: (pool: Pool, count: number, platform: PlatformName | null) => Site | string,
): Plan | string => {
  const number = wholeNumber(count, least)
  if (number === null) return `"${count}" is to be a whole number from ${least}`
  const pool = poolNamed(plan.site, name)
  if (typeof pool === 'string') return pool
  const [of, platform, ...more] = rest
  if (more.length > 0 || (of !== undefined && (of !== 'of' || platform === undefined)))
    return `"${rest.join(' ')}" has no place there`
  const known = plan.site.platforms.map((one) => one.name)
  if (platform !== undefined && !known.includes(platform as PlatformName))
    return `there is no platform "${platform}"; ${instead(platform, known)}`
  const site = make(pool, number, (platform ?? null) as PlatformName | null)
  return typeof site === 'string' ? site : withSite(plan, site)
}

const MOST = 100_000
const wholeNumber = (word: string, least: number): number | null =>
  /^\d{1,6}$/.test(word) && Number(word) >= least && Number(word) <= MOST ? Number(word) : null

const poolNamed = ({ pools }: Site, name: string): Pool | string => {
  const named = pools.find((pool) => pool.name === name)
  const [ofType] = pools.filter(({ type }) => type === name).toSorted((a, b) => byText(a.name, b.name))
  const names = pools.map((pool) => pool.name)
  return (
    named ??
    ofType ??
    (name === '' ? `name a pool; ${instead(name, names)}` : `there is no pool "${name}"; ${instead(name, names)}`)
  )
}

const instead = (asked: string, known: readonly string[]): string => {
  const near = nearest(asked, known)
  return near === null ? `there is ${known.slice(0, 12).join(', ')}` : `did you mean "${near}"?`
}

const machinesIn = ({ machines }: Site, { name }: Pool): SiteMachine[] => machines.filter(({ pool }) => pool === name)

/** A fixed pool that keeps all of its machines ready goes on doing so; a level that follows demand is left to follow it. */
const resized = (site: Site, pool: Pool, machines: readonly SiteMachine[]): Site => {
  const [before, after] = [site, { ...site, machines }].map((one) => machinesIn(one, pool).length) as [number, number]
  if (typeof pool.ready !== 'number') return { ...site, machines }
  const ready = pool.ready >= before && pool.kind === 'fixed' ? after : Math.min(pool.ready, after)
  return setPool({ ...site, machines }, pool, { ready })
}

const addMachines = (
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

const removeMachines = (
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

const setPool = (site: Site, { name }: Pool, change: Partial<Pool>): Site => ({
  ...site,
  pools: site.pools.map((pool) => (pool.name === name ? { ...pool, ...change } : pool)),
})

const withTenant = (
  { site, ...plan }: Plan,
  [name = '', word = '', ...more]: readonly string[],
  { whole, most }: { readonly whole: boolean; readonly most: number },
  terms: (value: number) => Partial<SiteTenant>,
): Plan | string => {
  const known = site.tenants.map((tenant) => tenant.name)
  if (!known.some((one) => one === name)) return `there is no tenant "${name}"; ${instead(name, known)}`
  const value = /^\d{1,7}(?:\.\d{1,3})?$/.test(word) ? Number(word) : NaN
  const isFit = value <= most && (whole ? Number.isInteger(value) : value > 0)
  if (!isFit || more.length > 0) return `give ${whole ? 'a whole number up to' : 'a number above 0, up to'} ${most}`
  const tenants = site.tenants.map((tenant) => (tenant.name === name ? { ...tenant, ...terms(value) } : tenant))
  return { ...plan, site: { ...site, tenants } }
}

/** A tenant of endless weight has no share that grows, so that age alone tells requests of one priority apart. */
const byAge = ({ site, ...plan }: Plan): Plan => ({
  ...plan,
  site: {
    ...site,
    limits: { ...site.limits, overtakenMost: Number.MAX_SAFE_INTEGER },
    tenants: site.tenants.map((tenant) => ({ ...tenant, weight: Infinity })),
  },
})
