import { describe, expect, test } from 'vitest'
import { decide, DEFAULT_LIMITS, type Address, type Identity, type MachineName, type Site, MINUTE } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const address: Address = { door: 'irc:net', identity: ALICE as Identity, nick: 'alice', room: '#duffy' }

let digest = 0
const configure = (world: World, over: Partial<Site>) =>
  told(world.ask('duffy', { do: 'configure', site: siteOf({ digest: `changed ${(digest += 1)}`, ...over }) }))
const warned = (world: World): unknown[] =>
  world.notices.flatMap(({ message }) => (message.type === 'leaseEnding' ? [message.minutes] : []))

describe('warnings changed while a lease runs', () => {
  test('fewer of them do not end it early', () => {
    const world = new World()
    const lease = world.lease(world.get(ALICE, { address }))
    world.work()
    configure(world, { limits: { ...DEFAULT_LIMITS, warnMinutes: [] } })
    for (let minute = 0; minute < 100; minute += 1) world.pass(MINUTE)
    expect(world.fleet.leases.has(lease.id)).toBe(true)
  })

  test('others are given as they are now', () => {
    const world = new World()
    world.get(ALICE, { address })
    world.work()
    configure(world, { limits: { ...DEFAULT_LIMITS, warnMinutes: [5] } })
    for (let minute = 0; minute < 118; minute += 1) world.pass(MINUTE)
    expect(warned(world)).toEqual([5])
  })

  test('after an absence only the last that is due is given', () => {
    const world = new World()
    world.get(ALICE, { address })
    world.work()
    world.away(117 * MINUTE)
    expect(warned(world)).toEqual([5])
  })
})

describe('waking machines', () => {
  test('looks at what is wanted, not at the least worn machine of the pool', () => {
    const machines = [...machinesOf('metal', 'intel', 2, ['ssd']), ...machinesOf('metal', 'amd', 2)]
    const world = new World(siteOf({ pools: [poolOf('metal', { ready: 0 })], machines }))
    world.get(ALICE, { labels: ['ssd'] })
    world.work()
    expect(world.fleet.requests.size).toBe(0)
    expect([...world.fleet.leases.values()][0]!.state.status).toBe('active')
  })

  test('counts a lease that lost its machine', () => {
    const vm = poolOf('vm', { type: 'vm', kind: 'elastic', ready: 0, afterLease: 'shutdown', failureLimit: 1 })
    const world = new World(siteOf({ pools: [vm], machines: machinesOf('vm', 'amd', 4) }))
    const well = world.perform
    let bad: MachineName | null = null
    world.perform = (order, run) => {
      if (order.step === 'grant') bad ??= order.machine.name
      const fails = order.step === 'grant' && order.machine.name === bad
      return fails ? { outcome: 'failed', message: 'no' } : well(order, run)
    }
    world.get(ALICE, { type: 'vm', address })
    world.work()
    expect(world.notices.map(({ message }) => message.type)).toEqual(['leaseReady'])
  })

  test('wakes no more than is wanted, however many ask for the same', () => {
    const vm = poolOf('vm', { type: 'vm', kind: 'elastic', ready: 1, afterLease: 'shutdown' })
    const world = new World(siteOf({ pools: [vm], machines: machinesOf('vm', 'amd', 8) }))
    for (let asked = 0; asked < 3; asked += 1) world.get(ALICE, { type: 'vm', platform: 'any' })
    const awake = [...world.fleet.machines.values()].filter(({ state }) => state.status !== 'enrolled')
    expect(awake).toHaveLength(4)
  })
})

describe('a config that changes', () => {
  test('lowering a quota below what waits ends the wait, and says why', () => {
    const world = new World()
    world.get(BOB, { count: 8, platform: 'any' })
    world.get(ALICE, { count: 3, platform: 'any', address })
    configure(world, { tenants: [tenantOf('alice', { quota: 2 }), tenantOf('bob')] })
    expect(world.fleet.requests.size).toBe(0)
    expect(world.notices.at(-1)!.message).toMatchObject({
      type: 'requestEnded',
      because: { type: 'quota', tenant: 'alice', quota: 2 },
    })
  })

  test('taking out a machine that is dead retires it', () => {
    const world = new World()
    const steps: string[] = []
    world.perform = (order) => {
      steps.push(`${order.step} ${order.machine.name}`)
      return { outcome: 'unreachable', message: 'gone' }
    }
    configure(world, { machines: [...machinesOf('metal', 'intel', 4), ...machinesOf('metal', 'amd', 4).slice(1)] })
    world.work()
    for (let tries = 0; tries < 5; tries += 1) world.pass(MINUTE)
    expect(world.fleet.machines.get('amd-1' as MachineName)!.state.status).toBe('retired')
    expect(steps.filter((step) => step.startsWith('rebuild'))).toEqual([])
  })

  test('cannot make a pool of metal one of virtual machines, nor give a platform another architecture', () => {
    const world = new World()
    expect(configure(world, { pools: [poolOf('metal', { type: 'vm' })] })).toMatchObject({ type: 'badSite' })
    const platforms = siteOf().platforms.map((platform) => ({ ...platform, arch: 'aarch64' }))
    expect(configure(world, { platforms })).toMatchObject({
      type: 'badSite',
      faults: [expect.stringMatching(/platform amd/), expect.stringMatching(/platform intel/)],
    })
  })

  test('moving a member between tenants moves them', () => {
    const world = new World(siteOf({ tenants: [tenantOf('aa', { members: [] }), tenantOf('alice')] }))
    configure(world, { tenants: [tenantOf('aa', { members: [ALICE] }), tenantOf('alice', { members: [] })] })
    expect(world.lease(world.get(ALICE)).tenant).toBe('aa')
  })

  test('looked at in a dry run leaves members where they are', () => {
    const world = new World(siteOf({ tenants: [tenantOf('aa', { members: [] }), tenantOf('alice')] }))
    const site = siteOf({
      digest: 'two',
      tenants: [tenantOf('aa', { members: [ALICE] }), tenantOf('alice', { members: [] })],
    })
    const mark = world.fleet.journal.mark()
    decide(world.fleet, {
      id: null,
      by: 'duffy' as Identity,
      door: 'test',
      at: world.at,
      command: { do: 'configure', site },
    })
    world.fleet.journal.undoTo(mark)
    expect(world.lease(world.get(ALICE)).tenant).toBe('alice')
  })

  test('that leaves a tenant out takes its members away, and says so', () => {
    const world = new World()
    expect(configure(world, { tenants: [tenantOf('bob')] })).toMatchObject({
      changes: ['tenant alice removed: nobody speaks for it any more'],
    })
    expect(world.get(ALICE)).toMatchObject({ type: 'stranger' })
  })
})

