import { DEFAULT_LIMITS, type GetCommand, type LeaseId, type RequestId, type TenantName } from '#core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { machinesOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

interface Terms {
  readonly weight?: number
  readonly priority?: number
  readonly quota?: number
}

/** So many machines of one platform, all held by somebody who gives them back one by one. */
const crowded = (machines: number, tenants: Readonly<Record<string, Terms>>, overtakenMost = 1000) => {
  const world = new World(
    siteOf({
      limits: { ...DEFAULT_LIMITS, overtakenMost },
      machines: machinesOf('metal', 'intel', machines),
      tenants: [tenantOf('filler'), ...Object.entries(tenants).map(([name, terms]) => tenantOf(name, terms as object))],
    }),
  )
  const held: LeaseId[] = []
  const served: { tenant: string; request: RequestId; at: number }[] = []
  const take = (by: string, over: Partial<GetCommand> = {}) => world.get(`irc:net:${by}`, { platform: 'any', ...over })
  const watch = (): void => {
    for (const { events } of world.log.splice(0)) {
      for (const event of events) {
        if (event.type !== 'leaseGranted') continue
        const { tenant } = world.fleet.leases.get(event.lease) ?? { tenant: '' }
        held.push(event.lease)
        served.push({ tenant, request: event.request, at: served.length })
      }
    }
  }
  for (let filled = 0; filled < machines; filled += 1) take('filler')
  world.work()
  watch()
  served.length = 0
  return {
    world,
    served,
    take,
    /** Gives the machine back that has been held longest. */
    release(): void {
      const lease = held.shift()
      if (lease === undefined || !world.fleet.leases.has(lease)) return
      world.ask(`irc:net:${world.fleet.leases.need(lease).tenant}`, { do: 'done', what: lease })
      world.work()
      watch()
    },
  }
}

describe('who is served first', () => {
  test('the higher priority, before the older request', () => {
    const { take, release, served } = crowded(1, { alice: {}, bob: { priority: 5 } })
    take('alice')
    take('bob', { priority: 5 })
    release()
    expect(served.map(({ tenant }) => tenant)).toEqual(['bob'])
  })

  test("a tenant's first machine before another's second, however long that waits", () => {
    const { take, release, served } = crowded(2, { alice: {}, bob: {} })
    take('alice')
    take('alice')
    take('bob')
    release()
    release()
    expect(served.map(({ tenant }) => tenant)).toEqual(['alice', 'bob'])
  })

  test('the older request, of two that are alike in all else', () => {
    const { take, release, served } = crowded(1, { alice: {}, bob: {} })
    take('bob')
    take('alice')
    release()
    expect(served.map(({ tenant }) => tenant)).toEqual(['bob'])
  })

  test('a priority beyond what its tenant may ask for is refused', () => {
    const { take } = crowded(1, { alice: { priority: 3 } })
    expect(take('alice', { priority: 4 }).type).toBe('badPriority')
    expect(take('alice', { priority: 3 }).type).toBe('waiting')
  })

  test('nobody any more by a priority that was taken from their tenant', () => {
    const { world, take, release, served } = crowded(1, { alice: { priority: 5 }, bob: { priority: 2 } })
    take('bob', { priority: 2 })
    take('alice', { priority: 5 })
    world.ask('duffy', { do: 'setTenant', tenant: 'alice' as TenantName, terms: { priority: 0 }, keys: null })
    release()
    expect(served.map(({ tenant }) => tenant)).toEqual(['bob'])
  })

  test('a quota that is used up holds back nobody else', () => {
    const { take, release, served } = crowded(1, { alice: { quota: 1, priority: 9 }, bob: {} })
    take('alice')
    release()
    take('alice', { priority: 9 })
    take('bob')
    expect(served.map(({ tenant }) => tenant)).toEqual(['alice'])
  })
})

test('tenants that always want more get shares in the ratio of their weights, within one machine', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }), (weights) => {
      const names = weights.map((_, index) => `tenant-${index}`)
      const machines = 3 * weights.reduce((sum, weight) => sum + weight, 0)
      const { world, take, release } = crowded(
        machines,
        Object.fromEntries(names.map((name, index) => [name, { weight: weights[index]! }])),
      )
      for (const name of names) for (let asked = 0; asked < machines; asked += 1) take(name)
      for (let given = 0; given < machines; given += 1) release()
      const held = names.map((name) => world.fleet.tenants.need(name as never).held)
      for (const [index, weight] of weights.entries())
        expect(Math.abs(held[index]! - 3 * weight)).toBeLessThanOrEqual(1)
    }),
    { numRuns: 25 },
  )
})

test('whoever is first in their line is passed over a bounded number of times, whatever the others may ask for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }), (overtakenMost, machines) => {
      const { take, release, served } = crowded(machines, { alice: {}, bob: { priority: 9 } }, overtakenMost)
      take('alice')
      for (let asked = 0; asked < overtakenMost + 5; asked += 1) {
        take('bob', { priority: 9 })
        take('bob', { priority: 9 })
        release()
      }
      const turn = served.findIndex(({ tenant }) => tenant === 'alice')
      expect(turn).toBeGreaterThanOrEqual(0)
      expect(turn).toBeLessThanOrEqual(overtakenMost)
    }),
    { numRuns: 25 },
  )
})
