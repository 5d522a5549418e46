import { isoTime, leaseView, machineDetail, machineView, poolView, requestView, runView, type Instant } from '#core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { World } from '../kit/world.ts'

const AT = 1_000_000 as Instant

test('an instant is written as JavaScript writes it, for the years 0 to 9999', () => {
  const least = Date.UTC(2000, 0, 1) - 2000 * 365.2425 * 86_400_000 + 86_400_000
  const most = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
  fc.assert(
    fc.property(fc.integer({ min: least, max: most }), (at) => isoTime(at as Instant) === new Date(at).toISOString()),
    { numRuns: 2000 },
  )
})

test.each([0, 951_782_399_999, 951_782_400_000, 4_107_542_399_999, 4_107_542_400_000, -1])(
  'leap days are where they are: %d',
  (at) => {
    expect(isoTime(at as Instant)).toBe(new Date(at).toISOString())
  },
)

const leaseOf = (world: World) => world.lease(world.get('irc:net:alice'))

test('a lease that is prepared has no end yet, and its machine is not open', () => {
  const world = new World()
  const view = leaseView(world.fleet, leaseOf(world))
  expect(view).toMatchObject({ state: 'preparing', until: null, activeAt: null, endedAt: null, tenant: 'alice' })
  expect(view.machines[0]?.open).toBe(false)
})

test('an active lease says how its machines are reached, and until when', () => {
  const world = new World()
  const { id } = leaseOf(world)
  world.work()
  const view = leaseView(world.fleet, world.fleet.leases.need(id))
  expect(view).toMatchObject({ state: 'active', activeAt: isoTime(AT), until: isoTime((AT + 7_200_000) as Instant) })
  expect(view.machines[0]).toMatchObject({ address: '127.0.0.1', port: 22, user: 'ci', open: true })
})

test('a lease that has ended no longer says how the machines are reached, which may be others by now', () => {
  const world = new World()
  const { id } = leaseOf(world)
  world.work()
  const last = world.fleet.leases.need(id)
  const view = leaseView(world.fleet, { ...last, state: { status: 'ended', at: AT, how: 'expired' } })
  expect(view).toMatchObject({ state: 'ended', ending: 'expired', endedAt: isoTime(AT), until: null })
  expect(view.machines[0]).toMatchObject({ name: last.machines[0]?.machine, address: null, hostKeys: [], open: false })
})

test('requests that wait have places, from 1', () => {
  const world = new World()
  world.get('irc:net:alice', { count: 4 })
  for (const _ of [1, 2]) world.get('irc:net:alice')
  const places = [...world.fleet.waiting.of('metal')].map((request) => requestView(world.fleet, request).position)
  expect(places).toEqual([1, 2])
})

test('a request that was granted names its lease, and has no place', () => {
  const world = new World()
  world.get('irc:net:alice', { count: 4 })
  world.get('irc:net:alice')
  const [request] = world.fleet.waiting.of('metal')
  const granted = { ...request!, state: { status: 'granted', at: AT, lease: 'L7Q2' as never } } as const
  expect(requestView(world.fleet, granted)).toMatchObject({ state: 'granted', lease: 'L7Q2', endedAt: isoTime(AT) })
})

test('a machine as members see it says neither how it is reached nor who has it', () => {
  const world = new World()
  const machine = world.fleet.machines.values().next().value!
  const view = machineView(machine)
  for (const field of ['address', 'access', 'variables', 'facts', 'data', 'lease', 'tenant'])
    expect(view).not.toHaveProperty(field)
})

test('a machine as operators see it says who has it', () => {
  const world = new World()
  const lease = leaseOf(world)
  const machine = world.fleet.machines.need(lease.machines[0]!.machine)
  expect(machineDetail(world.fleet, machine)).toMatchObject({ lease: lease.id, tenant: 'alice', address: '127.0.0.1' })
})

test('a pool counts its machines by state, and what is wanted of it', () => {
  const world = new World()
  leaseOf(world)
  world.get('irc:net:bob', { count: 4 })
  world.get('irc:net:bob', { count: 3, pool: 'metal' })
  const pool = world.fleet.pools.values().next().value!
  const { states, machines, wanted } = poolView(world.fleet, pool, world.at)
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(machines)
  const waiting = [...world.fleet.requests.values()].reduce((sum, { demand }) => sum + demand.count, 0)
  expect(wanted).toBe(waiting)
})

test('a run is owed until it has ended', () => {
  const world = new World()
  leaseOf(world)
  const run = world.fleet.runs.values().next().value!
  expect(runView({ run, ended: null })).toMatchObject({ state: 'owed', endedAt: null, outcome: null })
  const ended = { at: AT, outcome: 'failed', message: 'no power' } as const
  expect(runView({ run, ended })).toMatchObject({
    state: 'ended',
    endedAt: isoTime(AT),
    outcome: 'failed',
    message: 'no power',
  })
})
