import { describe, expect, test } from 'vitest'
import type { GetCommand } from '#core'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, told, World } from '../kit/world.ts'
import { snapshot } from '../kit/snapshot.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'

const SITE = siteOf({
  platforms: [platformOf('intel'), platformOf('cloud')],
  pools: [poolOf('metal'), poolOf('vm', { type: 'vm', steps: [] })],
  machines: [...machinesOf('metal', 'intel', 2), ...machinesOf('vm', 'cloud', 2)],
  tenants: [tenantOf('alice', { quota: 3 }), tenantOf('bob')],
})

const part = (type: string, count: number): GetCommand => ({ ...PLAIN_GET, type, count, queue: false })
const ask = (world: World, ...parts: readonly GetCommand[]) => told(world.ask(ALICE, { do: 'getAll', parts }))

describe('machines of several pools', () => {
  test('are granted together, as leases with numbers one after the other', () => {
    const world = new World(SITE)
    const first = world.lease(ask(world, part('metal', 1), part('vm', 2)))
    const leases = [...world.fleet.leases.values()]
    expect(leases.map(({ number, machines }) => [number, machines.length])).toEqual([
      [first.number, 1],
      [first.number + 1, 2],
    ])
    expect(world.fleet.tenants.get('alice' as never)?.held).toBe(3)
  })

  test('are not granted at all if one part is short, and nothing is left of the others', () => {
    const world = new World(SITE)
    world.get(BOB, { type: 'vm' })
    world.work()
    const before = snapshot(world.fleet)
    expect(ask(world, part('metal', 1), part('vm', 2))).toMatchObject({ type: 'noneFree', machineType: 'vm' })
    expect(snapshot(world.fleet)).toEqual(before)
    expect(ask(world, part('metal', 1), part('vm', 1))).toMatchObject({ type: 'granted' })
  })

  test('count against the quota together', () => {
    const world = new World(SITE)
    expect(ask(world, part('metal', 2), part('vm', 2))).toMatchObject({
      type: 'overQuota',
      count: 4,
      held: 0,
      quota: 3,
    })
    expect(world.fleet.leases.size).toBe(0)
  })

  test.each([[], [part('metal', Number.NaN)], [part('metal', 1), part('nope', 1)], [part('metal', 0)]])(
    'that are none are refused: %j',
    (...parts) => {
      const world = new World(SITE)
      expect(['badCount', 'noSuchType']).toContain(ask(world, ...parts).type)
      expect(world.fleet.leases.size).toBe(0)
    },
  )

  test('come back the same when the log is replayed', () => {
    const world = new World(SITE)
    ask(world, part('metal', 1), part('vm', 9))
    ask(world, part('metal', 1), part('vm', 1))
    world.work()
    const before = snapshot(world.fleet)
    world.restart()
    expect(snapshot(world.fleet)).toEqual(before)
  })

  test('leave those who wait for one pool their turn', () => {
    const world = new World(SITE)
    world.lease(world.get(BOB, { type: 'vm', count: 2 }))
    const waiting = world.get(BOB, { type: 'vm', count: 2 })
    expect(waiting.type).toBe('waiting')
    expect(ask(world, part('metal', 1), part('vm', 1)).type).toBe('noneFree')
    expect(world.fleet.requests.size).toBe(1)
  })
})
