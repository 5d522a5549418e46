import { setAsideAt, type Command, type GetCommand, type Instant, type LeaseId, MINUTE, HOUR } from '#core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CROWDED_SITE, happen, happenings } from '../kit/crowd.ts'
import { machinesOf, platformOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

/** The rules of what is set aside (docs/decisions/0015-set-aside.md), those of passing aside, which stand in turns-property.test.ts. */

const take = (world: World, by: string, over: Partial<GetCommand> = {}) =>
  world.get(`irc:net:${by}`, { platform: 'any', ...over })

test('of no machines two who wait have any set aside, whatever befell', () => {
  let several = 0
  fc.assert(
    fc.property(happenings({ planned: true }), (life) => {
      const world = new World(CROWDED_SITE)
      for (const happening of life) {
        happen(world, happening)
        const claims = setAsideAt(world.fleet, world.at).claims.filter(({ reserved }) => !reserved)
        const stocks = claims.flatMap((claim) => claim.stocks)
        expect(new Set(stocks).size).toBe(stocks.length)
        if (claims.length > 1) several += 1
      }
    }),
    { numRuns: 60 },
  )
  expect(several).toBeGreaterThan(30)
})

/** In the order in which they are near the first. */
const NEAR = ['home', 'near', 'far'] as const
const hoursOf = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 })

/** Every machine of each platform is lent for so many hours; then somebody at home on the first wants some. */
const stuck = (lent: readonly (readonly number[])[], over: Partial<GetCommand>): World => {
  const world = new World(
    siteOf({
      platforms: NEAR.map((name, distance) => platformOf(name, { vendor: 'intel', memoryGiB: 64 * (1 + distance) })),
      machines: NEAR.flatMap((name, index) => machinesOf('metal', name, lent[index]!.length, [name])),
      tenants: [tenantOf('filler'), tenantOf('big')],
    }),
  )
  take(world, 'big', { platform: 'same', labels: ['home'] })
  world.work()
  world.done('irc:net:big', null)
  world.work()
  for (const [index, lengths] of lent.entries())
    for (const hours of lengths) take(world, 'filler', { labels: [NEAR[index]!], durationMs: hours * HOUR })
  world.work()
  take(world, 'big', over)
  return world
}

test('they are set aside of the platform that can serve the earliest, the nearest of several, and of all under any', () => {
  const chosen = new Map<string, number>()
  fc.assert(
    fc.property(fc.tuple(hoursOf, hoursOf, hoursOf), fc.integer({ min: 1, max: 3 }), (lent, count) => {
      const enough = NEAR.filter((_, index) => lent[index]!.length >= count)
      fc.pre(enough.length > 0)
      const freeAt = (name: (typeof NEAR)[number]) => lent[NEAR.indexOf(name)]!.toSorted((a, b) => a - b)[count - 1]!
      const [best] = enough.toSorted((a, b) => freeAt(a) - freeAt(b))
      const platformsOf = (platform: 'same' | 'any') => {
        const world = stuck(lent, { platform, count })
        const [claim, ...others] = setAsideAt(world.fleet, world.at).claims
        expect(others).toEqual([])
        return [...new Set(claim!.stocks.map(({ shape }) => shape.platform as string))].toSorted()
      }
      expect(platformsOf('same')).toEqual([best])
      expect(platformsOf('any')).toEqual([...NEAR].toSorted())
      chosen.set(best!, (chosen.get(best!) ?? 0) + 1)
    }),
    { numRuns: 100 },
  )
  expect(Math.min(...NEAR.map((name) => chosen.get(name) ?? 0))).toBeGreaterThan(5)
})

interface Later {
  readonly minute: number
  readonly act: 'get' | 'extend' | 'hold'
  readonly which: number
  readonly minutes: number
}

const later: fc.Arbitrary<readonly Later[]> = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 8 * 60 }),
    act: fc.constantFrom('get' as const, 'extend' as const, 'extend' as const, 'hold' as const),
    which: fc.nat(9),
    minutes: fc.integer({ min: 10, max: 600 }),
  }),
  { maxLength: 15 },
)

/** When somebody is served who wants so many of machines that are lent for these hours, whatever others come to ask for later. */
const servedAt = (hours: readonly number[], count: number, others: readonly Later[]) => {
  const world = new World(
    siteOf({
      machines: machinesOf('metal', 'intel', hours.length),
      tenants: [tenantOf('filler', { holds: 9 }), tenantOf('big'), tenantOf('small', { holds: 9 })],
    }),
  )
  for (const length of hours) take(world, 'filler', { durationMs: length * HOUR })
  world.work()
  const begun = world.at
  take(world, 'big', { count, durationMs: HOUR })
  const [big] = world.fleet.requests.values()
  const coming = others.toSorted((a, b) => a.minute - b.minute)
  let putOff = 0
  for (let minute = 0; minute <= 24 * 60; minute += 10) {
    world.at = (begun + minute * MINUTE) as Instant
    world.ask('duffy', { do: 'sweep' })
    world.work()
    if (!world.fleet.requests.has(big!.id)) return { minute, putOff }
    while (coming[0] !== undefined && coming[0].minute <= minute) {
      if (comes(world, coming.shift()!)) putOff += 1
      world.work()
    }
  }
  return { minute: Infinity, putOff }
}

/** Whether an end was put off. */
const comes = (world: World, { act, which, minutes }: Later): boolean => {
  if (act === 'get') {
    take(world, 'small', { durationMs: minutes * MINUTE })
    return false
  }
  const leases = [...world.fleet.leases.values()]
  const lease = leases[which % Math.max(1, leases.length)]
  if (lease === undefined) return false
  return world.ask(`irc:net:${lease.tenant}`, longer(act, lease.id, minutes * MINUTE)).type === 'accepted'
}

const longer = (act: 'extend' | 'hold', what: LeaseId, ms: number): Command =>
  act === 'extend' ? { do: 'extend', what, byMs: ms } : { do: 'hold', what, forMs: ms, reason: '' }

test('no end is put off, by more time or by a hold, such that the first waits longer for it', () => {
  let putOff = 0
  const someHours = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 })
  fc.assert(
    fc.property(someHours, fc.integer({ min: 1, max: 5 }), later, (hours, wanted, others) => {
      const count = Math.min(wanted, hours.length)
      const crowded = servedAt(hours, count, others)
      expect(crowded.minute).toBeLessThanOrEqual(servedAt(hours, count, []).minute)
      putOff += crowded.putOff
    }),
    { numRuns: 60 },
  )
  expect(putOff).toBeGreaterThan(5)
})
