import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openRun, type Instant, type RunResult, MINUTE } from '#core'
import { anyGet, anyTenant, BUSY_SITE } from '../kit/histories.ts'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, World } from '../kit/world.ts'

type Action =
  | { readonly act: 'get'; readonly by: string; readonly get: object }
  | { readonly act: 'done' | 'extend' | 'hold' | 'lift'; readonly which: number }
  | { readonly act: 'run'; readonly which: number; readonly outcome: RunResult['outcome'] }
  | { readonly act: 'pass'; readonly minutes: number }
  | {
      readonly act: 'reserve'
      readonly by: string
      readonly count: number
      readonly ahead: number
      readonly hours: number
    }
  | { readonly act: 'maintain'; readonly which: number; readonly ahead: number; readonly minutes: number | null }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant('get' as const), by: anyTenant, get: anyGet }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('done' as const, 'extend' as const, 'hold' as const, 'lift' as const),
      which: fc.nat(20),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      act: fc.constant('run' as const),
      which: fc.nat(30),
      outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'failed', 'deadline'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('maintain' as const),
      which: fc.nat(20),
      ahead: fc.constantFrom(0, 0, 30, 120, 300),
      minutes: fc.constantFrom(null, 20, 90),
    }),
  },
)

const pick = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}

/** Each decision is followed by a look for what must hold of any fleet, windows included. */
const live = (world: World, step: Action): void => {
  const { fleet, at } = world
  switch (step.act) {
    case 'get':
      return void world.get(step.by, step.get)
    case 'done':
    case 'extend':
    case 'hold': {
      const lease = pick(fleet.leases.values(), step.which)
      if (lease === undefined) return
      const by = `irc:net:${lease.tenant}`
      if (step.act === 'done') world.done(by, lease.id)
      else if (step.act === 'hold') world.ask(by, { do: 'hold', what: lease.id, forMs: null, reason: '' })
      else world.ask(by, { do: 'extend', what: lease.id, byMs: 60 * MINUTE })
      return
    }
    case 'run': {
      const run = pick(fleet.runs.values(), step.which)
      if (run === undefined || run.dueAt > at) return
      const result: RunResult =
        step.outcome === 'ok'
          ? { outcome: 'ok', report: { address: 'a', port: 1 } }
          : { outcome: step.outcome, message: 'as chance has it' }
      return void world.ask('duffy', { do: 'finishRun', run: run.id, fence: run.fence, result })
    }
    case 'pass':
      world.at = (at + step.minutes * MINUTE) as Instant
      return void world.ask('duffy', { do: 'sweep' })
    case 'reserve': {
      const get = { ...PLAIN_GET, count: step.count, platform: 'any', durationMs: step.hours * 60 * MINUTE } as const
      return void world.ask(step.by, { do: 'reserve', get, from: (at + step.ahead * MINUTE) as Instant })
    }
    case 'maintain': {
      const machine = pick(fleet.machines.values(), step.which)!
      const from = step.ahead === 0 ? null : ((at + step.ahead * MINUTE) as Instant)
      const forMs = step.minutes === null ? null : step.minutes * MINUTE
      const command = { do: 'setMaintenance', what: machine.name, from, until: null, forMs, reason: '' } as const
      return void world.ask('duffy', command)
    }
    case 'lift':
      return void world.ask('duffy', { do: 'endMaintenance', what: pick(fleet.machines.values(), step.which)!.name })
  }
}

const history = fc.array(action, { maxLength: 120, size: 'max' })
const RUNS = { numRuns: 300 }

describe('with maintenance now and then', () => {
  test('no window overlaps a lease that began after it was set, and nothing is done with a machine that is in one', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const world = new World(BUSY_SITE)
        for (const step of actions) {
          live(world, step)
          for (const machine of world.fleet.machines.values()) {
            if (machine.state.status !== 'maintenance') continue
            expect(machine.maintenance!.from).toBeLessThanOrEqual(world.at)
            expect(openRun(machine)).toBeNull()
          }
        }
      }),
      RUNS,
    )
  })

  test('whatever befell, once all windows are over and all runs have ended every machine is back', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const world = new World(BUSY_SITE)
        for (const step of actions) live(world, step)
        for (const { name } of world.fleet.machines.values()) world.ask('duffy', { do: 'endMaintenance', what: name })
        for (let hour = 0; hour < 48; hour += 1) world.pass(60 * MINUTE)
        expect([...world.fleet.machines.values()].filter(({ maintenance }) => maintenance !== null)).toEqual([])
        expect([...world.fleet.machines.values()].map(({ state }) => state.status)).not.toContain('maintenance')
        expect(world.fleet.requests.size).toBe(0)
        const closing = world.fleet.stocks.all().filter(({ shape }) => shape.closesAt !== null)
        expect(closing).toEqual([])
      }),
      RUNS,
    )
  })
})

const reservation: fc.Arbitrary<Action> = fc.record({
  act: fc.constant('reserve' as const),
  by: anyTenant,
  count: fc.integer({ min: 1, max: 3 }),
  ahead: fc.integer({ min: 1, max: 600 }),
  hours: fc.integer({ min: 1, max: 4 }),
})
const busy: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: reservation },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('get' as const), by: anyTenant, get: anyGet }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('done' as const, 'extend' as const, 'hold' as const),
      which: fc.nat(20),
    }),
  },
)
/** Machines that are always well, whose steps take no time, and tenants whose quotas keep nobody back. */
const CALM_SITE = siteOf({
  pools: [poolOf('metal', { steps: [] })],
  machines: machinesOf('metal', 'intel', 5, ['ssd']),
  tenants: ['alice', 'bob', 'carol'].map((name) => tenantOf(name, { holds: 100 })),
})

describe('with reservations', () => {
  test('where machines are well each begins at its instant, however busy it is, and nobody else holds its machines then', () => {
    let begun = 0
    fc.assert(
      fc.property(
        fc.array(fc.tuple(busy, fc.integer({ min: 0, max: 40 })), { maxLength: 80, size: 'max' }),
        (steps) => {
          const world = new World(CALM_SITE)
          for (const [step, minutes] of steps) {
            if (!isForOneself(world, step)) live(world, step)
            const until = world.at + minutes * MINUTE
            for (let at = dueBy(world, until); at !== null; at = dueBy(world, until)) {
              world.at = at
              world.ask('duffy', { do: 'sweep' })
              const late = [...world.fleet.reservations.of('metal')].filter(({ reserved }) => reserved!.from <= at)
              expect(late).toEqual([])
              begun += 1
            }
            world.at = until as Instant
            world.ask('duffy', { do: 'sweep' })
          }
        },
      ),
      RUNS,
    )
    expect(begun).toBeGreaterThan(0)
  })
})

/** Whoever extends what they hold may do so at the cost of what they themselves have reserved. */
const isForOneself = ({ fleet }: World, step: Action): boolean => {
  if (step.act !== 'extend' && step.act !== 'hold') return false
  const lease = pick(fleet.leases.values(), step.which)
  return [...fleet.reservations.of('metal')].some(({ tenant }) => tenant === lease?.tenant)
}

/** When the next thing is due by itself; ticks come as often as is needed to miss none. */
const dueBy = ({ fleet, at }: World, until: number): Instant | null => {
  const [reserved] = fleet.reservations.of('metal')
  const lease = fleet.dueLeases.first('all')
  const next = Math.min(reserved?.reserved?.from ?? Infinity, lease?.dueAt ?? Infinity)
  return next <= until ? (Math.max(next, at) as Instant) : null
}
