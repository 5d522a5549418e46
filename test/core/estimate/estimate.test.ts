import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answer,
  answerSaid,
  DUFFY,
  estimate,
  estimatesAt,
  outcomeSaid,
  type Estimate,
  type MachineRequest,
  MINUTE,
  HOUR,
} from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'
import { replayed, snapshot } from '../../kit/snapshot.ts'
import { World } from '../../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'

/** Metal of one platform, whose steps take no time. */
const worldOf = (machines: number, quota = 100): World =>
  new World(
    siteOf({
      pools: [poolOf('metal', { steps: [] })],
      machines: machinesOf('metal', 'intel', machines),
      tenants: [tenantOf('alice', { quota }), tenantOf('bob')],
    }),
  )
const waiting = (world: World): MachineRequest[] => [...world.fleet.waiting.of('metal')]
const estimates = (world: World): Estimate[] => [...estimate(world.fleet, waiting(world), world.at).values()]
/** Bob gets all machines, for two hours, and gives them back after `usedMs` time and again, so that this is his habit. */
const accustom = (world: World, usedMs: number): void => {
  for (let lease = 0; lease < 40; lease += 1) {
    world.get(BOB)
    world.pass(usedMs)
    world.done(BOB, 'all')
    world.work()
  }
}

describe('an estimate', () => {
  test('holds the planned end of the lease that is waited for', () => {
    const world = worldOf(1)
    world.get(BOB, { durationMs: HOUR })
    world.get(ALICE)
    const [first] = estimates(world)
    const end = world.at + HOUR + 5 * MINUTE
    expect(first!.at90[0]).toBeLessThan(end)
    expect(first!.at90[1]).toBeGreaterThanOrEqual(end)
    expect(first!.place).toBe(1)
  })

  test('knows who gives machines back early', () => {
    const early = worldOf(1)
    accustom(early, 12 * MINUTE)
    early.get(BOB)
    early.get(ALICE)
    const [first] = estimates(early)
    expect(first!.middle - early.at).toBeGreaterThan(5 * MINUTE)
    expect(first!.middle - early.at).toBeLessThan(20 * MINUTE)
  })

  test('knows that a lease which outlasted its habit will not end when it used to', () => {
    const world = worldOf(1)
    accustom(world, 12 * MINUTE)
    world.get(BOB)
    world.pass(HOUR)
    world.get(ALICE)
    const [first] = estimates(world)
    expect(first!.middle - world.at).toBeGreaterThan(15 * MINUTE)
  })

  test('of a lease in its grace ends with the grace', () => {
    const world = worldOf(1)
    world.get(BOB, { durationMs: HOUR })
    world.at = (world.at + HOUR + MINUTE) as never
    world.get(ALICE)
    const [first] = estimates(world)
    expect(first!.futures.at(-1)).toBe(4 * MINUTE)
  })

  test('waits for the tenant itself where its quota stands in the way', () => {
    const world = worldOf(3, 1)
    world.get(BOB, { durationMs: HOUR, count: 2 })
    world.get(BOB, { durationMs: HOUR })
    world.get(ALICE)
    world.get(ALICE, { labels: [] })
    world.done(BOB, 'all')
    world.get(BOB, { durationMs: 20 * HOUR, count: 2 })
    expect(world.fleet.tenants.need('alice' as never).held).toBe(1)
    const [first] = estimates(world)
    const [own] = [...world.fleet.leasesOf.of('alice')]
    expect(first!.futures.at(-1)).toBe(2 * HOUR + 5 * MINUTE)
    expect(own!.durationMs).toBe(2 * HOUR)
  })

  test('is none where nothing that is known to come would serve it', () => {
    const world = worldOf(1)
    world.get(BOB)
    world.get(ALICE)
    const [request] = waiting(world)
    // A quota that leaves no room, without a lease whose end would make some.
    world.fleet.tenants.put('alice' as never, { ...world.fleet.tenants.need('alice' as never), quota: 0 })
    expect(estimate(world.fleet, [request!], world.at).size).toBe(0)
  })

  test('is none for a request that waits no more', () => {
    const world = worldOf(1)
    world.get(BOB)
    world.get(ALICE)
    const requests = waiting(world)
    world.ask(ALICE, { do: 'cancel', what: null })
    expect(estimate(world.fleet, requests, world.at).size).toBe(0)
  })

  test('adds the measured time of the steps in between', () => {
    const world = new World(
      siteOf({
        pools: [poolOf('metal', { steps: ['recycle'], graceMs: 0 })],
        machines: machinesOf('metal', 'intel', 1),
      }),
    )
    for (let lease = 0; lease < 30; lease += 1) {
      world.get(BOB, { durationMs: HOUR })
      for (const part of [55, 5]) {
        world.at = (world.at + part * MINUTE) as never
        world.ask(DUFFY, { do: 'sweep' })
      }
      world.at = (world.at + 20 * MINUTE) as never
      world.work()
    }
    world.get(BOB, { durationMs: HOUR })
    world.get(ALICE)
    const [first] = estimates(world)
    expect(first!.middle - world.at).toBe(80 * MINUTE)
  })

  test('is the same for the same fleet and time, and as near as can be when asked for alone', () => {
    const world = worldOf(2)
    world.get(BOB)
    world.get(BOB)
    world.get(ALICE)
    world.get(ALICE)
    const [, last] = waiting(world)
    expect(estimates(world)).toEqual(estimates(world))
    const alone = estimate(world.fleet, [last!], world.at).get(last!.id)
    expect(alone!.place).toBe(2)
  })
})

