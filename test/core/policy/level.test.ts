import { describe, expect, test } from 'vitest'
import { answer, answerSaid, enoughFor, levelOf, type Instant, type Pool, MINUTE, HOUR, DAY } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'
import { replayed } from '../../kit/snapshot.ts'
import { World } from '../../kit/world.ts'

const ALICE = 'irc:net:alice'
/** A Monday, 00:00 UTC. */
const START = Date.UTC(2026, 0, 5) as Instant

const PREDICTED = { missProbability: 0.05, least: 0, most: 20, atFirst: 2 }
const worldOf = (ready: Pool['ready'] = PREDICTED, over: Parameters<typeof poolOf>[1] = {}): World => {
  const vm = poolOf('vm', { type: 'vm', kind: 'elastic', afterLease: 'shutdown', ready, graceMs: 0, ...over })
  const site = siteOf({ pools: [vm], machines: machinesOf('vm', 'amd', 20), tenants: [tenantOf('alice')] })
  return Object.assign(new World(site), { at: START })
}
const poolIn = ({ fleet }: World): Pool => fleet.pools.values().next().value!
const level = (world: World, at: number = world.at): number =>
  levelOf(world.fleet, poolIn(world), at as Instant).machines
/** Provisioning takes six minutes from now on. */
const slow = (world: World): void => {
  const key = 'vm/provision'
  world.fleet.stepTimes.put(key, { key, count: 24, recentMs: Array<number>(24).fill(6 * MINUTE), meanMs: 6 * MINUTE })
}
/** So many weeks in which twenty machines are wanted, three minutes apart, from nine to ten on each day, and none at other times. */
const live = (world: World, weeks: number): void => {
  for (let day = 0; day < 7 * weeks; day += 1) {
    for (let asked = 0; asked < 20; asked += 1) {
      world.pass(START + day * DAY + 9 * HOUR + asked * 3 * MINUTE - world.at)
      world.get(ALICE, { type: 'vm', platform: 'any', durationMs: 2 * MINUTE })
      world.work()
    }
    world.pass(START + (day + 1) * DAY - world.at)
  }
  slow(world)
}

describe('a level that follows demand', () => {
  test('is the one to begin with until a week has been seen', () => {
    const world = worldOf()
    expect(level(world)).toBe(2)
    live(world, 1)
    expect(level(world, START + 7 * DAY + 8 * HOUR)).toBe(2)
    expect(level(world, START + 7 * DAY + 9 * HOUR)).not.toBe(2)
  })

  test('is high for the hour that was busy in the weeks before, and low for the others', () => {
    const world = worldOf()
    live(world, 3)
    expect(level(world, world.at + 9 * HOUR + 20 * MINUTE)).toBeGreaterThanOrEqual(4)
    expect(level(world, world.at + 15 * HOUR)).toBeLessThanOrEqual(1)
  })

  test('looks ahead by the time that it takes to make a machine', () => {
    const world = worldOf()
    live(world, 3)
    expect(level(world, world.at + 9 * HOUR - 20 * MINUTE)).toBeLessThanOrEqual(1)
    expect(level(world, world.at + 9 * HOUR - MINUTE)).toBeGreaterThanOrEqual(4)
  })

  test('keeps within its bounds', () => {
    const world = worldOf({ ...PREDICTED, least: 1, most: 3 })
    live(world, 3)
    expect(level(world, world.at + 9 * HOUR)).toBe(3)
    expect(level(world, world.at + 15 * HOUR)).toBe(1)
  })

  test('is higher the rarer it may miss', () => {
    const often = worldOf({ ...PREDICTED, missProbability: 0.3 })
    const rarely = worldOf({ ...PREDICTED, missProbability: 0.001 })
    for (const world of [often, rarely]) live(world, 3)
    expect(level(rarely, rarely.at + 9 * HOUR)).toBeGreaterThan(level(often, often.at + 9 * HOUR))
  })

  test('fades where nobody comes any more', () => {
    const world = worldOf()
    live(world, 3)
    const busy = level(world, world.at + 9 * HOUR)
    expect(level(world, world.at + 5 * 7 * DAY + 9 * HOUR)).toBeLessThan(busy)
  })

  test('is the same from the log', () => {
    const world = worldOf()
    live(world, 1)
    const fleet = replayed(world.log)
    for (const one of world.fleet.personal.values()) fleet.personal.restore(one.ref, one)
    for (const one of world.fleet.stepTimes.values()) fleet.stepTimes.restore(one.key, one)
    expect([...fleet.demand.values()]).toEqual([...world.fleet.demand.values()])
    expect([...fleet.demand.values()]).toHaveLength(1)
  })

  test('is forgotten with the setting', () => {
    const world = worldOf()
    live(world, 1)
    const pools = [poolOf('vm', { type: 'vm', kind: 'elastic', afterLease: 'shutdown', ready: 1 })]
    const machines = machinesOf('vm', 'amd', 20)
    world.ask('duffy', { do: 'configure', site: siteOf({ digest: 'two', pools, machines }) })
    expect(world.fleet.demand.size).toBe(0)
  })

  test('is said with its reason', () => {
    const world = worldOf()
    const said = (): string => {
      const told = answer(world.fleet, { by: ALICE as never, at: world.at }, { ask: 'status', pool: 'vm' })
      return answerSaid(told, { say: (line) => line, at: world.at, fingerprint: () => '' }).room[0]!
    }
    expect(said()).toContain('2 to be kept ready until a week has been seen')
    live(world, 2)
    world.at = (world.at + 9 * HOUR) as Instant
    expect(said()).toMatch(/; \d to be kept ready, since about 1\.\d are wanted in the 6m that it takes to make one/)
  })
})

