import type { Instant } from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, platformOf, poolOf, siteOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const site = siteOf({
  platforms: [platformOf('intel'), platformOf('arm', { arch: 'aarch64' })],
  machines: [...machinesOf('metal', 'intel', 2), ...machinesOf('metal', 'arm', 1)],
})

describe('which machines would do', () => {
  test('only those of the architecture that was asked for', () => {
    const world = new World(site)
    const lease = world.lease(world.get('irc:net:alice', { arch: 'aarch64', platform: 'any' }))
    expect(lease.machines.map(({ machine }) => machine)).toEqual(['arm-1'])
    expect(world.get('irc:net:alice', { arch: 'aarch64', platform: 'any' }).type).toBe('waiting')
  })

  test('none that the config no longer names, though it stands ready', () => {
    const world = new World(site)
    // Off the list while it is being checked, it comes back to nobody.
    world.ask('duffy', { do: 'configure', site: { ...site, digest: 'fewer', machines: site.machines.slice(1) } })
    const [gone] = site.machines
    const outcomes = [1, 2, 3].map(() => world.get('irc:net:bob', { platform: 'any' }))
    expect(outcomes.map(({ type }) => type)).toEqual(['granted', 'granted', 'waiting'])
    expect(
      [...world.fleet.leases.values()].flatMap(({ machines }) => machines.map(({ machine }) => machine)),
    ).not.toContain(gone!.name)
  })

  test('none that the config names no more while it is being checked: it is shut down then', () => {
    const world = new World(site)
    world.at = (world.at + 31 * 60_000) as Instant
    world.ask('duffy', { do: 'sweep' })
    const { machine: gone } = [...world.fleet.runs.values()].find(({ step }) => step === 'check')!
    const rest = site.machines.filter(({ name }) => name !== gone)
    world.ask('duffy', { do: 'configure', site: { ...site, digest: 'fewer', machines: rest } })
    world.work()
    expect(world.fleet.machines.need(gone).state.status).toBe('retired')
  })
})

describe('of machines of one platform', () => {
  test('the one that is idle longest goes before one that was worked as often', () => {
    const world = new World(siteOf({ pools: [poolOf('metal')], machines: machinesOf('metal', 'intel', 2) }))
    const [first, second] = [world.get('irc:net:alice'), world.get('irc:net:alice')].map((got) => world.lease(got))
    world.work()
    world.done('irc:net:alice', second!.id)
    world.work()
    world.pass(60_000)
    world.done('irc:net:alice', first!.id)
    world.work()
    // By name the other would be first.
    const next = world.lease(world.get('irc:net:alice'))
    expect(next.machines[0]!.machine).toBe(second!.machines[0]!.machine)
  })

  test('one whose provisioning fails is worn by it, and the others go first', () => {
    const world = new World(siteOf({ pools: [poolOf('metal')], machines: [] }))
    world.perform = ({ step }, { machine }) =>
      step === 'provision' && machine === 'intel-1' && world.fleet.machines.need(machine).failures < 2
        ? { outcome: 'failed', message: 'no power' }
        : { outcome: 'ok', report: { address: 'a', port: 1 } }
    world.ask('duffy', { do: 'configure', site: siteOf({ digest: 'more', machines: machinesOf('metal', 'intel', 2) }) })
    world.work()
    for (let minute = 0; minute < 10; minute += 1) world.pass(60_000)
    const attempts = [...world.fleet.machines.values()].map((machine) => [machine.name, machine.attempts])
    expect(attempts).toEqual([
      ['intel-1', 2],
      ['intel-2', 0],
    ])
  })
})
