import {
  setAsideAt,
  turnaroundMs,
  type GetCommand,
  type Instant,
  type LeaseId,
  type MachineName,
  type Outcome,
  type Refusal,
  type RequestId,
  MINUTE,
  HOUR,
} from '#core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const GRACE = 5 * MINUTE
const POOL = poolOf('metal')
/** How much longer than its lease a machine can be away at most. */
const AROUND = POOL.prepareMs + GRACE + turnaroundMs(POOL)

const siteWith = (machines: number) =>
  siteOf({
    machines: machinesOf('metal', 'intel', machines),
    tenants: ['filler', 'big', 'small', 'other'].map((name) => tenantOf(name, { holds: 9 })),
  })

/** So many machines, some of them lent for these hours. */
const lent = (machines: number, ...hours: number[]): { world: World; leases: LeaseId[] } => {
  const world = new World(siteWith(machines))
  const leases = hours.map((length) => world.lease(take(world, 'filler', 1, length)).id)
  world.work()
  return { world, leases }
}

const take = (world: World, by: string, count: number, hours: number, over: Partial<GetCommand> = {}) =>
  world.get(`irc:net:${by}`, { platform: 'any', count, durationMs: hours * HOUR, ...over })

const waits = (outcome: Outcome | Refusal): RequestId => {
  if (outcome.type !== 'waiting') throw new Error(JSON.stringify(outcome))
  return outcome.request
}

