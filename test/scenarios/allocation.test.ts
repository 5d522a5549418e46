import { describe, expect, test } from 'vitest'
import { type LeaseId, type MachineName, type Outcome, type Refusal, MINUTE } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'

const waits = (outcome: Outcome | Refusal): boolean => outcome.type === 'waiting'
const heldBy = (world: World, tenant: string): number => world.fleet.tenants.get(tenant as never)!.held
const machines = (world: World, id: LeaseId): MachineName[] =>
  world.fleet.leases.get(id)!.machines.map(({ machine }) => machine)

describe('several machines in one request', () => {
  test('two who want three of four each cannot both hold some and wait for the rest', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'intel', 4) }))
    const first = world.lease(world.get(ALICE, { count: 3 }))
    expect(waits(world.get(BOB, { count: 3 }))).toBe(true)
    expect([heldBy(world, 'alice'), heldBy(world, 'bob')]).toEqual([3, 0])
    world.work()
    world.done(ALICE, first.id)
    world.work()
    expect([heldBy(world, 'alice'), heldBy(world, 'bob')]).toEqual([0, 3])
  })

  test('one who wants what is not there now holds up nobody who wants less', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'intel', 4) }))
    world.lease(world.get(ALICE))
    world.work()
    expect(waits(world.get(ALICE, { count: 4 }))).toBe(true)
    expect(world.get(BOB).type).toBe('granted')
  })
})

describe('a request whose machines always fail', () => {
  test('is given up after a time, is not asked again, and leaves one lease and no request behind', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'intel', 3) }))
    world.perform = (order) =>
      order.step === 'grant'
        ? { outcome: 'failed', message: 'no' }
        : { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } }
    world.get(ALICE)
    for (let minute = 0; minute < 30; minute += 1) world.pass(MINUTE)
    const events = world.log.flatMap((record) => record.events)
    expect(events.filter(({ type }) => type === 'requestMade')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'leaseGranted')).toHaveLength(1)
    expect(events.find((event) => event.type === 'leaseEnded')).toMatchObject({ how: 'unprepared' })
    expect([world.fleet.leases.size, world.fleet.requests.size]).toEqual([0, 0])
  })
})

describe('a machine that nobody can reach', () => {
  test('is not chosen for ever because it stays little used: it is set aside, and everybody is served from others', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'intel', 4) }))
    let tries = 0
    world.perform = (order) => {
      if (order.machine.name !== 'intel-1' || order.step !== 'grant')
        return { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } }
      tries += 1
      return { outcome: 'unreachable', message: 'no route' }
    }
    for (let round = 0; round < 40; round += 1) {
      const { id } = world.lease(world.get(ALICE))
      world.work()
      expect(machines(world, id)).not.toContain('intel-1')
      world.done(ALICE, id)
      world.work()
    }
    expect(tries).toBeGreaterThan(0)
    expect(tries).toBeLessThanOrEqual(11)
  })

  test('does not stand for one that was asked for: the request waits until it is well again', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'intel', 1) }))
    world.perform = () => ({ outcome: 'unreachable', message: 'no route' })
    for (let minute = 0; minute < 60 && world.fleet.statuses.of('metal/quarantined') === 0; minute += 1)
      world.pass(31 * MINUTE)
    expect(world.fleet.statuses.of('metal/quarantined')).toBe(1)
    expect(waits(world.get(ALICE))).toBe(true)
    expect(world.fleet.leases.size).toBe(0)
    world.perform = () => ({ outcome: 'ok', report: { address: '127.0.0.1', port: 22 } })
    for (let day = 0; day < 2 && world.fleet.leases.size === 0; day += 1) world.pass(24 * 60 * MINUTE)
    expect(world.fleet.leases.size).toBe(1)
  })
})

test('after ten thousand equal leases the uses of equal machines differ by at most one', { timeout: 360_000 }, () => {
  const pools = [poolOf('metal', { steps: [] })]
  const world = new World(siteOf({ pools, machines: machinesOf('metal', 'intel', 12) }))
  for (let lease = 0; lease < 10_000; lease += 1) {
    world.at = (world.at + 1_000) as never
    world.done(ALICE, world.lease(world.get(ALICE)).id)
  }
  const uses = [...world.fleet.machines.values()].map((machine) => machine.uses)
  expect(uses.reduce((sum, one) => sum + one, 0)).toBe(10_000)
  expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(1)
})

describe('what changed while somebody waited', () => {
  test('is looked at when a machine comes free: one that lost the label is not given', () => {
    const site = siteOf({ machines: machinesOf('metal', 'intel', 2, ['ssd']), tenants: [tenantOf('alice')] })
    const world = new World(site)
    const first = world.lease(world.get(ALICE))
    const other = world.lease(world.get(ALICE))
    world.work()
    expect(waits(world.get(ALICE, { labels: ['ssd'] }))).toBe(true)
    const [taken] = first.machines
    world.ask('duffy', {
      do: 'configure',
      site: {
        ...site,
        digest: 'two',
        machines: site.machines.map((one) => (one.name === taken!.machine ? { ...one, labels: [] } : one)),
      },
    })
    world.done(ALICE, first.id)
    world.work()
    expect(world.fleet.requests.size).toBe(1)
    world.done(ALICE, other.id)
    world.work()
    expect(world.fleet.requests.size).toBe(0)
  })
})