describe('extending', () => {
  test('in the grace counts from now, never to an end in the past', () => {
    const world = new World(siteOf({ pools: [poolOf('metal', { graceMs: 10 * MINUTE })] }))
    const lease = world.lease(world.get(ALICE, { durationMs: 60 * MINUTE }))
    world.work()
    world.pass(64 * MINUTE)
    const outcome = told(world.ask(ALICE, { do: 'extend', what: lease.id, byMs: MINUTE }))
    expect(outcome).toMatchObject({ type: 'extended', until: world.at + MINUTE })
  })

  test('by little is not followed at once by a warning that it ends soon', () => {
    const world = new World()
    const lease = world.lease(world.get(ALICE, { address }))
    world.work()
    world.pass(118 * MINUTE)
    expect(warned(world)).toEqual([30, 5])
    world.ask(ALICE, { do: 'extend', what: lease.id, byMs: 2 * MINUTE })
    world.pass(MINUTE / 2)
    expect(warned(world)).toEqual([30, 5])
  })
})

test('a lease of machines with and without a grant step is active when all are open', () => {
  const world = new World(
    siteOf({
      pools: [poolOf('a', { steps: ['provision', 'recycle'] }), poolOf('b')],
      machines: [...machinesOf('a', 'amd', 1), ...machinesOf('b', 'intel', 1)],
    }),
  )
  const lease = world.lease(world.get(ALICE, { count: 2, platform: 'any' }))
  expect(world.fleet.leases.get(lease.id)!.state.status).toBe('preparing')
  world.work()
  expect(world.fleet.leases.get(lease.id)!.state.status).toBe('active')
})

describe('a driver that has few steps', () => {
  const bare = poolOf('metal', { steps: ['provision', 'grant', 'revoke', 'recycle'], failureLimit: 2 })

  test('has a machine that failed its grant cleaned by the step that follows a lease', () => {
    const world = new World(siteOf({ pools: [bare] }))
    const well = world.perform
    const steps: string[] = []
    let bad: MachineName | null = null
    world.perform = (order, run) => {
      steps.push(`${order.step} ${order.machine.name}`)
      bad ??= order.machine.name
      return order.step === 'grant' && order.machine.name === bad
        ? { outcome: 'failed', message: 'no' }
        : well(order, run)
    }
    world.get(ALICE)
    world.work()
    expect(steps).toContain(`recycle ${bad}`)
  })

  test('has a quarantined machine tried again by that step too, not taken for well', () => {
    const world = new World(siteOf({ pools: [bare] }))
    const well = world.perform
    world.perform = (order, run) =>
      order.step === 'recycle' ? { outcome: 'failed', message: 'disk' } : well(order, run)
    const lease = world.lease(world.get(ALICE))
    const { machine } = lease.machines[0]!
    world.work()
    world.done(ALICE, lease.id)
    world.work()
    world.pass(MINUTE)
    expect(world.fleet.machines.get(machine)!.state).toMatchObject({
      status: 'quarantined',
      failure: { step: 'recycle', inARow: 2 },
    })
    world.pass(11 * MINUTE)
    expect(world.fleet.machines.get(machine)!.state.status).not.toBe('ready')
  })
})

test('a playbook that says that its wipe did not succeed has failed', () => {
  const world = new World()
  const lease = world.lease(world.get(ALICE))
  const { machine } = lease.machines[0]!
  world.work()
  const well = world.perform
  world.perform = (order, run) =>
    order.step === 'recycle' ? { outcome: 'ok', report: { wipe: { method: 'discard', ok: false } } } : well(order, run)
  world.done(ALICE, lease.id)
  world.work()
  expect(world.fleet.machines.get(machine)!).toMatchObject({ failures: 1, state: { status: 'recycling' } })
})