describe('in every line', () => {
  test('intervals are nested, begin no sooner than now, and are later for those further back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ durationMs: fc.integer({ min: 10, max: 600 }), passMs: fc.nat(30) }), {
          minLength: 3,
          maxLength: 14,
        }),
        (leases) => {
          const world = worldOf(3)
          for (const { durationMs, passMs } of leases) {
            world.get(BOB, { durationMs: durationMs * MINUTE })
            world.pass(passMs * MINUTE)
          }
          const told = estimates(world)
          for (const { at, middle, at50, at90 } of told) {
            expect([at, at90[0], at50[0], middle, at50[1], at90[1]]).toEqual(
              [at, at90[0], at50[0], middle, at50[1], at90[1]].toSorted((a, b) => a - b),
            )
          }
          for (const [index, { middle, at50, at90 }] of told.entries()) {
            const next = told[index + 1]
            if (next === undefined) break
            expect(next.middle).toBeGreaterThanOrEqual(middle)
            expect(next.at50[0]).toBeGreaterThanOrEqual(at50[0])
            expect(next.at50[1]).toBeGreaterThanOrEqual(at50[1])
            expect(next.at90[0]).toBeGreaterThanOrEqual(at90[0])
            expect(next.at90[1]).toBeGreaterThanOrEqual(at90[1])
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('an estimate that was given', () => {
  const given = (world: World): void => {
    const notes = [...estimate(world.fleet, waiting(world), world.at)].map(([request, one]) => ({
      request,
      estimate: one,
    }))
    world.ask(DUFFY, { do: 'noteEstimates', given: notes })
  }

  test('is kept with its request: the first of them', () => {
    const world = worldOf(1)
    world.get(BOB)
    world.get(ALICE)
    given(world)
    const [first] = waiting(world)
    world.pass(10 * MINUTE)
    given(world)
    expect(first!.estimate?.at).toBe(1_000_000)
    expect(waiting(world)[0]!.estimate).toEqual(first!.estimate)
  })

  test('is scored when the request is served, and replaying the log scores it alike', () => {
    const world = worldOf(1)
    world.get(BOB, { durationMs: HOUR })
    world.get(ALICE)
    given(world)
    world.pass(HOUR + 5 * MINUTE)
    expect([...world.fleet.calibrations.values()]).toMatchObject([{ key: 'type metal', scored: 1, inside90: 1 }])
    expect(snapshot(replayed(world.log))).toEqual(snapshot(world.fleet))
  })

  test('is scored apart for one machine and for several together, and read by the scores of its own kind', () => {
    const world = worldOf(2)
    world.get(BOB, { durationMs: HOUR, count: 2 })
    world.get(ALICE, { durationMs: HOUR, count: 2 })
    world.get(ALICE, { durationMs: HOUR })
    given(world)
    const [several, one] = estimates(world)
    world.pass(10 * MINUTE)
    world.done(BOB, 'all')
    world.work()
    world.done(ALICE, 'all')
    world.work()
    const known = [...world.fleet.calibrations.values()]
    expect(known).toMatchObject([
      { key: 'type metal, several together', scored: 1 },
      { key: 'type metal', scored: 1 },
    ])
    const anew = worldOf(2)
    anew.get(BOB, { durationMs: HOUR, count: 2 })
    anew.get(ALICE, { durationMs: HOUR, count: 2 })
    anew.get(ALICE, { durationMs: HOUR })
    anew.fleet.calibrations.put(known[0]!.key, known[0]!)
    expect(estimates(anew)[0]!.at90[0]).toBeLessThan(several!.at90[0])
    expect(estimates(anew)[1]).toEqual(one)
  })

  test('is nobody else to note', () => {
    const world = worldOf(1)
    expect(world.ask(ALICE, { do: 'noteEstimates', given: [] })).toMatchObject({ type: 'refused' })
  })
})

describe('in words', () => {
  const said = (world: World) => ({
    at: world.at,
    say: (line: string) => `!duffy ${line}`,
    fingerprint: () => 'SHA256:x',
    fleet: world.fleet,
    estimates: estimatesAt(world.fleet, world.at),
  })
  const line = (world: World, question: Parameters<typeof answer>[2]): string =>
    answerSaid(answer(world.fleet, { by: ALICE as never, at: world.at }, question), said(world)).room.join(' ')
  const busy = (): World => {
    const world = worldOf(1)
    world.get(BOB)
    return world
  }

  test('whoever waits is told when it is likely their turn', () => {
    const world = busy()
    const told = world.get(ALICE)
    expect(outcomeSaid(told as never, said(world)).room[0]).toMatch(
      /1st in line, request R\w+; likely \d\d:\d\d UTC to \d\d:\d\d UTC(?:, almost surely by \d\d:\d\d UTC)?;/,
    )
  })

  test('list and why tell it too', () => {
    const world = busy()
    world.get(ALICE)
    expect(line(world, { ask: 'list', scope: 'mine' })).toMatch(/1st in line, likely \d\d:\d\d UTC/)
    expect(line(world, { ask: 'why', about: waiting(world)[0]!.id })).toMatch(/; likely \d\d:\d\d UTC/)
  })

  test('estimates says how right they were', () => {
    const world = busy()
    expect(line(world, { ask: 'estimates' })).toMatch(/^No estimate/)
    world.get(ALICE)
    const [request] = waiting(world)
    const one = estimate(world.fleet, [request!], world.at).get(request!.id)!
    world.ask(DUFFY, { do: 'noteEstimates', given: [{ request: request!.id, estimate: one }] })
    world.pass(3 * HOUR)
    expect(line(world, { ask: 'estimates' })).toMatch(
      /^Waits for type metal, 1 estimate: 0% .* \(90% should\); half were off by less than/,
    )
  })
})
