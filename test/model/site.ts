import fc from 'fast-check'
import type { MachineName, Pool, Site } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'

export const TENANTS = ['alice', 'bob', 'carol'] as const

/** Arbitrary small sites: metal of two makers, a second pool whose driver has no steps, and virtual machines. */
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
    quotas: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 })),
  })
  .map(({ intel, amd, lab, vms, ssd, afterLease, ready, predicted, quotas }) =>
    siteOf({
      digest: 'model 0',
      pools: [
        poolOf('metal', { afterLease, ready }),
        poolOf('lab', { steps: [] }),
        poolOf('vm', {
          type: 'vm',
          kind: 'elastic',
          ready: levelOf(Math.min(ready, 1), predicted),
          afterLease: 'shutdown',
        }),
      ],
      machines: [
        ...machinesOf('metal', 'intel', intel, ssd ? ['nvme', 'ssd'] : []),
        ...machinesOf('metal', 'amd', amd, ['ssd']),
        ...renamed('lab', machinesOf('lab', 'intel', lab, ['ssd'])),
        ...renamed('vm', machinesOf('vm', 'intel', vms)),
      ],
      tenants: TENANTS.map((name, at) => tenantOf(name, { quota: quotas[at]! })),
    }),
  )

/** A level that is always the same, or one that follows demand and starts with that. */
const levelOf = (atFirst: number, predicted: boolean): Pool['ready'] =>
  predicted ? { missProbability: 0.05, least: 0, most: 3, atFirst } : atFirst

const renamed = (prefix: string, machines: Site['machines']): Site['machines'] =>
  machines.map((machine) => ({ ...machine, name: `${prefix}-${machine.name}` as MachineName }))

/** The same site under another digest: other quotas, and without some machines. The first of each platform in a pool stays. */
export const changedSite = (site: Site, change: { digest: string; quotas: readonly number[]; keep: number }): Site => ({
  ...site,
  digest: change.digest,
  machines: site.machines.filter(({ name }) => Number(/\d+$/.exec(name)![0]) <= change.keep),
  tenants: site.tenants.map((tenant, at) => ({ ...tenant, quota: change.quotas[at]! })),
})

/** The same site with everything in another order. */
export const shuffled = (site: Site): Site => ({
  ...site,
  platforms: site.platforms.toReversed(),
  pools: site.pools.toReversed(),
  machines: site.machines.toReversed(),
  tenants: site.tenants.toReversed(),
})
