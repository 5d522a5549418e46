import { describe, expect, test } from 'vitest'
import {
  answer,
  answerSaid,
  messageSaid,
  outcomeSaid,
  type Event,
  type GetCommand,
  type Identity,
  type Instant,
  MINUTE,
} from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { replayed, snapshot } from '../kit/snapshot.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const ADDRESS = { door: 'irc', identity: ALICE as Identity, nick: 'alice', room: null }
/** Nobody can be told, and nothing was said of keeping the place. */
const POLLED: Partial<GetCommand> = { keepPlace: false }

/** One machine, which bob holds. */
const busy = (steps: readonly string[] = []): World => {
  const world = new World(
    siteOf({
      pools: [poolOf('metal', { steps } as never)],
      machines: machinesOf('metal', 'intel', 1),
      tenants: [tenantOf('alice'), tenantOf('bob')],
    }),
  )
  if (world.get(BOB).type !== 'granted') throw new Error('bob holds nothing')
  world.work()
  return world
}
const waiting = (world: World, over: Partial<GetCommand>, by = ALICE) => {
  const outcome = world.get(by, over)
  if (outcome.type !== 'waiting') throw new Error(`it does not wait: ${outcome.type}`)
  return outcome.request
}
const events = (world: World): Event[] => world.log.flatMap((record) => record.events)
const looked = (world: World, request: string, at = world.at) =>
  world.ask('duffy', { do: 'notePolls', polls: [{ request: request as never, at }] })
const telling = (world: World) => ({
  fleet: world.fleet,
  at: world.at,
  say: (line: string) => line,
  fingerprint: () => 'x',
})

describe('a waiter that nobody asks about', () => {
  test('is given up after the time that it named, with an event of its own', () => {
    const world = busy()
    const request = waiting(world, { pollWithinMs: 10 * MINUTE })
    const { at } = world
    world.pass(10 * MINUTE)
    expect(world.fleet.requests.has(request)).toBe(true)
    world.pass(6_000)
    expect(world.fleet.requests.has(request)).toBe(false)
    expect(events(world)).toContainEqual({
      type: 'requestAbandoned',
      request,
      how: { type: 'unpolled', withinMs: 10 * MINUTE, seenAt: at },
    })
  })

  test('is not granted in the very decision that frees a machine', () => {
    const world = busy()
    waiting(world, { pollWithinMs: 10 * MINUTE })
    world.at = (world.at + 11 * MINUTE) as Instant
    world.done(BOB, 'all')
    expect(world.fleet.leases.size).toBe(0)
    expect(world.fleet.requests.size).toBe(0)
  })

  test('makes way for whoever waits behind it', () => {
    const world = busy()
    waiting(world, { pollWithinMs: 10 * MINUTE })
    const next = waiting(world, {}, BOB)
    world.at = (world.at + 11 * MINUTE) as Instant
    world.done(BOB, 'all')
    expect([...world.fleet.leases.values()].map((lease) => lease.request)).toEqual([next])
  })

  test('is kept by a look in time, and the time counts from that', () => {
    const world = busy()
    const request = waiting(world, { pollWithinMs: 10 * MINUTE })
    world.pass(9 * MINUTE)
    looked(world, request)
    world.pass(9 * MINUTE)
    expect(world.fleet.requests.has(request)).toBe(true)
    world.pass(2 * MINUTE)
    expect(world.fleet.requests.has(request)).toBe(false)
  })

  test('has the time of the site where it names none and can be told nowhere', () => {
    const world = busy()
    const request = waiting(world, POLLED)
    expect(world.fleet.requests.get(request)!.poll).toEqual({ withinMs: 60 * MINUTE, seenAt: world.at })
  })

  test('waits on if it asked to keep its place, or can be told', () => {
    const world = busy()
    const kept = waiting(world, { keepPlace: true })
    const reached = waiting(world, { ...POLLED, address: ADDRESS })
    world.pass(100 * MINUTE)
    expect([kept, reached].map((id) => world.fleet.requests.has(id))).toEqual([true, true])
  })

  test('is told in chat, if it gave an address as well as a time', () => {
    const world = busy()
    const request = waiting(world, { pollWithinMs: 10 * MINUTE, address: ADDRESS })
    world.pass(11 * MINUTE)
    const notice = world.notices.find(({ message }) => message.type === 'requestEnded')!
    expect(notice.to).toEqual(ADDRESS)
    expect(messageSaid(notice.message, telling(world)).room[0]).toBe(
      `Request ${request} waits no more: nobody asked for 10m how it stands ("pollWithin" sets how long, "keepPlace" waits on). Ask again: get metal`,
    )
  })

  test('names a time that is long enough, or is refused with the shortest', () => {
    expect(busy().get(ALICE, { pollWithinMs: 9_999 })).toEqual({
      type: 'pollTooShort',
      asked: 9_999,
      shortestMs: 10_000,
    })
  })

  test('is told by when to ask, in words and in data', () => {
    const world = busy()
    const request = waiting(world, { pollWithinMs: 10 * MINUTE })
    const [line] = outcomeSaid({ type: 'waiting', request }, telling(world)).room
    expect(line).toContain(`ask by 00:26 UTC how it stands, or the place is given up: why ${request}.`)
    const found = answer(world.fleet, { by: ALICE as Identity, at: world.at }, { ask: 'why', about: request })
    expect(found).toMatchObject({ request: { pollBy: '1970-01-01T00:26:40.000Z', pollWithinMs: 10 * MINUTE } })
  })
})

