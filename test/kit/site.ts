import {
  DEFAULT_LIMITS,
  DEFAULT_TERMS,
  STEPS,
  type Platform,
  type Pool,
  type Site,
  type SiteMachine,
  type SiteTenant,
  MINUTE,
  HOUR,
} from '#core'

type Loose<T> = { readonly [K in keyof T]?: T[K] extends string ? string : T[K] }

/** A pool of metal with everything at its plainest; `over` changes what a test is about. */
export const poolOf = (name: string, over: Partial<Loose<Pool>> = {}): Pool =>
  ({
    name,
    type: 'metal',
    driver: 'null',
    kind: 'fixed',
    ready: 1_000,
    afterLease: 'recycle',
    steps: STEPS.filter((step) => step !== 'collect'),
    defaultMs: 2 * HOUR,
    longestMs: 24 * HOUR,
    graceMs: 5 * MINUTE,
    prepareMs: 15 * MINUTE,
    preferMs: 10 * MINUTE,
    chassis: 'any',
    health: { falseAlarmEvery: 100_000, mostShare: 0.1, quarantinesMost: 3, withinMs: 30 * 24 * HOUR },
    checkEveryMs: 30 * MINUTE,
    idleLimitMs: 7 * 24 * HOUR,
    deadlineMs: Object.fromEntries(STEPS.map((step) => [step, MINUTE])),
    failureLimit: 3,
    backoffMs: 5_000,
    probationMs: 10 * MINUTE,
    configured: true,
    ...over,
  }) as unknown as Pool

/** A platform of which the config says no more than it must. */
export const platformOf = (name: string, over: Partial<Loose<Platform>> = {}): Platform =>
  ({ name, arch: 'x86_64', vendor: name, model: null, memoryGiB: null, description: '', ...over }) as Platform

export const KEY = { fingerprint: 'SHA256:test', line: 'ssh-ed25519 AAAA' } as SiteTenant['keys'][number]

export const tenantOf = (name: string, over: Partial<Loose<SiteTenant>> = {}): SiteTenant =>
  ({
    name,
    ...DEFAULT_TERMS,
    quota: 100,
    members: [`irc:net:${name}`],
    keys: [KEY],
    ...over,
  }) as SiteTenant

/** `count` machines a platform, named `<platform>-1` and so on. */
export const machinesOf = (
  pool: string,
  platform: string,
  count: number,
  labels: readonly string[] = [],
): SiteMachine[] =>
  Array.from(
    { length: count },
    (_, index) =>
      ({
        name: `${platform}-${index + 1}`,
        pool,
        platform,
        chassis: null,
        labels,
        variables: {},
      }) as unknown as SiteMachine,
  )

/** Two platforms of four metal machines, and two tenants. */
export const siteOf = (over: Partial<Site> = {}): Site => ({
  digest: 'one',
  limits: DEFAULT_LIMITS,
  controlRooms: [],
  platforms: [platformOf('amd', { vendor: 'amd' }), platformOf('intel', { vendor: 'intel' })],
  pools: [poolOf('metal')],
  machines: [...machinesOf('metal', 'intel', 4), ...machinesOf('metal', 'amd', 4)],
  tenants: [tenantOf('alice'), tenantOf('bob')],
  ...over,
})
