import { DUFFY, messageSaid, type Message, type Notice, SECOND, MINUTE } from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const OPS = { door: 'irc:net', room: '#lab-ops' }

/** A rack whose machines fail for good at the first failure, and wait long to be tried again. */
const worldOf = (machines = 4, operators: readonly (typeof OPS)[] = [OPS]): World => {
  const pool = poolOf('metal', { steps: ['recycle', 'check'], failureLimit: 1, probationMs: 60 * MINUTE })
  const site = siteOf({
    pools: [pool],
    machines: machinesOf('metal', 'intel', machines),
    tenants: [tenantOf('alice', { quota: 100 })],
  })
  return new World({ ...site, operators })
}

/** Those that are lent come back, and cannot be cleaned. */
const breakdown = (world: World, count: number): void => {
  const lease = world.lease(world.get(ALICE, { count }))
  world.perform = (order) =>
    order.step === 'recycle'
      ? { outcome: 'failed', message: 'no route to host' }
      : { outcome: 'ok', report: { address: '127.0.0.1', port: 22, user: 'ci', hostKeys: [], data: {} } }
  world.done(ALICE, lease.id)
  world.work()
}

const news = (world: World): Notice[] => world.notices.filter(({ message }) => message.type === 'operatorNews')
const words = (world: World, { message }: Notice): readonly string[] =>
  messageSaid(message, {
    fleet: world.fleet,
    at: world.at,
    say: (line) => `!duffy ${line}`,
    fingerprint: () => '',
  }).room

describe('operators', () => {
  test('hear in their room of a machine that is quarantined, with the reason', () => {
    const world = worldOf()
    breakdown(world, 1)
    world.pass(SECOND)
    expect(news(world)).toEqual([])
    world.pass(30 * SECOND)
    const [notice] = news(world)
    expect(notice!.to).toEqual({ ...OPS, identity: DUFFY, nick: '' })
    expect(words(world, notice!)).toEqual([
      'A machine is quarantined: intel-1 of metal (recycle failed, 1 failure in a row: no route to host; tried again at 01:16 UTC). More: !duffy why intel-1',
    ])
  })

  test('hear of a rack that dies in one notice', () => {
    const world = worldOf(50)
    for (let died = 0; died < 5; died += 1) {
      breakdown(world, 9)
      world.pass(5 * SECOND)
    }
    world.pass(MINUTE)
    expect(news(world)).toHaveLength(1)
    const message = news(world)[0]!.message as Extract<Message, { type: 'operatorNews' }>
    expect([message.quarantined, message.first.length]).toEqual([45, 3])
    expect(words(world, news(world)[0]!)[0]).toMatch(/^45 machines are quarantined: intel-1 .*; and 42 more\. More:/)
  })

  test('hear of a machine once, and not again before ten minutes are over', () => {
    const world = worldOf()
    breakdown(world, 1)
    world.pass(31 * SECOND)
    breakdown(world, 1)
    for (let passed = 0; passed < 9; passed += 1) world.pass(MINUTE)
    expect(news(world)).toHaveLength(1)
    world.pass(MINUTE)
    expect(news(world)).toHaveLength(2)
    expect(news(world)[1]!.message).toMatchObject({ quarantined: 1, first: [{ machine: 'intel-2' }] })
    world.pass(60 * MINUTE)
    expect(
      news(world)
        .slice(2)
        .every(({ message }) => message.type === 'operatorNews' && message.quarantined <= 2),
    ).toBe(true)
  })

  test('hear that a pool has no machine left, and that it has some again', () => {
    const world = worldOf(2)
    breakdown(world, 2)
    world.pass(31 * SECOND)
    expect(news(world)[0]!.message).toMatchObject({ quarantined: 2, empty: ['metal'], back: [] })
    expect(words(world, news(world)[0]!)[1]).toBe(
      'Pool metal has no machine left that works, and those who wait there go on waiting: !duffy status',
    )
    world.perform = (order) => ({
      outcome: 'ok',
      report: { address: '127.0.0.1', port: 22, user: 'ci', hostKeys: [], data: { step: order.step } },
    })
    world.ask('duffy', { do: 'readmit', machine: 'intel-1' })
    world.work()
    world.pass(9 * MINUTE)
    expect(news(world)).toHaveLength(1)
    world.pass(MINUTE)
    expect(news(world)[1]!.message).toMatchObject({ quarantined: 0, empty: [], back: ['metal'] })
    expect(words(world, news(world)[1]!)).toEqual(['Pool metal has machines that work again.'])
  })

  test('who are told nowhere cost no notice and no record', () => {
    const world = worldOf(2, [])
    breakdown(world, 2)
    const before = world.log.length
    world.ask('duffy', { do: 'sweep' })
    world.at = (world.at + MINUTE) as never
    world.ask('duffy', { do: 'sweep' })
    expect(news(world)).toEqual([])
    expect(world.log.slice(before).flatMap(({ events }) => events)).toEqual([])
  })

  test('do not hear of what came about before they were to be told', () => {
    const world = worldOf(2, [])
    breakdown(world, 1)
    world.pass(MINUTE)
    const site = siteOf({ pools: [...world.fleet.pools.values()], machines: machinesOf('metal', 'intel', 2) })
    world.ask('duffy', { do: 'configure', site: { ...site, digest: 'told', operators: [OPS] } })
    world.pass(MINUTE)
    expect(news(world)).toEqual([])
  })

  test('are told the same after a restart', () => {
    const world = worldOf()
    breakdown(world, 1)
    world.pass(31 * SECOND)
    world.restart()
    world.pass(11 * MINUTE)
    expect(news(world)).toHaveLength(1)
  })
})