describe('for whoever is first and cannot be served', () => {
  test('free machines are kept, and those whose leases end', () => {
    const { world } = lent(4, 2, 3)
    waits(take(world, 'big', 4, 1))
    expect(take(world, 'small', 1, 4).type).toBe('waiting')
    world.pass(2 * HOUR + GRACE)
    expect(world.fleet.requests.size).toBe(2)
    world.pass(HOUR)
    expect(world.fleet.leasesOf.size('big')).toBe(1)
    expect(world.fleet.requests.size).toBe(1)
  })

  test('a lease that is over by then passes, a longer one does not', () => {
    const { world } = lent(2, 3)
    waits(take(world, 'big', 2, 1))
    const longest = 3 - AROUND / HOUR + GRACE / HOUR
    expect(take(world, 'small', 1, longest + 1 / 60).type).toBe('waiting')
    expect(take(world, 'other', 1, longest).type).toBe('granted')
  })

  test('a machine that it will not need passes', () => {
    const { world } = lent(4, 2, 2)
    waits(take(world, 'big', 3, 1))
    expect(take(world, 'small', 1, 20).type).toBe('granted')
    expect(take(world, 'other', 1, 20).type).toBe('waiting')
  })

  test('how long one machine takes to be let in to is not reckoned by that of another pool', () => {
    const pools = [poolOf('fast', { prepareMs: 0 }), poolOf('slow')]
    const world = new World(
      siteOf({
        pools,
        machines: [
          ...machinesOf('fast', 'intel', 2),
          ...machinesOf('slow', 'intel', 1).map((machine) => ({ ...machine, name: 'slow-1' as MachineName })),
        ],
        tenants: ['filler', 'big', 'small', 'other'].map((name) => tenantOf(name)),
      }),
    )
    take(world, 'filler', 1, 3, { pool: 'fast' })
    take(world, 'filler', 1, 20, { pool: 'slow' })
    world.work()
    waits(take(world, 'big', 2, 1, { pool: 'fast' }))
    const longest = 3 - turnaroundMs(pools[0]!) / HOUR
    expect(take(world, 'small', 1, longest + 1 / 60).type).toBe('waiting')
    expect(take(world, 'other', 1, longest).type).toBe('granted')
  })

  test('a short lease passes behind a long one of the same machines that does not', () => {
    const { world } = lent(2, 1, 12)
    waits(take(world, 'big', 2, 1))
    waits(take(world, 'small', 1, 20))
    waits(take(world, 'other', 1, 2))
    world.pass(HOUR + GRACE)
    expect(['small', 'other'].map((name) => world.fleet.leasesOf.size(name))).toEqual([0, 1])
  })

  test('who asked before the grace was shortened is not taken for one who asked after', () => {
    const { world } = lent(2, 1, 6)
    waits(take(world, 'big', 2, 1))
    const graces = (graceMs: number) =>
      world.ask('duffy', {
        do: 'configure',
        site: { ...siteWith(2), digest: `${graceMs}`, pools: [poolOf('metal', { graceMs })] },
      })
    graces(6 * HOUR)
    waits(take(world, 'small', 1, 2))
    graces(GRACE)
    waits(take(world, 'other', 1, 2))
    world.pass(HOUR + GRACE)
    expect(['small', 'other'].map((name) => world.fleet.leasesOf.size(name))).toEqual([0, 1])
  })

  test('asking not to wait is refused rather than given what is kept', () => {
    const { world } = lent(2, 3)
    waits(take(world, 'big', 2, 1))
    expect(take(world, 'small', 1, 20, { queue: false }).type).toBe('noneFree')
  })

  test('only what is set aside for those before is kept from a request of a higher priority', () => {
    const world = new World(
      siteOf({
        machines: machinesOf('metal', 'intel', 2),
        tenants: [tenantOf('filler'), tenantOf('big'), tenantOf('small', { priority: 5 })],
      }),
    )
    take(world, 'filler', 1, 3)
    waits(take(world, 'big', 2, 1))
    expect(take(world, 'small', 1, 20, { priority: 5 }).type).toBe('granted')
  })

  test('the record says how many machines were set aside for others', () => {
    const { world } = lent(3, 3)
    waits(take(world, 'big', 3, 1))
    const request = world.fleet.requests.need(waits(take(world, 'small', 1, 20)))
    expect(request.state).toMatchObject({ why: { dropped: { aside: 2, busy: 1 } } })
  })

  test('machines that are off are woken where they are set aside', () => {
    const world = new World(
      siteOf({
        platforms: [platformOf('home', { vendor: 'intel' }), platformOf('near', { vendor: 'intel' })],
        pools: [poolOf('metal', { ready: 0, afterLease: 'shutdown' })],
        machines: [...machinesOf('metal', 'home', 2, ['home']), ...machinesOf('metal', 'near', 2, ['near'])],
        tenants: [tenantOf('filler'), tenantOf('big')],
      }),
    )
    take(world, 'big', 1, 1, { platform: 'same', labels: ['home'] })
    world.work()
    world.done('irc:net:big', null)
    world.work()
    take(world, 'filler', 2, 20, { labels: ['home'] })
    take(world, 'filler', 1, 2, { labels: ['near'] })
    world.work()
    waits(take(world, 'big', 2, 1, { platform: 'same' }))
    world.work()
    const near = world.fleet.stocks.all().find(({ shape }) => shape.platform === 'near')!
    expect([near.off.size, near.ready.size]).toEqual([0, 1])
  })
})

describe('whoever cannot be served at all blocks nobody', () => {
  test('because too many machines are out of service', () => {
    const { world } = lent(3, 2)
    world.perform = (order) =>
      order.step === 'recycle' || order.step === 'revoke' || order.step === 'rebuild'
        ? { outcome: 'failed', message: 'no' }
        : { outcome: 'ok', report: { address: 'a', port: 1 } }
    world.done('irc:net:filler', null)
    for (let tries = 0; tries < 9; tries += 1) world.pass(MINUTE)
    expect([...world.fleet.machines.values()].filter(({ state }) => state.status === 'quarantined')).toHaveLength(1)
    waits(take(world, 'big', 3, 1))
    expect(setAsideAt(world.fleet, world.at).claims).toEqual([])
    expect(take(world, 'small', 1, 20).type).toBe('granted')
  })

  test('because its tenant holds as much as it may', () => {
    const world = new World(
      siteOf({
        machines: machinesOf('metal', 'intel', 4),
        tenants: [tenantOf('filler'), tenantOf('big', { quota: 3 }), tenantOf('small')],
      }),
    )
    take(world, 'filler', 3, 3)
    waits(take(world, 'big', 2, 1))
    waits(take(world, 'big', 2, 1))
    world.done('irc:net:filler', null)
    world.work()
    expect(world.fleet.waitingOf.size('big')).toBe(1)
    expect(setAsideAt(world.fleet, world.at).claims).toEqual([])
    expect(take(world, 'small', 2, 20).type).toBe('granted')
  })
})

