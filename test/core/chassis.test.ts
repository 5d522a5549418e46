import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answer,
  answerSaid,
  leaseView,
  outcomeSaid,
  type ChassisChoice,
  type ChassisRule,
  type GetCommand,
  type Identity,
  type Lease,
  type Machine,
  type Outcome,
} from '#core'
import { platformOf, poolOf, siteOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

interface Standing {
  readonly chassis: string | null
  readonly attempts?: number
}

/** Machines `m-0`, `m-1` and so on of one platform, where they stand and as worn as told. */
const world = (standing: readonly Standing[], rule: ChassisRule = 'any'): World => {
  const made = new World(
    siteOf({
      platforms: [platformOf('amd')],
      pools: [poolOf('metal', { chassis: rule })],
      machines: standing.map(({ chassis }, index) => ({
        name: `m-${index}` as never,
        pool: 'metal' as never,
        platform: 'amd' as never,
        chassis,
        labels: [],
        variables: {},
      })),
    }),
  )
  for (const [index, { attempts = 0 }] of standing.entries()) {
    const machine = made.fleet.machines.need(`m-${index}` as never)
    made.fleet.machines.put(machine.name, { ...machine, attempts })
  }
  return made
}
const on = (...chassis: readonly (string | null)[]): Standing[] => chassis.map((one) => ({ chassis: one }))
const get = (of: World, over: Partial<GetCommand>): Lease => of.lease(of.get(ALICE, over))
const names = (lease: Lease): string[] => lease.machines.map(({ machine }) => machine)
const say = (line: string): string => `"${line}"`
const why = (of: World, lease: Lease): string => {
  const told = answer(of.fleet, { by: ALICE as Identity, at: of.at }, { ask: 'why', about: lease.id })
  return answerSaid(told, { say, at: of.at, fingerprint: () => 'SHA256:x' }).room.join('\n')
}
const said = (of: World, lease: Lease): string =>
  outcomeSaid({ type: 'granted', request: lease.request, lease: lease.id } satisfies Outcome, {
    fleet: of.fleet,
    at: of.at,
    say,
    fingerprint: () => 'SHA256:x',
  }).room.join('\n')

describe('a request for several machines', () => {
  test('gets the least worn wherever they stand, unless its pool or it says otherwise', () => {
    expect(names(get(world(on('a', 'a', 'b', 'b')), { count: 2 }))).toEqual(['m-0', 'm-1'])
  })

  test('gets one of each chassis if it says spread', () => {
    expect(names(get(world(on('a', 'a', 'b', 'b')), { count: 2, chassis: 'spread' }))).toEqual(['m-0', 'm-2'])
  })

  test('gets as equally many of each as there are, if there are fewer chassis than machines', () => {
    const { chassis } = get(world(on('a', 'a', 'a', 'b', 'b', 'c')), { count: 5, chassis: 'spread' }).why
    expect(chassis).toMatchObject({ on: 3, together: 2 })
  })

  test('gets all of one chassis if it says pack', () => {
    expect(names(get(world(on('a', 'b', 'b', 'c')), { count: 2, chassis: 'pack' }))).toEqual(['m-1', 'm-2'])
  })

  test('is packed into the smallest chassis that has enough, so that larger ones stay whole', () => {
    expect(names(get(world(on('a', 'a', 'a', 'b', 'b')), { count: 2, chassis: 'pack' }))).toEqual(['m-3', 'm-4'])
  })

  test('is served as its pool says where it says nothing, and as it says where it does', () => {
    const standing = on('a', 'a', 'b', 'b')
    expect(names(get(world(standing, 'spread'), { count: 2 }))).toEqual(['m-0', 'm-2'])
    expect(names(get(world(standing, 'spread'), { count: 2, chassis: 'pack' }))).toEqual(['m-0', 'm-1'])
    expect(get(world(standing, 'spread'), { count: 2, chassis: 'any' }).why.chassis).toBeNull()
  })

  test('is refused nothing for it: what shares chassis otherwise is lent too, and the answer says so', () => {
    const of = world(on('a', 'a'))
    const lease = get(of, { count: 2, chassis: 'spread' })
    expect(said(of, lease)).toContain(
      'You said "spread", but 2 of them share a chassis: no others were free within 2 attempts of these.',
    )
  })

  test('is told nothing about chassis where they are shared as was wanted', () => {
    const of = world(on('a', 'b'))
    expect(said(of, get(of, { count: 2, chassis: 'spread' }))).not.toContain('chassis')
  })

  test('takes machines whose chassis nobody named for neighbours when it spreads, and for strangers when it packs', () => {
    const of = world(on(null, null))
    const spread = get(of, { count: 2, chassis: 'spread' })
    expect(spread.why.chassis).toMatchObject({ on: 1, together: 2, unknown: 2 })
    expect(said(of, spread)).toContain('the config does not name that of 2')
    expect(get(world(on(null, null)), { count: 2, chassis: 'pack' }).why.chassis).toMatchObject({ on: 2 })
  })
})

describe('why', () => {
  test('says on how many chassis a lease is, and who wanted that', () => {
    const of = world(on('a', 'b'), 'spread')
    expect(why(of, get(of, { count: 2 }))).toContain('On 2 chassis: its pool says "spread".')
  })

  test('says what wear was traded for it', () => {
    const of = world([{ chassis: 'a' }, { chassis: 'a' }, { chassis: 'b', attempts: 1 }])
    const lease = get(of, { count: 2, chassis: 'spread' })
    expect(names(lease)).toEqual(['m-0', 'm-2'])
    expect(why(of, lease)).toContain('For that one was taken with 1 attempt more than another had.')
    expect(why(of, lease)).not.toContain('least worn')
  })
})

test('a pool never trades wear for chassis', () => {
  const of = world([{ chassis: 'a' }, { chassis: 'a' }, { chassis: 'b', attempts: 1 }], 'spread')
  expect(names(get(of, { count: 2 }))).toEqual(['m-0', 'm-1'])
})

test('wear is not traded where nothing is won by it', () => {
  const of = world([{ chassis: 'a' }, { chassis: 'b' }, { chassis: 'c', attempts: 1 }])
  expect(get(of, { count: 2, chassis: 'spread' }).why.chassis).toMatchObject({ ahead: 0 })
})

test('a machine in place of one that failed stands where the others want it', () => {
  const of = world(on('a', 'b', 'b', 'c'))
  const well = of.perform
  of.perform = (order, run) =>
    order.step === 'grant' && order.machine.name === 'm-0' ? { outcome: 'failed', message: 'no' } : well(order, run)
  const { id } = get(of, { count: 2, chassis: 'spread' })
  of.work()
  const lease = leaseView(of.fleet, of.fleet.leases.need(id))
  expect(lease.machines.map(({ name, chassis }) => [name, chassis])).toEqual([
    ['m-1', 'b'],
    ['m-3', 'c'],
  ])
})

const anyStanding = fc.array(
  fc.record({
    chassis: fc.constantFrom('a', 'b', 'c', null),
    attempts: fc.integer({ min: 0, max: 4 }),
  }),
  { minLength: 1, maxLength: 8 },
)
const anyRule = fc.constantFrom('spread' as const, 'pack' as const)

/** Every way to take so many. */
const subsets = <T>(items: readonly T[], count: number): T[][] => {
  if (count === 0) return [[]]
  return items.flatMap((first, at) => subsets(items.slice(at + 1), count - 1).map((rest) => [first, ...rest]))
}
const passedOver = (of: readonly Machine[], taken: readonly Machine[]): number =>
  Math.max(...taken.map(({ attempts }) => attempts)) -
  Math.min(...of.filter((one) => !taken.includes(one)).map(({ attempts }) => attempts), Infinity)
const missed = (rule: ChassisChoice['rule'], taken: readonly Machine[]): number => {
  const places = Map.groupBy(taken, ({ chassis, name }) => chassis ?? (rule === 'spread' ? '' : name))
  return rule === 'spread' ? Math.max(...Array.from(places.values(), ({ length }) => length)) : places.size
}

test('by its pool: no free machine with fewer attempts is passed over, and chassis are shared as well as that allows', () => {
  fc.assert(
    fc.property(anyStanding, anyRule, fc.integer({ min: 2, max: 4 }), (standing, rule, count) => {
      fc.pre(standing.length >= count)
      const of = world(standing, rule)
      const free = [...of.fleet.machines.values()]
      const taken = names(get(of, { count })).map((name) => free.find((one) => one.name === name)!)
      expect(passedOver(free, taken)).toBeLessThanOrEqual(0)
      const best = subsets(free, count)
        .filter((some) => passedOver(free, some) <= 0)
        .map((some) => missed(rule, some))
      expect(missed(rule, taken)).toBe(Math.min(...best))
    }),
    { numRuns: 300 },
  )
})

test('by request: none is passed over for one with more than two attempts more, and why says by how many', () => {
  fc.assert(
    fc.property(anyStanding, anyRule, fc.integer({ min: 2, max: 4 }), (standing, rule, count) => {
      fc.pre(standing.length >= count)
      const of = world(standing)
      const free = [...of.fleet.machines.values()]
      const lease = get(of, { count, chassis: rule })
      const taken = names(lease).map((name) => free.find((one) => one.name === name)!)
      expect(passedOver(free, taken)).toBeLessThanOrEqual(2)
      expect(lease.why.chassis?.ahead).toBe(Math.max(0, passedOver(free, taken)))
    }),
    { numRuns: 300 },
  )
})
