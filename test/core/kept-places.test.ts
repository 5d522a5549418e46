import { describe, expect, test } from 'vitest'
import { answer, answerSaid, type Event, type GetCommand, type Identity, type RequestId, MINUTE } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { replayed, snapshot } from '../kit/snapshot.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const CAROL = 'irc:net:carol'
const POLLER: Partial<GetCommand> = { keepAs: 'cico 7 x86_64 1', pollWithinMs: 10 * MINUTE }

/** One machine, which carol holds. */
const busy = (machines = 1): World => {
  const world = new World(
    siteOf({
      pools: [poolOf('metal', { steps: [] })],
      machines: machinesOf('metal', 'intel', machines),
      tenants: [tenantOf('alice'), tenantOf('bob'), tenantOf('carol')],
    }),
  )
  for (let held = 0; held < machines; held += 1)
    if (world.get(CAROL).type !== 'granted') throw new Error('carol holds nothing')
  return world
}

/** Asks as a poller does: the place that the answer is held for. */
const poll = (world: World, by = ALICE, over: Partial<GetCommand> = {}): RequestId => {
  const outcome = world.get(by, { ...POLLER, ...over })
  if (outcome.type !== 'waiting') throw new Error(`it does not wait: ${outcome.type}`)
  return outcome.request
}
const leave = (world: World, ...requests: RequestId[]) => world.ask('duffy', { do: 'leavePlaces', requests })
/** Carol gives one machine back. */
const free = (world: World) => world.done(CAROL, [...world.fleet.leases.values()][0]!.id)
const events = (world: World): Event[] => world.log.flatMap((record) => record.events)
const holders = (world: World): RequestId[] =>
  [...world.fleet.leases.values()].filter(({ tenant }) => tenant !== 'carol').map(({ request }) => request)

describe('a poller', () => {
  test('keeps its rank between polls: it is served before somebody who came meanwhile', () => {
    const world = busy()
    const first = poll(world)
    leave(world, first)
    const second = world.get(BOB)
    expect(second.type).toBe('waiting')
    expect(poll(world)).toBe(first)
    world.done(CAROL, 'all')
    expect(holders(world)).toEqual([first])
  })

  test('is passed while nobody waits at its place, and nothing is granted to it', () => {
    const world = busy()
    const first = poll(world)
    leave(world, first)
    const second = world.get(BOB)
    world.done(CAROL, 'all')
    expect(holders(world)).toEqual([second.type === 'waiting' ? second.request : null])
    expect(world.fleet.requests.has(first)).toBe(true)
  })

  test('who is alone in line leaves machines free until it asks again', () => {
    const world = busy()
    const first = poll(world)
    leave(world, first)
    world.done(CAROL, 'all')
    expect(holders(world)).toEqual([])
    expect(world.fleet.statuses.of('metal/ready')).toBe(1)
    expect(world.get(ALICE, POLLER)).toMatchObject({ type: 'granted', request: first })
  })

  test('who comes no more loses its place after the time that was stated', () => {
    const world = busy()
    const first = poll(world)
    world.pass(MINUTE)
    leave(world, first)
    world.pass(10 * MINUTE)
    expect(world.fleet.requests.has(first)).toBe(true)
    world.pass(6_000)
    expect(world.fleet.requests.has(first)).toBe(false)
    expect(events(world)).toContainEqual(
      expect.objectContaining({
        type: 'requestAbandoned',
        request: first,
        how: expect.objectContaining({ type: 'unpolled' }),
      }),
    )
    expect(poll(world)).not.toBe(first)
  })

  test('never takes up a place at which somebody waits, that of another tenant, or one for something else', () => {
    const world = busy(2)
    const own = poll(world)
    const beside = poll(world)
    expect(beside).not.toBe(own)
    leave(world, own, beside)
    expect(poll(world, BOB)).not.toBe(own)
    expect(poll(world, ALICE, { keepAs: 'cico 8 x86_64 1' })).not.toBe(own)
    // The config means something else by the same words by now.
    expect(poll(world, ALICE, { count: 2 })).not.toBe(own)
    expect(poll(world)).toBe(own)
  })

  test('over its quota is refused as ever, and keeps its place', () => {
    const world = busy(2)
    const first = poll(world)
    leave(world, first)
    free(world)
    expect(world.get(ALICE).type).toBe('granted')
    world.ask('duffy', { do: 'setTenant', tenant: 'alice' as never, terms: { quota: 1 }, keys: null })
    expect(world.get(ALICE, POLLER)).toMatchObject({ type: 'overQuota', held: 1, quota: 1 })
    expect(world.fleet.requests.has(first)).toBe(true)
  })

  test('is told by why that it is to come again, and by when', () => {
    const world = busy()
    const first = poll(world)
    leave(world, first)
    const by = { by: ALICE as Identity, at: world.at }
    const found = answer(world.fleet, by, { ask: 'why', about: first })
    expect(found).toMatchObject({ request: { state: 'waiting', position: null }, now: null })
    const telling = { fleet: world.fleet, at: world.at, say: (line: string) => line, fingerprint: () => 'x' }
    const [line] = answerSaid(found, telling).room
    expect(line).toMatch(/^Request R\w+ \(1 metal\) was told to come again, and is passed .+ kept until \d\d:\d\d UTC/)
  })
})

