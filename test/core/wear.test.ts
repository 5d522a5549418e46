import { describe, expect, test } from 'vitest'
import { answer, answerSaid, type Identity, type Machine, type MachineName, HOUR, DAY } from '#core'
import { machinesOf, poolOf, siteOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

const machine = (world: World, name: string): Machine => world.fleet.machines.need(name as MachineName)
const report = (world: World) => {
  const wear = answer(world.fleet, { by: ALICE as Identity, at: world.at }, { ask: 'wear' })
  if (wear.type !== 'wear') throw new Error(wear.type)
  return wear
}
const said = (world: World): string =>
  answerSaid(report(world), { say: (line) => line, at: world.at, fingerprint: String }).room.join('\n')
const later = (world: World, ms: number): void => {
  world.at = (world.at + ms) as typeof world.at
}

describe('what a machine has been through', () => {
  test('is the time from its grant to its return, whether its lease goes on or not', () => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE, { count: 2 }))
    world.work()
    later(world, HOUR)
    world.done(ALICE, 'amd-1')
    later(world, HOUR)
    world.done(ALICE, id)
    expect([machine(world, 'amd-1').leasedMs, machine(world, 'amd-2').leasedMs]).toEqual([HOUR, 2 * HOUR])
  })

  test('has no use in it of a lease that nobody was let in to', () => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE))
    later(world, HOUR)
    world.done(ALICE, id)
    expect(machine(world, 'amd-1')).toMatchObject({ leasedMs: 0, lastUsedAt: null, workedAt: 1_000_000 })
  })

  test('keeps when its last use was over', () => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE))
    world.work()
    later(world, HOUR)
    world.done(ALICE, id)
    const at = world.at
    world.work()
    later(world, DAY)
    expect(machine(world, 'amd-1')).toMatchObject({ lastUsedAt: at, workedAt: at })
  })
})

describe('the report', () => {
  test('has the spread of uses and attempts, the hours and the burn-ins of a platform', () => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE))
    world.work()
    later(world, 90 * 60_000)
    expect(report(world).platforms.find(({ platform }) => platform === 'amd')).toEqual({
      platform: 'amd',
      machines: 4,
      least: 0,
      most: 1,
      spread: 1,
      attempts: { least: 0, most: 1, spread: 1 },
      leasedHours: 1.5,
      burnins: 0,
      failedOf100: 0,
    })
    world.done(ALICE, id)
  })

  test('names the machines that have been idle longest, and not those that are lent', () => {
    const world = new World()
    world.get(ALICE)
    world.work()
    later(world, HOUR)
    expect(report(world).idlest.map(({ name }) => name)).not.toContain('amd-1')
    expect(report(world).idlest[0]).toMatchObject({ name: 'amd-2', idleMs: HOUR, idleLimit: 'within' })
  })

  test('counts who is near the idle limit and who is beyond it', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'amd', 4) }))
    later(world, 7 * DAY - 1)
    expect(report(world)).toMatchObject({ near: 4, beyond: 0 })
    later(world, 2)
    expect(report(world)).toMatchObject({ near: 0, beyond: 4 })
  })

  test('knows of no limit where the driver has no burn-in', () => {
    const world = new World(siteOf({ pools: [poolOf('metal', { steps: [] })] }))
    later(world, 30 * DAY)
    expect(report(world)).toMatchObject({
      near: 0,
      beyond: 0,
      idlest: [{ idleLimit: null }, {}, {}, {}, {}, {}, {}, {}],
    })
  })

  test('is two lines in chat, however many machines and platforms there are', () => {
    const platforms = Array.from({ length: 30 }, (_, index) => ({
      ...siteOf().platforms[0]!,
      name: `p${index}` as never,
    }))
    const machines = platforms.flatMap(({ name }) => machinesOf('metal', name, 20))
    const world = new World(siteOf({ platforms, machines }))
    expect(said(world).split('\n')).toHaveLength(2)
    expect(said(world).length).toBeLessThan(700)
  })

  test('says where to see more', () => {
    const world = new World(siteOf({ machines: machinesOf('metal', 'amd', 4) }))
    later(world, 8 * DAY)
    expect(said(world)).toBe(
      'amd: 4 machines, 0 uses each (spread 0, of attempts 0), 0 h leased, 0 burn-ins.\n' +
        'Idle longest: amd-1 (8d), amd-2 (8d) and amd-3 (8d). 4 machines beyond the idle limit, 0 near it. ' +
        'One machine: why amd-1; every one: "duffy wear" on the command line',
    )
  })
})