describe('noting looks', () => {
  test('is in the log: replaying it gives the same fleet', () => {
    const world = busy()
    const request = waiting(world, POLLED)
    world.pass(MINUTE)
    looked(world, request)
    expect(snapshot(replayed(world.log))).toEqual(snapshot(world.fleet))
  })

  test('records nothing of what is known, of what waits no more, and of what needs nobody to ask', () => {
    const world = busy()
    const polled = waiting(world, POLLED)
    const kept = waiting(world, { keepPlace: true })
    world.pass(MINUTE)
    looked(world, polled)
    const before = events(world).length
    for (const id of [polled, kept, 'R999']) looked(world, id)
    looked(world, polled, (world.at - 1) as Instant)
    expect(events(world).length).toBe(before)
  })

  test('is for Duffy and operators alone', () => {
    const world = busy()
    expect(told(world.ask(ALICE, { do: 'notePolls', polls: [] }))).toEqual({ type: 'operatorsOnly' })
    expect(told(world.ask(ALICE, { do: 'leave', request: 'R728' as never, tenant: 'alice' as never }))).toEqual({
      type: 'operatorsOnly',
    })
  })
})

describe('a connection that closed before an answer', () => {
  const leave = (world: World, request: string, tenant = 'alice') =>
    world.ask('duffy', { do: 'leave', request: request as never, tenant: tenant as never })

  test('ends the request that waits, and why says so', () => {
    const world = busy()
    const request = waiting(world, POLLED)
    leave(world, request)
    world.done(BOB, 'all')
    world.work()
    expect(world.fleet.leases.size).toBe(0)
    const ended = events(world).find((event) => event.type === 'requestAbandoned')
    expect(ended).toEqual({ type: 'requestAbandoned', request, how: { type: 'closed' } })
  })

  test('ends the lease that came of it at the same moment, while nobody can log in', () => {
    const world = busy(['grant', 'recycle'])
    const request = waiting(world, POLLED)
    world.done(BOB, 'all')
    world.work(1)
    const [lease] = [...world.fleet.leases.values()]
    expect(lease).toMatchObject({ request, state: { status: 'preparing' } })
    leave(world, request)
    expect(events(world)).toContainEqual({ type: 'leaseEnded', lease: lease!.id, how: 'gone' })
    expect(events(world).filter((event) => event.type === 'requestAbandoned')).toEqual([])
    world.work()
    expect(world.fleet.statuses.of('metal/ready')).toBe(1)
    expect(world.fleet.tenants.need('alice' as never).held).toBe(0)
  })

  test('leaves a lease alone that its tenant can log in to', () => {
    const world = busy()
    const request = waiting(world, POLLED)
    world.done(BOB, 'all')
    leave(world, request)
    expect([...world.fleet.leases.values()]).toMatchObject([{ request, state: { status: 'active' } }])
  })

  test('serves at once whoever waited behind it', () => {
    const world = busy(['grant', 'recycle'])
    const request = waiting(world, POLLED)
    const next = waiting(world, {}, BOB)
    world.done(BOB, 'all')
    world.work(1)
    leave(world, request)
    world.work()
    expect([...world.fleet.leases.values()].map((lease) => lease.request)).toEqual([next])
  })

  test('changes nothing the second time, nor for a request that never was', () => {
    const world = busy()
    const request = waiting(world, POLLED)
    leave(world, request)
    const before = events(world).length
    leave(world, request)
    leave(world, 'R999')
    expect(events(world).length).toBe(before)
  })

  test('is in the log: replaying it gives the same fleet', () => {
    const world = busy(['grant', 'recycle'])
    const request = waiting(world, POLLED)
    world.done(BOB, 'all')
    world.work(1)
    leave(world, request)
    world.work()
    expect(snapshot(replayed(world.log))).toEqual(snapshot(world.fleet))
  })

  test('is told of an ended request in words that name what to say instead', () => {
    const world = busy()
    const request = waiting(world, POLLED)
    const before = world.fleet.requests.get(request)!
    leave(world, request)
    const past = {
      leases: [],
      requests: [
        { ...before, state: { status: 'cancelled', at: world.at, by: 'gone', how: { type: 'closed' } } as const },
      ],
    }
    const found = answer(world.fleet, { by: ALICE as Identity, at: world.at }, { ask: 'why', about: request }, past)
    expect(answerSaid(found, telling(world)).room[0]).toContain(
      'the connection that asked was closed before an answer came, and "keepPlace" had not been asked for. Ask again: get metal',
    )
  })
})
