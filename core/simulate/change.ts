import type { Site, SiteTenant } from '../site.ts'
import { readDuration } from '../duration.ts'
import type { PlatformName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Pool } from '../pool.ts'
import { HIGHEST_PRIORITY, PLATFORM_RULES, type PlatformRule } from '../request.ts'
import { nearest } from '../suggest.ts'
import { DAY } from '../time.ts'
import { addMachines, machinesIn, removeMachines, setPool, withPredicted, withReady } from './resize.ts'

const MOST = 100_000

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
    usage: 'ready [POOL] N|predicted [N%]',
    summary: 'machines kept ready; predicted: as demand makes likely, short N% of the time',
    make: (plan, words) => keepReady(plan, words),
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
    usage: 'quota [TENANT] N',
    summary: 'machines that it, or else everybody, may hold at once',
    make: (plan, words) =>
      withTenant(plan, words.length === 1 ? ['', ...words] : words, { whole: true, most: MOST }, (quota) => ({
        quota,
      })),
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
      if (overtakenMost === null || more.length > 0)
        return `give a whole number from 1 to ${MOST}, as in "overtaken 10"`
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

/** `metal 4`, `metal predicted 2%`; without a pool every one, none more than it has. */
const keepReady = (plan: Plan, words: readonly string[]): Plan | string => {
  const [first = ''] = words
  const isOfAll = first === 'predicted' || /^\d+$/.test(first)
  const level = readyLevel(isOfAll ? words : words.slice(1))
  if (level === null) return READY_RULE
  const { site } = plan
  const set = (of: Site, pool: Pool): Site | string =>
    'missProbability' in level
      ? withPredicted(of, pool, level.missProbability)
      : withReady(of, pool, isOfAll ? Math.min(level.machines, machinesIn(of, pool).length) : level.machines)
  const pools = isOfAll ? site.pools : [poolNamed(site, first)]
  let changed = site
  for (const pool of pools) {
    const now = typeof pool === 'string' ? pool : set(changed, pool)
    if (typeof now === 'string') return now
    changed = now
  }
  return withSite(plan, changed)
}

const readyLevel = ([word = '', miss, ...more]: readonly string[]):
  | { readonly machines: number }
  | { readonly missProbability: number }
  | null => {
  if (more.length > 0 || (miss !== undefined && word !== 'predicted')) return null
  if (word === 'predicted') {
    const missProbability = miss === undefined ? USUAL_MISS : shareOf(miss)
    return missProbability === null ? null : { missProbability }
  }
  const machines = wholeNumber(word, 0)
  return machines === null ? null : { machines }
}

const READY_RULE =
  'give a number of machines, or "predicted" and perhaps how often it may fall short, as in "ready metal predicted 5%"'
/** As in a config that does not say. */
const USUAL_MISS = 0.05

/** From 0.01 to 50 percent, as in a config. */
const shareOf = (text: string): number | null => {
  const share = /^\d{1,2}(?:\.\d{1,2})?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : NaN
  return share >= 0.0001 && share <= 0.5 ? share : null
}

const withSite = (plan: Plan, site: Site): Plan => ({ ...plan, site })

/** `3 metal of intel`; a pool goes by its name, or by its type where no pool has that name. */
const withPool = (
  plan: Plan,
  [count = '', name = '', ...rest]: readonly string[],
  least: number,
  make: (pool: Pool, count: number, platform: PlatformName | null) => Site | string,
): Plan | string => {
  const number = wholeNumber(count, least)
  if (number === null) return `"${count}" is to be a whole number from ${least} to ${MOST}`
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

const withTenant = (
  { site, ...plan }: Plan,
  [name = '', word = '', ...more]: readonly string[],
  { whole, most }: { readonly whole: boolean; readonly most: number },
  terms: (value: number) => Partial<SiteTenant>,
): Plan | string => {
  const known = site.tenants.map((tenant) => tenant.name)
  if (name !== '' && !known.some((one) => one === name)) return `there is no tenant "${name}"; ${instead(name, known)}`
  const value = /^\d{1,7}(?:\.\d{1,3})?$/.test(word) ? Number(word) : NaN
  const isFit = value <= most && (whole ? Number.isInteger(value) : value > 0)
  if (!isFit || more.length > 0) return `give ${whole ? 'a whole number up to' : 'a number above 0, up to'} ${most}`
  const tenants = site.tenants.map((tenant) =>
    name === '' || tenant.name === name ? { ...tenant, ...terms(value) } : tenant,
  )
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