describe('the machines of a pool whose level follows demand', () => {
  const on = ({ fleet }: World): number => 20 - fleet.statuses.of('vm/enrolled')

  test.each(['elastic', 'fixed'] as const)('are made before they are wanted, and turned off after (%s)', (kind) => {
    const world = worldOf(PREDICTED, { kind, steps: ['provision', 'grant', 'revoke', 'shutdown'] })
    live(world, 3)
    const counts = new Map<number, number>()
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      world.pass(START + 21 * DAY + minute * MINUTE - world.at)
      counts.set(minute, on(world))
    }
    expect(counts.get(9 * 60)).toBeGreaterThanOrEqual(4)
    expect(counts.get(15 * 60)).toBeLessThanOrEqual(1)
  })

  test('do not go off and on again while the level wavers', () => {
    const world = worldOf()
    live(world, 3)
    const changes: number[] = []
    let before = on(world)
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      world.pass(START + 21 * DAY + minute * MINUTE - world.at)
      // A step that is measured anew makes the level waver.
      const meanMs = (6 + (minute % 2)) * MINUTE
      world.fleet.stepTimes.put('vm/provision', { key: 'vm/provision', count: 24, recentMs: [meanMs], meanMs })
      if (on(world) !== before) changes.push(Math.sign(on(world) - before))
      before = on(world)
    }
    // Up once towards nine, and down once after ten: no step down before the last step up.
    expect(changes).toEqual(changes.toSorted((a, b) => b - a))
    expect(changes.length).toBeGreaterThan(1)
  })

  test('are for those who wait first', () => {
    const world = worldOf({ ...PREDICTED, atFirst: 1 })
    for (let asked = 0; asked < 20; asked += 1) world.get(ALICE, { type: 'vm', platform: 'any' })
    world.work()
    expect(world.fleet.requests.size).toBe(0)
    expect(world.fleet.leases.size).toBe(20)
  })
})

describe('enough for a demand', () => {
  /** By the formulas as they stand in books, with what core does without. */
  const least = (chance: (count: number) => number, miss: number): number => {
    let sum = 0
    for (let count = 0; ; count += 1) if ((sum += chance(count)) >= 1 - miss) return count
  }
  const logFactorial = (count: number): number => {
    let sum = 0
    for (let factor = 2; factor <= count; factor += 1) sum += Math.log(factor)
    return sum
  }
  const poisson = (mean: number) => (count: number) => Math.exp(count * Math.log(mean) - mean - logFactorial(count))
  /** Failures before the `size`-th success of chance `p`. */
  const negativeBinomial = (size: number, p: number) => (count: number) =>
    Math.exp(logFactorial(count + size - 1) - logFactorial(count) - logFactorial(size - 1) + size * Math.log(p)) *
    (1 - p) ** count

  test.each([0.01, 0.04, 0.3, 1, 3, 7.5, 40, 2_000])(
    'is the quantile of Poisson where it comes evenly (mean %d)',
    (mean) => {
      for (const miss of [0.3, 0.05, 0.001])
        expect(enoughFor(mean, mean, miss, 100_000)).toBe(least(poisson(mean), miss))
    },
  )

  test.each([
    [1, 0.5],
    [3, 0.25],
    [20, 0.1],
  ])('is the quantile of the negative binomial where it does not (size %d, chance %d)', (size, p) => {
    const mean = (size * (1 - p)) / p
    for (const miss of [0.3, 0.05, 0.001])
      expect(enoughFor(mean, mean / p, miss, 100_000)).toBe(least(negativeBinomial(size, p), miss))
  })

  test('is nothing where nothing comes, and never more than there may be', () => {
    expect(enoughFor(0, 0, 0.05, 10)).toBe(0)
    expect(enoughFor(50, 50, 0.05, 10)).toBe(10)
  })
})
