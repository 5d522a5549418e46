import fc from 'fast-check'
import { CHASSIS_RULES, STEPS, type MachineName, type Pool, type Site, HOUR } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'

export const TENANTS = ['alice', 'bob', 'carol'] as const
/** How many they may hold for debugging, for how long, how high a priority they may ask for, how much their share weighs, and how long their leases last. */
const TERMS = [
  { holds: 1, holdMs: 6 * HOUR, priority: 2, weight: 2 },
  { holds: 3, holdMs: 30 * HOUR, priority: 1, defaultMs: HOUR, longestMs: 5 * HOUR },
  { holds: 0, holdMs: 24 * HOUR, priority: 0, defaultMs: 30 * HOUR },
]

export const memberOf = (tenant: string): string => `irc:net:${tenant}`
/** Somebody who speaks for a tenant in some configs, and not in others. */
export const guestOf = (tenant: string): string => `irc:net:${tenant}-guest`
const membersOf = (tenant: string, withGuest: boolean): string[] =>
  withGuest ? [memberOf(tenant), guestOf(tenant)] : [memberOf(tenant)]

/** Arbitrary small sites: metal of two makers, a second pool whose driver has no steps, and virtual machines, which can be collected from. */
export const arbitrarySite: fc.Arbitrary<Site> = fc
  .record({
    intel: fc.integer({ min: 1, max: 4 }),
    amd: fc.integer({ min: 0, max: 3 }),
    lab: fc.integer({ min: 0, max: 2 }),
    vms: fc.integer({ min: 0, max: 3 }),
    ssd: fc.boolean(),
    afterLease: fc.constantFrom('recycle' as const, 'rebuild' as const, 'shutdown' as const),
    ready: fc.integer({ min: 0, max: 4 }),
    predicted: fc.boolean(),
    chassis: fc.constantFrom(...CHASSIS_RULES),
    idleHours: fc.constantFrom(2, 24),
    quotas: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 })),
  })
  .map(({ intel, amd, lab, vms, ssd, afterLease, ready, predicted, chassis, idleHours, quotas }) =>
    siteOf({
      digest: 'model 0',
      pools: [
        poolOf('metal', { afterLease, ready, chassis, idleLimitMs: idleHours * HOUR }),
        poolOf('lab', { steps: [] }),
        poolOf('vm', {
          type: 'vm',
          kind: 'elastic',
          steps: [...STEPS],
          ready: levelOf(Math.min(ready, 1), predicted),
          afterLease: 'shutdown',
        }),
      ],
      machines: [
        ...racked(machinesOf('metal', 'intel', intel, ssd ? ['nvme', 'ssd'] : [])),
        ...racked(machinesOf('metal', 'amd', amd, ['ssd'])),
        ...renamed('lab', machinesOf('lab', 'intel', lab, ['ssd'])),
        ...renamed('vm', machinesOf('vm', 'intel', vms)),
      ],
      tenants: TENANTS.map((name, at) =>
        tenantOf(name, { ...TERMS[at], quota: quotas[at]!, members: membersOf(name, true) }),
      ),
    }),
  )

/** Two by two in a chassis, and the fourth where nobody says. */
const racked = (machines: Site['machines']): Site['machines'] =>
  machines.map((machine, at) => ({ ...machine, chassis: [`a`, `b`, `a`, null][at % 4]! }))

/** A level that is always the same, or one that follows demand and starts with that. */
const levelOf = (atFirst: number, predicted: boolean): Pool['ready'] =>
  predicted ? { missProbability: 0.05, least: 0, most: 3, atFirst } : atFirst

const renamed = (prefix: string, machines: Site['machines']): Site['machines'] =>
  machines.map((machine) => ({ ...machine, name: `${prefix}-${machine.name}` as MachineName }))

interface Change {
  readonly digest: string
  readonly quotas: readonly number[]
  /** How many of each platform in a pool stay; the first always does. */
  readonly keep: number
  readonly guests: readonly boolean[]
}

/** The same site under another digest: other quotas and members, and without some machines. */
export const changedSite = (site: Site, change: Change): Site => ({
  ...site,
  digest: change.digest,
  machines: site.machines.filter(({ name }) => Number(/\d+$/.exec(name)![0]) <= change.keep),
  tenants: site.tenants.map((tenant, at) => ({
    ...tenant,
    quota: change.quotas[at]!,
    members: membersOf(tenant.name, change.guests[at]!),
  })),
})

/** The same site with everything in another order. */
export const shuffled = (site: Site): Site => ({
  ...site,
  platforms: site.platforms.toReversed(),
  pools: site.pools.toReversed(),
  machines: site.machines.toReversed(),
  tenants: site.tenants.toReversed(),
})
