import { describe, expect, test } from 'vitest'
import { type Machine, type MachineName, HOUR, DAY } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

const machine = (world: World, name: string): Machine => world.fleet.machines.need(name as MachineName)
const burning = (world: World): string[] =>
  [...world.fleet.machines.values()].filter(({ state }) => state.status === 'burning').map(({ name }) => name)
const fleetOf = (count: number, over: Parameters<typeof poolOf>[1] = {}): World =>
  new World(siteOf({ pools: [poolOf('metal', over)], machines: machinesOf('metal', 'amd', count) }))
/** Time passes, and nothing is performed of what that makes due. */
const sweep = (world: World, ms: number): void => {
  world.at = (world.at + ms) as typeof world.at
  world.ask('duffy', { do: 'sweep' })
}

describe('a machine that nobody had for long', () => {
  test('is burnt in, and counts as worked from then on', () => {
    const world = fleetOf(1)
    world.pass(7 * DAY)
    expect(machine(world, 'amd-1')).toMatchObject({
      state: { status: 'ready' },
      burnins: 1,
      attempts: 1,
      uses: 0,
      workedAt: world.at,
      idleSince: world.at,
    })
  })

  test('is left alone before', () => {
    const world = fleetOf(1)
    sweep(world, 6 * DAY)
    expect(burning(world)).toEqual([])
  })

  test('goes before those that are idle less long', () => {
    const world = fleetOf(3)
    const { id } = world.lease(world.get(ALICE, { count: 2 }))
    world.work()
    world.at = (world.at + HOUR) as typeof world.at
    world.done(ALICE, id)
    world.work()
    sweep(world, 8 * DAY)
    expect(burning(world)).toEqual(['amd-3'])
  })

  test('waits for its turn: a twentieth of the pool at a time, and one at least', () => {
    const few = fleetOf(10)
    sweep(few, 8 * DAY)
    expect(burning(few)).toHaveLength(1)
    const many = fleetOf(60)
    sweep(many, 8 * DAY)
    expect(burning(many)).toHaveLength(3)
    sweep(many, 1)
    expect(burning(many)).toHaveLength(3)
  })

  test('is not burnt in while somebody waits who would take it', () => {
    const world = fleetOf(2)
    world.get(ALICE)
    world.work()
    world.get('irc:net:bob', { count: 2, platform: 'any' })
    sweep(world, HOUR)
    const short = [...world.fleet.requests.values()]
    expect(short).toHaveLength(1)
    sweep(world, 8 * DAY)
    world.get(ALICE, { durationMs: DAY, count: 2 })
    expect(burning(world)).toEqual([])
  })

  test('is burnt in though somebody waits who may have no more than they hold', () => {
    const world = new World(
      siteOf({
        machines: machinesOf('metal', 'amd', 2),
        pools: [poolOf('metal', { longestMs: 30 * DAY })],
        tenants: [tenantOf('alice', { quota: 1 }), tenantOf('bob')],
      }),
    )
    const { id } = world.lease(world.get('irc:net:bob', { count: 2 }))
    world.work()
    world.get(ALICE, { durationMs: 20 * DAY })
    world.get(ALICE)
    world.done('irc:net:bob', id)
    world.work()
    expect(world.fleet.requests.size).toBe(1)
    sweep(world, 8 * DAY)
    expect(burning(world)).toEqual(['amd-2'])
  })

  test('is woken for it where it is off, and turned off again', () => {
    const world = fleetOf(2, { ready: 0, afterLease: 'shutdown' })
    expect(machine(world, 'amd-1').state.status).toBe('enrolled')
    for (let hour = 0; hour < 8 * 24; hour += 1) world.pass(HOUR)
    expect(machine(world, 'amd-1')).toMatchObject({ state: { status: 'enrolled' }, burnins: 1 })
    expect(machine(world, 'amd-2')).toMatchObject({ state: { status: 'enrolled' }, burnins: 1 })
  })

  test('is not burnt in where the driver cannot, nor in an elastic pool', () => {
    const without = fleetOf(2, { steps: ['provision', 'grant', 'revoke', 'recycle'] })
    const elastic = fleetOf(2, { kind: 'elastic', ready: 2, afterLease: 'shutdown' })
    for (const world of [without, elastic]) {
      for (let day = 0; day < 20; day += 1) world.pass(DAY)
      expect(machine(world, 'amd-1').burnins).toBe(0)
    }
  })
})

test('a burn-in that fails is a failure like any other: the machine is made clean, and tried again until it is quarantined', () => {
  const world = fleetOf(1)
  const steps: string[] = []
  const well = world.perform
  world.perform = (order, run) => {
    steps.push(order.step)
    return order.step === 'burnin' ? { outcome: 'failed', message: 'data came back wrong' } : well(order, run)
  }
  sweep(world, 7 * DAY)
  for (let tries = 0; tries < 3; tries += 1) world.pass(1)
  expect(steps.filter((step) => step !== 'check')).toEqual(['burnin', 'recycle', 'burnin', 'recycle', 'burnin'])
  expect(machine(world, 'amd-1')).toMatchObject({
    state: { status: 'quarantined', failure: { step: 'burnin', message: 'data came back wrong' } },
    burnins: 0,
  })
})

test('a machine whose burn-in fails does not take the turns of others that are due', () => {
  const world = fleetOf(5, { failureLimit: 100 })
  const burnt: string[] = []
  const well = world.perform
  world.perform = (order, run) => {
    if (order.step !== 'burnin') return well(order, run)
    burnt.push(run.machine)
    return run.machine === 'amd-1' ? { outcome: 'failed', message: 'data came back wrong' } : well(order, run)
  }
  sweep(world, 8 * DAY)
  for (let turns = 0; turns < 6; turns += 1) world.pass(1)
  expect(burnt.slice(0, 5)).toEqual(['amd-1', 'amd-2', 'amd-3', 'amd-4', 'amd-5'])
  expect(burnt[5]).toBe('amd-1')
})

test('a check that such a machine passes does not put it first again', () => {
  const world = fleetOf(3, { failureLimit: 100, checkEveryMs: 1 })
  const burnt: string[] = []
  const well = world.perform
  world.perform = (order, run) => {
    if (order.step !== 'burnin') return well(order, run)
    burnt.push(run.machine)
    return run.machine === 'amd-1' ? { outcome: 'failed', message: 'data came back wrong' } : well(order, run)
  }
  sweep(world, 8 * DAY)
  for (let turns = 0; turns < 6; turns += 1) world.pass(10)
  expect(burnt.slice(0, 3)).toEqual(['amd-1', 'amd-2', 'amd-3'])
})
