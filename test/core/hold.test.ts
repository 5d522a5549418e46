import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaseView, type Instant, type Lease, type LeaseId, MINUTE, HOUR } from '#core'
import { poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const ADDRESS = { door: 'irc', identity: ALICE, nick: 'alice', room: '#duffy' } as never

const site = siteOf({
  pools: [poolOf('metal', { longestMs: 6 * HOUR })],
  tenants: [tenantOf('alice', { holds: 2, holdMs: 12 * HOUR }), tenantOf('bob', { holds: 0 })],
})
const hold = (world: World, what: string | null, hours: number | null = 8, by = ALICE, reason = '') =>
  told(world.ask(by, { do: 'hold', what, forMs: hours === null ? null : hours * HOUR, reason }))
const extend = (world: World, what: string, hours: number) =>
  told(world.ask(ALICE, { do: 'extend', what, byMs: hours * HOUR }))
const active = (world: World, count = 1, by = ALICE): Lease => {
  const { id } = world.lease(world.get(by, { count, address: by === ALICE ? ADDRESS : null }))
  world.work()
  return world.fleet.leases.need(id)
}
const endOf = (world: World, id: LeaseId): number => {
  const { state } = world.fleet.leases.need(id)
  return state.status === 'active' ? state.until : 0
}

describe('hold', () => {
  test('moves the end to so long from now, beyond the longest lease', () => {
    const world = new World(site)
    const { id } = active(world)
    world.pass(HOUR)
    expect(hold(world, id)).toEqual({ type: 'held', lease: id, until: world.at + 8 * HOUR, awaited: null })
    expect(endOf(world, id)).toBe(world.at + 8 * HOUR)
  })

  test('never brings an end forward', () => {
    const world = new World(site)
    const { id } = active(world)
    const before = endOf(world, id)
    hold(world, id, 1)
    expect(endOf(world, id)).toBe(before)
  })

  test('lasts eight hours unless said, or as long as the tenant may', () => {
    const world = new World(site)
    const { id } = active(world)
    hold(world, id, null)
    expect(endOf(world, id)).toBe(world.at + 8 * HOUR)
    const short = new World(siteOf({ tenants: [tenantOf('alice', { holdMs: 3 * HOUR })] }))
    const other = active(short)
    hold(short, other.id, null)
    expect(endOf(short, other.id)).toBe(short.at + 3 * HOUR)
  })

  test('by a machine keeps its lease', () => {
    const world = new World(site)
    const { id, machines } = active(world)
    hold(world, machines[0]!.machine)
    expect(world.fleet.leases.need(id).hold).not.toBeNull()
  })

  test('in the grace after its end still keeps it', () => {
    const world = new World(site)
    const { id } = active(world)
    world.pass(2 * HOUR + MINUTE)
    expect(hold(world, id)).toMatchObject({ type: 'held' })
  })

  test('is refused of more machines than the tenant may keep, with the numbers', () => {
    const world = new World(site)
    const first = active(world)
    const second = active(world, 2)
    hold(world, first.id)
    expect(hold(world, second.id)).toEqual({
      type: 'tooManyHeld',
      lease: second.id,
      tenant: 'alice',
      count: 2,
      held: 1,
      most: 2,
    })
  })

  test('is refused to a tenant that may keep none', () => {
    const world = new World(site)
    const { id } = active(world, 1, BOB)
    expect(hold(world, id, 1, BOB)).toMatchObject({ type: 'tooManyHeld', most: 0 })
  })

  test('is refused for longer than the tenant may keep one, with the latest end', () => {
    const world = new World(site)
    const { id } = active(world)
    expect(hold(world, id, 13)).toEqual({
      type: 'holdTooLong',
      lease: id,
      asked: 13 * HOUR,
      longestMs: 12 * HOUR,
      of: 'tenant alice',
      last: world.at + 12 * HOUR,
    })
  })

  test('said again counts from the first time', () => {
    const world = new World(site)
    const { id } = active(world, 2)
    hold(world, id, 8, ALICE, 'panic in ext4')
    const { last } = world.fleet.leases.need(id).hold!
    world.pass(5 * HOUR)
    expect(hold(world, id, 8)).toMatchObject({ type: 'holdTooLong', last })
    expect(hold(world, id, 7)).toMatchObject({ type: 'held', until: last })
    expect(world.fleet.leases.need(id).hold).toMatchObject({ last, reason: 'panic in ext4' })
  })

  test('of a lease still being prepared is refused', () => {
    const world = new World(site)
    const { id } = world.lease(world.get(ALICE))
    expect(hold(world, id)).toEqual({ type: 'notActive', lease: id })
  })

  test('of another tenant’s lease is as unknown as none', () => {
    const world = new World(site)
    const { id } = active(world)
    expect(hold(world, id, 1, BOB)).toMatchObject({ type: 'noSuchLease' })
  })

  test('shows in what clients read', () => {
    const world = new World(site)
    const { id } = active(world)
    hold(world, id, 8, ALICE, 'panic in ext4')
    expect(leaseView(world.fleet, world.fleet.leases.need(id)).hold).toMatchObject({ reason: 'panic in ext4' })
  })
})

describe('a held lease', () => {
  test('cannot be extended past the hold’s limit', () => {
    const world = new World(site)
    const { id } = active(world)
    hold(world, id)
    const last = world.at + 12 * HOUR
    expect(extend(world, id, 24)).toMatchObject({ type: 'extended', until: last, cutTo: last })
    expect(extend(world, id, 1)).toEqual({
      type: 'cannotExtend',
      lease: id,
      until: last,
      longestMs: 12 * HOUR,
      held: true,
    })
  })

  test('counts against the quota until it is over', () => {
    const world = new World(siteOf({ tenants: [tenantOf('alice', { quota: 1 })] }))
    const { id } = active(world)
    hold(world, id)
    expect(world.get(ALICE)).toMatchObject({ type: 'overQuota', held: 1 })
  })

  test('is warned about and ended like any other', () => {
    const world = new World(site)
    const { id } = active(world)
    hold(world, id)
    for (let passed = 0; passed < 8 * HOUR + 6 * MINUTE; passed += MINUTE) world.pass(MINUTE)
    expect(world.fleet.leases.has(id)).toBe(false)
    expect(world.notices.map(({ message }) => message.type)).toEqual([
      'leaseReady',
      'leaseEnding',
      'leaseEnding',
      'leaseEnded',
    ])
  })

  test('leaves room for another as soon as it is given back', () => {
    const world = new World(siteOf())
    const { id } = active(world)
    hold(world, id)
    const next = active(world)
    expect(hold(world, next.id)).toMatchObject({ type: 'tooManyHeld' })
    world.done(ALICE, id)
    expect(hold(world, next.id)).toMatchObject({ type: 'held' })
  })
})

test('under any history a tenant keeps no more machines, and none longer, than it may', () => {
  const step = fc.record({
    act: fc.constantFrom('get', 'hold', 'hold', 'extend', 'done', 'pass', 'pass'),
    which: fc.nat(5),
    hours: fc.integer({ min: 1, max: 14 }),
    count: fc.integer({ min: 1, max: 2 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World(site)
      const heldSince = new Map<LeaseId, Instant>()
      for (const { act, which, hours, count } of steps) {
        const leases = [...world.fleet.leases.values()]
        const lease = leases[which % leases.length]
        if (act === 'get') getNow(world, count)
        else if (act === 'pass') world.pass((hours * HOUR) / 4)
        else if (lease === undefined) continue
        else if (act === 'done') world.done(ALICE, lease.id)
        else if (act === 'extend') extend(world, lease.id, hours)
        else if (hold(world, lease.id, hours).type === 'held' && !heldSince.has(lease.id))
          heldSince.set(lease.id, world.at)
        const held = [...world.fleet.leases.values()].filter((one) => one.hold !== null)
        expect(held.reduce((sum, one) => sum + one.machines.length, 0)).toBeLessThanOrEqual(2)
        for (const { id } of held) expect(endOf(world, id)).toBeLessThanOrEqual(heldSince.get(id)! + 12 * HOUR)
      }
    }),
    { numRuns: 200 },
  )

  function getNow(world: World, count: number): void {
    world.get(ALICE, { count, platform: 'any', queue: false })
    world.work()
  }
})
