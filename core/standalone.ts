import type { Asked } from './command.ts'
import type { Site, SiteMachine, SiteTenant } from './site.ts'
import type { Brand } from './id.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { Platform, Pool } from './pool.ts'
import type { JsonObject } from './run.ts'
import { DEFAULT_TERMS } from './tenant.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

/** The same with plain strings and numbers for names, ids and instants: what a program writes that has only its own word for them. */
export type Plain<T> = T extends Brand
  ? T extends number
    ? number
    : string
  : T extends object
    ? JsonObject extends T
      ? T
      : { readonly [K in keyof T]: Plain<T[K]> }
    : T

/** What a program that uses core by itself asks: it vouches for the names and the time in it, as a door and the lane do in Duffy. */
export const vouched = (asked: Plain<Asked>): Asked => asked as Asked

/** A site as far as somebody cares to describe it; the rest is as below. */
export interface SiteSketch {
  /** Another text for another site: a site whose digest is known already changes nothing. */
  readonly digest: string
  readonly platforms: readonly Sketch<Platform, 'name'>[]
  readonly pools: readonly Sketch<Pool, 'name'>[]
  readonly machines: readonly Sketch<SiteMachine, 'name' | 'pool' | 'platform'>[]
  readonly tenants: readonly Sketch<SiteTenant, 'name'>[]
}
type Sketch<T, Needed extends keyof T> = Plain<Pick<T, Needed>> & Partial<Plain<T>>

/** A sketch with every default filled in, as the command `configure` wants it. */
export const siteFrom = ({ digest, platforms, pools, machines, tenants }: SiteSketch): Plain<Site> => ({
  digest,
  limits: DEFAULT_LIMITS,
  controlRooms: [],
  platforms: platforms.map((platform) => ({ ...PLATFORM, ...platform })),
  pools: pools.map((pool) => ({
    ...POOL,
    ready: machines.filter((machine) => machine.pool === pool.name).length,
    ...pool,
  })),
  machines: machines.map((machine) => ({ ...MACHINE, ...machine })),
  tenants: tenants.map((tenant) => ({ ...TENANT, ...tenant })),
})

const PLATFORM: Omit<Platform, 'name'> = {
  arch: 'x86_64',
  vendor: 'any',
  model: null,
  memoryGiB: null,
  description: '',
}

/** As a pool of `duffy.config.ts` that says no more than its machines. */
const POOL: Omit<Pool, 'name' | 'ready'> = {
  type: 'metal',
  driver: 'null',
  kind: 'fixed',
  afterLease: 'recycle',
  steps: ['provision', 'check', 'grant', 'revoke', 'recycle', 'rebuild', 'shutdown'],
  defaultMs: 2 * HOUR,
  longestMs: 24 * HOUR,
  graceMs: 5 * MINUTE,
  prepareMs: 15 * MINUTE,
  preferMs: 10 * MINUTE,
  chassis: 'any',
  health: { falseAlarmEvery: 100_000, mostShare: 0.1, quarantinesMost: 3, withinMs: 30 * 24 * HOUR },
  checkEveryMs: 30 * MINUTE,
  deadlineMs: {
    provision: 10 * MINUTE,
    check: MINUTE,
    grant: 2 * MINUTE,
    revoke: 2 * MINUTE,
    collect: 5 * MINUTE,
    recycle: 10 * MINUTE,
    rebuild: 30 * MINUTE,
    shutdown: 5 * MINUTE,
    burnin: 10 * MINUTE,
  },
  failureLimit: 3,
  backoffMs: 5 * SECOND,
  probationMs: 10 * MINUTE,
  idleLimitMs: 7 * DAY,
  configured: true,
}

const MACHINE: Omit<SiteMachine, 'name' | 'pool' | 'platform'> = {
  chassis: null,
  labels: [],
  variables: {},
}

const TENANT: Omit<SiteTenant, 'name'> = {
  ...DEFAULT_TERMS,
  members: [],
  keys: [],
}