describe('an end that somebody counts on', () => {
  const extend = (world: World, what: LeaseId, hours: number) =>
    told(world.ask('irc:net:filler', { do: 'extend', what, byMs: hours * HOUR }))

  test('cannot be put off', () => {
    const { world, leases } = lent(2, 2, 3)
    waits(take(world, 'big', 2, 1))
    expect(extend(world, leases[1]!, 1)).toMatchObject({
      type: 'awaited',
      until: world.at + 3 * HOUR,
      awaited: { machineType: 'metal', requests: 1 },
    })
  })

  test('can be put off until the last of those that are counted on', () => {
    const { world, leases } = lent(2, 2, 3)
    waits(take(world, 'big', 2, 1))
    const until = world.at + 3 * HOUR
    expect(extend(world, leases[0]!, 20)).toMatchObject({
      type: 'extended',
      until,
      cutTo: until,
      awaited: { requests: 1 },
    })
  })

  test('can be put off as long as another machine is free by then', () => {
    const { world, leases } = lent(3, 2, 2, 2)
    waits(take(world, 'big', 1, 1))
    expect(extend(world, leases[0]!, 20)).toMatchObject({ type: 'extended', awaited: null })
    expect(extend(world, leases[1]!, 20)).toMatchObject({ type: 'extended', awaited: null })
    expect(extend(world, leases[2]!, 20)).toMatchObject({ type: 'awaited' })
  })

  test('can be put off by whoever counts on it', () => {
    const { world, leases } = lent(2, 2, 3)
    waits(take(world, 'filler', 2, 1))
    expect(extend(world, leases[1]!, 1)).toMatchObject({ type: 'extended', awaited: null })
  })

  test('is not put off by keeping the machine for debugging either', () => {
    const { world, leases } = lent(2, 2, 3)
    waits(take(world, 'big', 2, 1))
    const hold = (what: LeaseId) => told(world.ask('irc:net:filler', { do: 'hold', what, forMs: null, reason: '' }))
    expect(hold(leases[1]!)).toMatchObject({ type: 'awaited' })
    expect(hold(leases[0]!)).toMatchObject({ type: 'held', until: world.at + 3 * HOUR, awaited: { requests: 1 } })
  })
})

interface Small {
  readonly minute: number
  readonly hours: number
  readonly count: number
}

/** When the big request is served, if leases end at their planned ends and these others come after it. */
const servedAt = (hours: readonly number[], count: number, smalls: readonly Small[]): number => {
  const world = new World(siteWith(MACHINES))
  for (const length of hours) take(world, 'filler', 1, length)
  world.work()
  const begun = world.at
  const asked = take(world, 'big', count, 1)
  if (asked.type === 'granted') return 0
  const coming = smalls.toSorted((a, b) => a.minute - b.minute)
  // It is the first: the others hold a machine each.
  for (let minute = 0; minute <= 24 * 60; minute += 10) {
    world.at = (begun + minute * MINUTE) as Instant
    world.ask('duffy', { do: 'sweep' })
    world.work()
    while (coming[0] !== undefined && coming[0].minute <= minute) {
      const { hours: long, count: wanted } = coming.shift()!
      take(world, 'small', wanted, long)
      world.work()
    }
    if (!world.fleet.requests.has(waits(asked))) return minute
  }
  return Infinity
}
const MACHINES = 5

const someHours = fc.integer({ min: 1, max: 10 })
const smalls = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 12 * 60 }),
    hours: fc.oneof(someHours, fc.constantFrom(0.25, 0.5, 0.75, 1.5)),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 12 },
)

test('later and smaller requests never make the first wait longer', () => {
  fc.assert(
    fc.property(
      fc.array(someHours, { minLength: 1, maxLength: MACHINES }),
      fc.integer({ min: 1, max: MACHINES }),
      smalls,
      (hours, count, later) => {
        expect(servedAt(hours, count, later)).toBeLessThanOrEqual(servedAt(hours, count, []))
      },
    ),
    { numRuns: 25 },
  )
})
