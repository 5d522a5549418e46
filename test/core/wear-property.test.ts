import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHASSIS_RULES, type Instant, type Machine, type Site, MINUTE, HOUR, DAY } from '#core'
import { machinesOf, platformOf, poolOf, siteOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

const siteWith = (count: number, pool: Parameters<typeof poolOf>[1] = {}, chassis: readonly string[] = []): Site =>
  siteOf({
    platforms: [platformOf('amd')],
    pools: [poolOf('metal', pool)],
    machines: machinesOf('metal', 'amd', count).map((one, at) => ({ ...one, chassis: chassis[at] ?? null })),
  })
const anyPool = fc.record({
  count: fc.integer({ min: 2, max: 9 }),
  chassis: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 }),
  rule: fc.constantFrom(...CHASSIS_RULES),
  afterLease: fc.constantFrom('recycle' as const, 'rebuild' as const, 'shutdown' as const),
})
type AnyPool = typeof anyPool extends fc.Arbitrary<infer T> ? T : never
const worldOf = ({ count, chassis, rule, afterLease }: AnyPool): World =>
  new World(siteWith(count, { chassis: rule, afterLease }, chassis))

const machinesIn = ({ fleet }: World): Machine[] => [...fleet.machines.values()]
const attempts = (machines: readonly Machine[]): number[] => machines.map((machine) => machine.attempts)
const apart = (figures: readonly number[]): number => Math.max(...figures) - Math.min(...figures)

test('no free machine with fewer attempts is passed over, however its pool shares chassis and whatever failed before', () => {
  const asked = fc.record({
    size: fc.integer({ min: 1, max: 4 }),
    fails: fc.integer({ min: 0, max: 3 }),
    back: fc.boolean(),
  })
  fc.assert(
    fc.property(anyPool, fc.array(asked, { minLength: 5, maxLength: 25 }), (pool, history) => {
      const world = worldOf(pool)
      const well = world.perform
      let fails = 0
      world.perform = (order, run) =>
        order.step === 'grant' && (fails -= 1) >= 0 ? { outcome: 'failed', message: 'no' } : well(order, run)
      for (const { size, fails: failing, back } of history) {
        const free = machinesIn(world).filter(({ state }) => state.status === 'ready')
        const outcome = world.get(ALICE, { count: Math.min(size, pool.count), queue: false })
        if (outcome.type === 'granted') {
          const taken = new Set(world.lease(outcome).machines.map(({ machine }) => machine))
          const most = Math.max(...attempts(free.filter(({ name }) => taken.has(name))))
          expect(Math.min(...attempts(free.filter(({ name }) => !taken.has(name))))).toBeGreaterThanOrEqual(most)
        }
        fails = failing
        world.work()
        if (back) world.done(ALICE, 'all')
        world.pass(HOUR / 4)
      }
    }),
    { numRuns: 60 },
  )
})

test('leases of equal size, one after the other, leave uses at most one apart', () => {
  fc.assert(
    fc.property(anyPool, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 30 }), (pool, size, leases) => {
      const world = worldOf(pool)
      for (let time = 0; time < leases; time += 1) {
        const { id } = world.lease(world.get(ALICE, { count: Math.min(size, pool.count) }))
        world.work()
        world.done(ALICE, id)
        world.work()
        expect(apart(machinesIn(world).map(({ uses }) => uses))).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 60 },
  )
})

test('a new machine starts with the fewest attempts of its platform, so that it is neither worn first nor spared', () => {
  const used = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 })
  fc.assert(
    fc.property(anyPool, used, (pool, sizes) => {
      const world = worldOf(pool)
      for (const size of sizes) {
        const { id } = world.lease(world.get(ALICE, { count: Math.min(size, pool.count) }))
        world.work()
        world.done(ALICE, id)
        world.work()
      }
      const fewest = Math.min(...attempts(machinesIn(world)))
      const more = siteWith(pool.count + 1, { chassis: pool.rule, afterLease: pool.afterLease }, pool.chassis)
      world.ask('duffy', { do: 'configure', site: { ...more, digest: 'two' } })
      expect(world.fleet.machines.need(`amd-${pool.count + 1}` as never).attempts).toBe(fewest)
    }),
    { numRuns: 60 },
  )
})

/** For some hours: a lease, a step that fails (not the burn-in, which would cost the others their turn), and a machine in maintenance. */
const anySpell = fc.record({
  hours: fc.integer({ min: 1, max: 40 }),
  size: fc.integer({ min: 1, max: 3 }),
  lasts: fc.integer({ min: 1, max: 24 }),
  fails: fc.constantFrom(null, null, 'check' as const, 'recycle' as const),
  maintained: fc.option(fc.record({ which: fc.nat(24), inHours: fc.nat(30), hours: fc.integer({ min: 1, max: 60 }) })),
})

test('every machine in good health gets a lease or a burn-in within its idle limit, over simulated weeks', () => {
  fc.assert(
    fc.property(
      fc.array(anySpell, { minLength: 20, maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 25 }),
      fc.boolean(),
      (history, count, off) => {
        // Here Duffy looks every half hour, and so needs that long for each step.
        const deadlineMs = { ...poolOf('metal').deadlineMs, provision: 30 * MINUTE, burnin: 45 * MINUTE }
        const over = { idleLimitMs: 3 * DAY, deadlineMs, ...(off && { afterLease: 'shutdown' as const, ready: 1 }) }
        const world = new World(siteWith(count, over))
        const well = world.perform
        let fails: string | null = null
        /** When each was last out of service, or failed. */
        const unwell = new Map<string, number>()
        world.perform = (order, run) => {
          if (order.step !== fails) return well(order, run)
          unwell.set(order.machine.name, world.at)
          return { outcome: 'failed', message: 'no' }
        }
        for (const { hours, size, lasts, fails: failing, maintained } of history) {
          fails = failing
          world.get(ALICE, { count: size, durationMs: lasts * HOUR, queue: false })
          if (maintained !== null) maintain(world, { ...maintained, which: 1 + (maintained.which % count) })
          for (let half = 0; half < 2 * hours; half += 1) {
            world.pass(HOUR / 2)
            for (const { name, state, workedAt } of machinesIn(world)) {
              if (state.status !== 'ready' && state.status !== 'enrolled') unwell.set(name, world.at)
              expect(world.at - Math.max(workedAt, unwell.get(name) ?? 0), name).toBeLessThanOrEqual(3 * DAY)
            }
          }
        }
      },
    ),
    { numRuns: 12 },
  )
})

const maintain = (world: World, { which, inHours, hours }: Record<'which' | 'inHours' | 'hours', number>): void => {
  const from = (world.at + inHours * HOUR) as Instant
  world.ask('duffy', {
    do: 'setMaintenance',
    what: `amd-${which}`,
    from,
    until: null,
    forMs: hours * HOUR,
    reason: 'a look inside',
  })
}
