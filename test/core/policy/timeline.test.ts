import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  HOUR,
  MINUTE,
  atHand,
  endings,
  freeAt,
  freeBy,
  latestEnd,
  plannedEnd,
  turnaroundMs,
  type Instant,
  type LeaseId,
} from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'
import { World } from '../../kit/world.ts'

const GRACE = 5 * MINUTE
const AT_ONCE = { steps: [], graceMs: GRACE }

/** Six machines of one stock that need no steps, with leases of these lengths. */
const lent = (...hours: number[]): { world: World; leases: LeaseId[] } => {
  const world = new World(
    siteOf({
      pools: [poolOf('metal', AT_ONCE)],
      machines: machinesOf('metal', 'intel', 6),
      tenants: [tenantOf('alice')],
    }),
  )
  const leases = hours.map((length) => world.lease(world.get('irc:net:alice', { durationMs: length * HOUR })).id)
  return { world, leases }
}
const when = (world: World, hours: number): Instant => (world.at + hours * HOUR + GRACE) as Instant

describe('a timeline of planned ends', () => {
  test('says now while enough are at hand', () => {
    const { world } = lent(1, 2)
    expect(freeBy(world.fleet, world.fleet.stocks.all(), 4, world.at)).toBe(world.at)
  })

  test('waits for as many leases as are lacking, grace included', () => {
    const { world } = lent(5, 1, 3)
    const stocks = world.fleet.stocks.all()
    expect([4, 5, 6].map((count) => freeBy(world.fleet, stocks, count, world.at))).toEqual([
      when(world, 1),
      when(world, 3),
      when(world, 5),
    ])
  })

  test('does not foresee more machines than can come back', () => {
    const { world } = lent(1)
    expect(freeBy(world.fleet, world.fleet.stocks.all(), 7, world.at)).toBeNull()
  })

  test('counts what has ended by an instant, and a lease given back early at once', () => {
    const { world, leases } = lent(1, 1, 3)
    const stocks = world.fleet.stocks.all()
    const free = (hours: number): number =>
      freeAt(world.fleet, stocks, { at: when(world, hours), now: world.at, most: 100 })
    expect([0.5, 1, 3].map(free)).toEqual([3, 5, 6])
    world.done('irc:net:alice', leases[2]!)
    expect(free(0.5)).toBe(4)
  })

  test('follows an extension', () => {
    const { world, leases } = lent(1)
    world.ask('irc:net:alice', { do: 'extend', what: leases[0]!, byMs: 2 * HOUR })
    expect(freeBy(world.fleet, world.fleet.stocks.all(), 6, world.at)).toBe(when(world, 3))
  })

  test('takes a lease that is being prepared to end as early as it can', () => {
    const world = new World()
    world.get('irc:net:alice', { durationMs: HOUR })
    const [lease] = world.fleet.leases.values()
    expect(lease!.state.status).toBe('preparing')
    expect(plannedEnd(lease!)).toBe(world.at + HOUR + GRACE)
  })

  test('counts on it for certain only when it is over however late it begins', () => {
    const world = new World()
    world.get('irc:net:alice', { durationMs: HOUR })
    const [lease] = world.fleet.leases.values()
    const stocks = world.fleet.stocks.all().filter(({ shape }) => shape.platform === lease!.choice.platform)
    const latest = world.at + 15 * MINUTE + HOUR + GRACE
    const free = (instant: number): number =>
      freeAt(world.fleet, stocks, { at: instant as Instant, now: world.at, most: 100 })
    expect([latestEnd(lease!), free(latest - 1), free(latest)]).toEqual([latest, 3, 4])
    world.work()
    expect(free(world.at + HOUR + GRACE)).toBe(4)
  })

  test('leaves out a machine that will not be lent again', () => {
    const { world } = lent(1)
    const site = siteOf({
      digest: 'two',
      pools: [poolOf('metal', AT_ONCE)],
      machines: machinesOf('metal', 'intel', 6).slice(1),
    })
    world.ask('duffy', { do: 'configure', site })
    expect(endings(world.fleet, world.fleet.stocks.all(), 9)).toEqual([])
  })

  test('counts a machine in a step for certain once there was time for all its steps', () => {
    const world = new World()
    const lease = world.lease(world.get('irc:net:alice'))
    world.done('irc:net:alice', lease.id)
    const pool = world.fleet.pools.get('metal' as never)!
    const stocks = world.fleet.stocks.all().filter(({ shape }) => shape.platform === lease.choice.platform)
    const free = (after: number): number =>
      freeAt(world.fleet, stocks, { at: (world.at + after) as Instant, now: world.at, most: 100 })
    expect(turnaroundMs(pool)).toBe(2 * MINUTE)
    expect([atHand(stocks), free(2 * MINUTE - 1), free(2 * MINUTE)]).toEqual([4, 3, 4])
  })
})

test('under any history of leases the index has exactly the lent machines, in order of their ends', () => {
  const act = fc.record({
    what: fc.constantFrom('get', 'done', 'extend', 'undo'),
    which: fc.nat(5),
    hours: fc.integer({ min: 1, max: 9 }),
  })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const { world } = lent()
      const { fleet } = world
      for (const { what, which, hours } of acts) {
        const lease = [...fleet.leases.values()][which]
        if (what === 'get')
          world.get('irc:net:alice', { durationMs: hours * HOUR, count: 1 + (which % 3), queue: false })
        else if (lease === undefined) continue
        else if (what === 'done') world.done('irc:net:alice', lease.id)
        else if (what === 'extend') world.ask('irc:net:alice', { do: 'extend', what: lease.id, byMs: hours * HOUR })
        else {
          const mark = fleet.journal.mark()
          fleet.leases.put(lease.id, { ...lease, graceMs: 0 })
          fleet.leases.remove(lease.id)
          fleet.journal.undoTo(mark)
        }
        const expected = [...fleet.leases.values()]
          .flatMap((one) => one.machines.map(({ machine }) => [machine, plannedEnd(one)] as const))
          .toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
        expect(endings(fleet, fleet.stocks.all(), 100).map(({ machine, at }) => [machine, at])).toEqual(expected)
      }
    }),
  )
})
