import { answer, answerSaid, DEFAULT_LIMITS, type Answer, type Identity, type RequestId, HOUR } from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const BIG = 'irc:net:big'
const SMALL = 'irc:net:small'
const OPERATOR = 'irc:net:boss'

/** Four machines, one lent for three hours; big waits for four of them, small for two times one. */
const crowded = () => {
  const world = new World(
    siteOf({
      machines: machinesOf('metal', 'intel', 4),
      tenants: [tenantOf('filler'), tenantOf('big', { priority: 3 }), tenantOf('small', { weight: 2 })],
    }),
  )
  const take = (by: string, count: number, hours: number, priority = 0): RequestId => {
    const outcome = world.get(by, { platform: 'any', count, durationMs: hours * HOUR, priority })
    return (outcome as { readonly request: RequestId }).request
  }
  take('irc:net:filler', 1, 3)
  world.work()
  const requests = [take(BIG, 4, 1, 3), take(SMALL, 1, 20), take(SMALL, 1, 20)] as const
  return { world, requests }
}

const ask = (world: World, by: string, type: string | null = null): Answer =>
  answer(world.fleet, { by: by as Identity, at: world.at }, { ask: 'queue', type })

const said = (world: World, found: Answer): readonly string[] =>
  answerSaid(found, { say: (line) => `!${line}`, at: world.at, fingerprint: () => '' }).room

describe('the queue', () => {
  test('is told in the order of service, with what each turn depends on', () => {
    const { world } = crowded()
    const found = ask(world, SMALL)
    expect(found).toMatchObject({
      type: 'queue',
      of: null,
      more: 0,
      waiting: [
        { place: 1, tenant: 'big', type: 'metal', count: 4, priority: 3, machine: 1, weight: 1, overdue: false },
        { place: 2, tenant: 'small', count: 1, priority: 0, machine: 1, weight: 2 },
        { place: 3, tenant: 'small', count: 1, priority: 0, machine: 2, weight: 2 },
      ],
    })
  })

  test('names a request to those alone who may see it', () => {
    const { world, requests } = crowded()
    const named = (by: string) => {
      const found = ask(world, by)
      return found.type === 'queue' ? found.waiting.map(({ request }) => request) : found
    }
    expect(named(BIG)).toEqual([requests[0], null, null])
    expect(named(SMALL)).toEqual([null, requests[1], requests[2]])
  })

  test('gives estimates of one’s own requests alone', () => {
    const { world } = crowded()
    const found = ask(world, BIG)
    if (found.type !== 'queue') throw new Error(found.type)
    expect(found.waiting.map(({ estimate }) => estimate !== null)).toEqual([true, false, false])
  })

  test('says how many machines are set aside for whom, and until when', () => {
    const { world } = crowded()
    const until = new Date(world.at + 3 * HOUR + 300_000).toISOString()
    expect(ask(world, SMALL)).toMatchObject({
      waiting: [{ aside: { free: 3, until } }, { aside: null }, { aside: null }],
    })
  })

  test('can be asked for by pool and by type, in any case', () => {
    const { world } = crowded()
    expect(ask(world, SMALL, 'METAL')).toMatchObject({ of: 'metal', waiting: { length: 3 } })
    expect(ask(world, SMALL, 'vm')).toMatchObject({ of: 'vm', waiting: [] })
  })

  test('of no such pool is refused with those that there are', () => {
    const { world } = crowded()
    expect(ask(world, SMALL, 'meta')).toMatchObject({
      type: 'refused',
      refusal: { type: 'noSuchPool', asked: 'meta', suggestion: 'metal' },
    })
  })

  test('is for members', () => {
    const { world } = crowded()
    expect(ask(world, OPERATOR)).toMatchObject({ type: 'refused', refusal: { type: 'stranger' } })
  })

  test('is told of the first hundred, and how many more there are', () => {
    const { world } = crowded()
    for (let asked = 0; asked < 99; asked += 1) world.get(SMALL, { platform: 'any', durationMs: 20 * HOUR })
    const found = ask(world, SMALL)
    if (found.type !== 'queue') throw new Error(found.type)
    expect([found.waiting.length, found.more]).toEqual([100, 2])
  })
})

describe('in words', () => {
  test('the queue is a line a type, and says how to go on', () => {
    const { world, requests } = crowded()
    const [line, next] = said(world, ask(world, SMALL))
    expect(line).toContain(
      'Waiting for metal: 1st big (4 since 00:16 UTC, priority 3, its 1st machine, 3 set aside for it until 03:21 UTC); 2nd',
    )
    expect(line).toContain(`${requests[1]} of small (1 since 00:16 UTC, its 1st machine at weight 2, likely`)
    expect(next).toBe(`Why ${requests[1]} waits: !why ${requests[1]}`)
  })

  test('an empty one is said to be', () => {
    const world = new World()
    expect(said(world, ask(world, 'irc:net:alice', 'metal'))).toEqual([
      'Nobody waits for metal. Get a machine: !get metal',
    ])
  })

  test('why somebody waits says for whom free machines are kept', () => {
    const { world, requests } = crowded()
    const why = answer(world.fleet, { by: SMALL as Identity, at: world.at }, { ask: 'why', about: requests[1] })
    expect(why).toMatchObject({
      now: { ready: 3, kept: { machines: 3, for: { request: null, tenant: 'big', count: 4 } } },
    })
    expect(said(world, why)[0]).toContain(
      '3 of 4 machines that would do are free, but 3 are kept until 03:21 UTC for big, who waits for 4 since 00:16 UTC and is first; 1 request ahead of you',
    )
  })

  test('it names one’s own request that they are kept for', () => {
    const { world, requests } = crowded()
    world.get(BIG, { platform: 'any', durationMs: 20 * HOUR })
    const [, second] = world.fleet.waitingOf.of('big')
    const why = answer(world.fleet, { by: BIG as Identity, at: world.at }, { ask: 'why', about: second!.id })
    expect(said(world, why)[0]).toContain(`but 3 are kept until 03:21 UTC for ${requests[0]}, who is first`)
  })

  test('of the first itself nothing is said to be kept for others', () => {
    const { world, requests } = crowded()
    const why = answer(world.fleet, { by: BIG as Identity, at: world.at }, { ask: 'why', about: requests[0] })
    expect(why).toMatchObject({ now: { kept: { machines: 0, for: null } } })
  })
})

test.each(['waitingRequests', 'waitingRequestsPerTenant'] as const)('it has an end: %s', (limit) => {
  const world = new World(siteOf({ limits: { ...DEFAULT_LIMITS, [limit]: 2 } }))
  world.get('irc:net:bob', { count: 8, platform: 'any' })
  const next = () => world.get('irc:net:alice', { platform: 'any' })
  expect([next().type, next().type]).toEqual(['waiting', 'waiting'])
  expect(next()).toEqual({ type: 'queueFull', limit, most: 2 })
})
