import {
  describedLoad,
  describedSteps,
  EVEN,
  OFFICE,
  type Chance,
  type DescribedLoad,
  type Instant,
  type LoadRequest,
  type Pool,
  type Site,
} from '#core'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const WEEK = 7 * DAY
/** A Monday, 00:00 UTC. */
export const START = Date.UTC(2026, 0, 5) as Instant

/** `weekly`: most tenants work office hours, in two time zones, some by night, some all the time. `even`: all of them all the time. */
export type Pattern = 'weekly' | 'even'

export interface Size {
  readonly tenants: number
  readonly machines: number
  /** Requests in an hour of all tenants together, averaged over a week. */
  readonly perHour: number
}

/** Requests of all the tenants, half of them for virtual machines and half for metal: they ask alike, some more and some less. */
export const loadOf = (
  size: Size,
  {
    pattern,
    chance,
    span,
  }: {
    readonly pattern: Pattern
    readonly chance: Chance
    readonly span: { readonly from: Instant; readonly until: Instant }
  },
): readonly LoadRequest[] => [...describedLoad(tenantsOf(size, pattern), span, chance)]

const tenantsOf = ({ tenants, perHour }: Size, pattern: Pattern): DescribedLoad[] =>
  Array.from({ length: tenants }, (_, index) => ({
    tenant: nameOf(index),
    demand: {
      type: index % 2 === 0 ? 'vm' : 'metal',
      pool: null,
      arch: null,
      labels: [],
      chassis: null,
      platform: 'same',
    },
    counts: [
      { count: 1, weight: 8 },
      { count: 2, weight: 2 },
    ],
    // Those of one kind ask 0.4, 0.8, 1.2 and 1.6 times as often as all do on average.
    perHour: (perHour / tenants) * (0.4 + 0.4 * (Math.floor(index / 2) % 4)),
    pattern: pattern === 'even' ? EVEN : PATTERNS[Math.floor(index / 8) % PATTERNS.length]!,
    durationMs: 8 * HOUR,
    early: { share: 0.7, medianMs: 160 * MINUTE, spread: 1.5 },
    impatient: { share: 0, afterMs: HOUR },
  }))

const nameOf = (index: number): DescribedLoad['tenant'] => `t${index + 1}` as DescribedLoad['tenant']

const SEVEN_HOURS_LATER = OFFICE.map((_, hour) => OFFICE[(hour + 168 - 7) % 168]!)
/** Two hours of every night. */
const NIGHTLY = EVEN.map((_, hour) => (hour % 24 === 1 || hour % 24 === 2 ? 20 : 1))
const PATTERNS: readonly (readonly number[])[] = [OFFICE, OFFICE, SEVEN_HOURS_LATER, NIGHTLY, EVEN]

/** Half of the machines virtual ones, half metal; all of them are turned off after a lease. */
export const siteWith = ({ tenants, machines }: Size, ready: Pool['ready']): Site => {
  const half = Math.floor(machines / 2)
  const common = { ready, afterLease: 'shutdown', steps: ['provision', 'grant', 'revoke', 'shutdown'] } as const
  return siteOf({
    platforms: [platformOf('cloud'), platformOf('rack')],
    pools: [poolOf('vm', { ...common, type: 'vm', kind: 'elastic' }), poolOf('metal', common)],
    machines: [...machinesOf('vm', 'cloud', half), ...machinesOf('metal', 'rack', half)],
    tenants: Array.from({ length: tenants }, (_, index) => tenantOf(nameOf(index), { quota: 50 })),
  })
}

export const STEPS_TAKE = describedSteps({
  provision: { medianMs: 6 * MINUTE, spread: 1.3, failures: 0.01 },
  grant: { medianMs: 5_000, spread: 1.3, failures: 0.002 },
  revoke: { medianMs: 5_000, spread: 1.3, failures: 0 },
  shutdown: { medianMs: 30_000, spread: 1.3, failures: 0 },
})
