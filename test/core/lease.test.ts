import { type ApiKey, type Instant, HOUR } from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

describe('get', () => {
  test('a warm machine is the asker’s at once, and active when access has been given', () => {
    const world = new World()
    const lease = world.lease(world.get(ALICE))
    expect(lease.state.status).toBe('preparing')
    world.work()
    expect(world.fleet.leases.get(lease.id)!.state).toMatchObject({ status: 'active', until: world.at + 7_200_000 })
  })

  test('the home platform is set by the first grant and kept', () => {
    const world = new World()
    const first = world.lease(world.get(ALICE))
    for (let round = 0; round < 20; round += 1) {
      const lease = world.fleet.leases.size > 0 ? [...world.fleet.leases.values()][0]! : world.lease(world.get(ALICE))
      expect(lease.choice.platform).toBe(first.choice.platform)
      world.work()
      world.done(ALICE, null)
      world.work()
      world.at = (world.at + 1000) as typeof world.at
    }
  })

  test('more than the home platform has is refused at once', () => {
    const world = new World()
    expect(world.get(ALICE, { count: 5 })).toMatchObject({ type: 'neverEnough', most: 4, elsewhere: 8 })
  })

  test('64 requests under any for 8 machines: 8 leases, 56 waiting in order, each served as machines return', () => {
    const world = new World()
    const outcomes = Array.from({ length: 64 }, () => world.get(ALICE, { platform: 'any' }))
    expect(outcomes.filter(({ type }) => type === 'granted')).toHaveLength(8)
    expect(outcomes.filter(({ type }) => type === 'waiting')).toHaveLength(56)
    const order: number[] = []
    while (world.fleet.leases.size > 0) {
      world.work()
      const lease = [...world.fleet.leases.values()][0]!
      order.push(lease.number)
      world.done(ALICE, lease.id)
    }
    expect(order).toHaveLength(64)
  })

  test('under same, waiting says how many are free elsewhere', () => {
    const world = new World()
    const outcomes = Array.from({ length: 6 }, () => world.get(ALICE))
    const waiting = outcomes.find(({ type }) => type === 'waiting')
    if (waiting?.type !== 'waiting') throw new Error('nobody waits')
    expect(world.fleet.requests.get(waiting.request)!.state).toMatchObject({ why: { rule: 'home busy', elsewhere: 4 } })
  })
})

test('a request that the new home can never serve is told so rather than left waiting', () => {
  const site = siteOf({ machines: [...machinesOf('metal', 'intel', 2, ['ssd']), ...machinesOf('metal', 'amd', 2)] })
  const world = new World(site)
  const bob = 'irc:net:bob'
  const held = world.lease(world.get(bob, { count: 2, platform: 'any', labels: ['ssd'] }))
  const waiting = world.get(ALICE, { labels: ['ssd'] })
  expect(waiting.type).toBe('waiting')
  expect(world.lease(world.get(ALICE)).choice.platform).toBe('amd')
  expect(world.fleet.requests.size).toBe(0)
  world.work()
  world.done(bob, held.id)
  world.work()
})

describe('extend until', () => {
  const held = (): { world: World; id: string; until: number } => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE))
    world.work()
    return { world, id, until: world.at + 2 * HOUR }
  }

  test('moves the end to that instant', () => {
    const { world, id, until } = held()
    const outcome = told(world.ask(ALICE, { do: 'extend', what: id, until: (until + HOUR) as Instant }))
    expect(outcome).toMatchObject({ type: 'extended', until: until + HOUR, cutTo: null })
  })

  test('no further than the longest lease', () => {
    const { world, id } = held()
    const last = world.at + 24 * HOUR
    const outcome = told(world.ask(ALICE, { do: 'extend', what: id, until: (last + HOUR) as Instant }))
    expect(outcome).toMatchObject({ type: 'extended', until: last, cutTo: last })
  })

  test('never brings the end forward', () => {
    const { world, id, until } = held()
    const outcome = told(world.ask(ALICE, { do: 'extend', what: id, until: (until - HOUR) as Instant }))
    expect(outcome).toEqual({ type: 'endsLater', lease: id, until })
  })
})

describe('wear', () => {
  test('200 rounds by one tenant: uses within the home platform differ by at most one', () => {
    const world = new World()
    for (let round = 0; round < 200; round += 1) {
      const lease = world.lease(world.get(ALICE))
      world.work()
      world.done(ALICE, lease.id)
      world.work()
      world.at = (world.at + 1000) as typeof world.at
    }
    const uses = [...world.fleet.machines.values()]
      .filter(({ platform }) => platform === 'amd')
      .map((machine) => machine.uses)
    expect(uses.reduce((a, b) => a + b)).toBe(200)
    expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(1)
  })
})