describe('two pollers of one kind', () => {
  /** Both ask at once, and are told to come again; a machine comes free while both ask once more. */
  test('are served one after the other, the one who was not served before whoever comes after', () => {
    const world = busy()
    const places = [poll(world), poll(world)]
    leave(world, ...places)
    expect([poll(world), poll(world)]).toEqual(places)
    const late = world.get(BOB)
    world.done(CAROL, 'all')
    expect(holders(world)).toEqual([places[0]])
    // The one who was served asks for another at once.
    leave(world, places[1]!)
    const [again, new_] = [poll(world), poll(world)]
    expect(again).toBe(places[1])
    world.done(ALICE, 'all')
    expect(holders(world)).toEqual([again])
    expect(world.fleet.requests.has(new_)).toBe(true)
    expect(late.type).toBe('waiting')
  })
})

describe('the head of a line', () => {
  const headSince = (world: World, id: RequestId) => world.fleet.requests.get(id)?.headSince

  test('that leaves hands how long it was that to whoever follows, and takes it back when it comes again', () => {
    const world = busy(3)
    const [first, second] = [poll(world), poll(world)]
    const since = headSince(world, first)
    expect([typeof since, headSince(world, second)]).toEqual(['number', null])
    leave(world, first)
    expect([headSince(world, first), headSince(world, second)]).toEqual([null, since])
    expect(poll(world)).toBe(first)
    expect([headSince(world, first), headSince(world, second)]).toEqual([since, null])
  })

  test('that was alone keeps how often it was overtaken, and is not overtaken while it is away', () => {
    const world = busy(3)
    const first = poll(world, ALICE, { count: 3 })
    free(world)
    const grants = () => world.fleet.counters.get('granted metal') ?? 0
    const before = grants() - headSince(world, first)!
    leave(world, first)
    expect(world.get(BOB).type).toBe('granted')
    expect(poll(world, ALICE, { count: 3 })).toBe(first)
    expect(grants() - headSince(world, first)!).toBe(before)
  })
})

describe('leaving places', () => {
  test('serves at once whoever was kept from a machine by them', () => {
    const world = busy(2)
    const both = poll(world, ALICE, { count: 2 })
    free(world)
    const next = world.get(BOB, { durationMs: 20 * 3_600_000 })
    expect(next.type).toBe('waiting')
    leave(world, both)
    expect(holders(world)).toEqual([(next as { request: RequestId }).request])
  })

  test('changes nothing for a request that waits by its id, one that is over, or a place left before', () => {
    const world = busy()
    const plain = world.get(ALICE)
    const place = poll(world)
    leave(world, place)
    const before = events(world).length
    leave(world, place, plain.type === 'waiting' ? plain.request : place, 'R999' as RequestId)
    expect(events(world).length).toBe(before)
  })

  test('is for Duffy alone', () => {
    expect(told(busy().ask(ALICE, { do: 'leavePlaces', requests: [] }))).toEqual({ type: 'operatorsOnly' })
  })

  test('is in the log: replaying it gives the same fleet', () => {
    const world = busy()
    const first = poll(world)
    leave(world, first)
    world.pass(MINUTE)
    poll(world)
    expect(snapshot(replayed(world.log))).toEqual(snapshot(world.fleet))
  })
})