describe('a machine that fails', () => {
  test('a failed grant is served from another machine, and the first is recycled', () => {
    const world = new World()
    const lease = world.lease(world.get(ALICE))
    const bad = lease.machines[0]!.machine
    const well = world.perform
    world.perform = (order, run) =>
      order.machine.name === bad && order.step === 'grant'
        ? { outcome: 'unreachable', message: 'no answer' }
        : well(order, run)
    world.work()
    const served = world.fleet.leases.get(lease.id)!
    expect(served.state.status).toBe('active')
    expect(served.machines[0]!.machine).not.toBe(bad)
    expect(world.fleet.machines.get(bad)!.state.status).toBe('ready')
  })

  test('a machine that is being replaced still counts against the quota', () => {
    const world = new World(
      siteOf({ machines: machinesOf('metal', 'amd', 2), tenants: [tenantOf('alice', { quota: 1 })] }),
    )
    const well = world.perform
    world.perform = (order, run) =>
      order.step === 'grant' ? { outcome: 'unreachable', message: 'no answer' } : well(order, run)
    world.get(ALICE)
    world.work(2)
    expect(world.get(ALICE)).toMatchObject({ type: 'overQuota', held: 1, quota: 1 })
  })

  test('failing again and again quarantines it, and probation brings it back', () => {
    const world = new World()
    const well = world.perform
    world.perform = (order, run) =>
      order.step === 'recycle' ? { outcome: 'failed', message: 'disk' } : well(order, run)
    const lease = world.lease(world.get(ALICE))
    const { machine } = lease.machines[0]!
    world.work()
    world.done(ALICE, lease.id)
    world.work()
    world.pass(6_000)
    world.pass(11_000)
    expect(world.fleet.machines.get(machine)!.state.status).toBe('quarantined')
    world.pass(11 * 60_000)
    expect(world.fleet.machines.get(machine)!.state.status).toBe('ready')
  })
})

describe('time', () => {
  test('a forgotten lease is warned about twice and then ended', () => {
    const world = new World()
    const address = { door: 'irc', identity: ALICE, nick: 'alice', room: '#duffy' } as never
    const lease = world.lease(world.get(ALICE, { address }))
    world.work()
    for (let minute = 0; minute < 126; minute += 1) world.pass(60_000)
    expect(world.fleet.leases.get(lease.id)).toBeUndefined()
    expect(world.notices.map(({ message }) => message.type)).toEqual([
      'leaseReady',
      'leaseEnding',
      'leaseEnding',
      'leaseEnded',
    ])
    expect(world.fleet.machines.get(lease.machines[0]!.machine)!.state.status).toBe('ready')
  })
})

describe('what somebody holds or waits for', () => {
  const MINUTE = 60_000
  const world = (): World => {
    const on = new World(
      siteOf({
        platforms: [platformOf('intel'), platformOf('kvm')],
        pools: [poolOf('metal'), poolOf('vm', { type: 'vm' })],
        machines: [...machinesOf('metal', 'intel', 2), ...machinesOf('vm', 'kvm', 1)],
      }),
    )
    for (const type of ['metal', 'metal', 'vm']) on.get('irc:net:alice', { type })
    on.work()
    return on
  }
  const extend = (on: World, what: string) => told(on.ask('irc:net:alice', { do: 'extend', what, byMs: MINUTE }))

  test('can be named by its type, if it is the only one of it', () => {
    const on = world()
    const [vm] = [...on.fleet.leases.values()].filter(({ demand }) => demand.type === 'vm')
    expect(extend(on, 'VM')).toMatchObject({ type: 'extended', lease: vm!.id })
  })

  test('is asked for by id where there are several of its type', () => {
    const refused = extend(world(), 'metal')
    expect(refused).toMatchObject({ type: 'whichLease', held: [{ machines: ['intel-1'] }, { machines: ['intel-2'] }] })
  })

  test('is another tenant’s by no name, with an API key either', () => {
    const on = world()
    const [lease] = on.fleet.leases.values()
    const apiKey = { id: 'K1', tenant: 'bob', role: 'member', digest: '0'.repeat(64), note: '' } as unknown as ApiKey
    on.ask('duffy', { do: 'addApiKey', apiKey })
    for (const by of ['key:K1', 'irc:net:bob'])
      for (const what of [lease!.id, lease!.machines[0]!.machine])
        expect(told(on.ask(by, { do: 'done', what }))).toMatchObject({ type: 'noSuchLease' })
  })

  test('is nobody else’s by its type', () => {
    expect(told(world().ask('irc:net:bob', { do: 'done', what: 'vm' }))).toMatchObject({ type: 'noSuchLease' })
  })

  test('is cancelled by its type too', () => {
    const on = world()
    on.get('irc:net:alice', { type: 'vm' })
    on.get('irc:net:alice', { type: 'metal' })
    expect(told(on.ask('irc:net:alice', { do: 'cancel', what: 'vm' }))).toMatchObject({ type: 'cancelled' })
    expect([...on.fleet.requests.values()].map(({ demand }) => demand.type)).toEqual(['metal'])
  })
})
