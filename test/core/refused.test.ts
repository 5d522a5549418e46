import {
  answer,
  answerSaid,
  refused,
  refusalSaid,
  type Command,
  type Identity,
  type Instant,
  type Refused,
  type WhyRefusal,
  HOUR,
} from '#core'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const GRACE = HOUR / 12
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Two machines of one platform and one of another, that need no steps; of three that bob may have. */
const worldOf = (): World =>
  new World(
    siteOf({
      pools: [poolOf('metal', { steps: [] })],
      machines: [...machinesOf('metal', 'intel', 2), ...machinesOf('metal', 'amd', 1)],
      tenants: [tenantOf('alice'), tenantOf('bob', { quota: 3 })],
    }),
  )

/** Asks in vain, and remembers it. */
const ask = (world: World, by: string, command: Command): Refused => {
  const refusal = told(world.ask(by, command))
  const asked = { id: null, by: by as Identity, door: 'test', at: world.at, command }
  return refused(world.fleet, asked, refusal as never, sha256)!
}
const why = (world: World, by: string, of: Refused): WhyRefusal =>
  answer(
    world.fleet,
    { by: by as Identity, at: world.at },
    { ask: 'why', about: of.ref.toLowerCase() },
    {
      leases: [],
      requests: [],
      refused: [of],
    },
  ) as WhyRefusal
const words = (world: World, by: string, of: Refused) =>
  answerSaid(why(world, by, of), { say: (line) => `!duffy ${line}`, at: world.at, fingerprint: () => '' })

const reserve = (from: number, count = 1): Command => ({
  do: 'reserve',
  get: { ...PLAIN_GET, count },
  from: from as Instant,
})

describe('a refusal tells', () => {
  test('what became of every machine, and what would have done', () => {
    const world = worldOf()
    world.get(BOB, { count: 2, durationMs: HOUR })
    const no = ask(world, ALICE, { ...PLAIN_GET, platform: 'any', count: 2, queue: false })
    expect(no).toMatchObject({ tenant: 'alice', at: world.at, refusal: { type: 'noneFree' } })
    expect(no.grounds.why).toMatchObject({ considered: 3, dropped: { busy: 2 }, examples: [{ rule: 'busy' }] })
    expect(words(world, ALICE, no).room).toEqual([
      `${no.ref}: at 00:16 UTC alice asked "get metal 2 any now". 2 metal are not free now; nothing was leased. Wait in line: !duffy get metal 2 any`,
      'Of 3 there: 2 in use. For example intel-1: in use until 01:21 UTC.',
    ])
  })

  test('the most that could ever be', () => {
    const world = worldOf()
    const no = ask(world, ALICE, { ...PLAIN_GET, count: 5 })
    expect(why(world, ALICE, no)).toMatchObject({
      refusal: { type: 'neverEnough', most: 2, elsewhere: 3 },
      grounds: { why: { considered: 3 } },
      instead: ['get metal 2', 'get metal 3 any'],
    })
    expect(words(world, ALICE, no).room.at(-1)).toBe('Would have done: !duffy get metal 2')
  })

  test('for whom machines were kept, to others without the request', () => {
    const world = worldOf()
    world.ask(ALICE, reserve(world.at + HOUR, 2))
    const no = ask(world, BOB, { ...PLAIN_GET, durationMs: 9 * HOUR, count: 2, queue: false })
    const [claim] = no.grounds.claims
    expect(claim).toMatchObject({ tenant: 'alice', count: 2, reserved: true })
    expect(why(world, BOB, no).grounds.claims).toMatchObject([{ tenant: 'alice', request: null }])
    expect(words(world, BOB, no).room[1]).toContain('Kept: 2 for alice from 01:16 UTC (reserved).')
  })

  test('what its tenant held, to nobody else', () => {
    const world = worldOf()
    world.get(BOB, { platform: 'any', durationMs: HOUR })
    const no = ask(world, BOB, { ...PLAIN_GET, count: 3, platform: 'any' })
    const { room, person } = words(world, BOB, no)
    expect(no.grounds.charged).toMatchObject([{ count: 1, until: world.at + HOUR + GRACE }])
    expect(room.join('\n')).not.toContain('01:21')
    expect(room.join('\n')).not.toContain('metal 2')
    expect(person[0]).toContain('Ask for fewer: !duffy get metal 2 any')
    expect(person.at(-1)).toMatch(/^bob had L\w+ \(1 until 01:21 UTC\)\.$/)
  })

  test('how much room there was for a reservation, and what was in its way', () => {
    const world = worldOf()
    const from = world.at + HOUR
    world.ask(ALICE, reserve(from, 2))
    const no = ask(world, ALICE, reserve(from, 2))
    expect(no.grounds.rooms).toEqual([
      { platform: 'amd', free: 1 },
      { platform: 'intel', free: 0 },
    ])
    expect(no.grounds.claims).toMatchObject([{ count: 2, from }])
    const { room } = words(world, ALICE, no)
    expect(room[1]).toMatch(
      /^Kept: 2 for R\w+ of alice from 01:16 UTC \(reserved\)\. Free for all of that time: 1 on amd and 0 on intel\.$/,
    )
    expect(room[2]).toBe('Would have done: !duffy reserve metal from 1970-01-01T01:17Z')
  })

  test('whom an extension would have broken its word to', () => {
    const world = worldOf()
    world.get(BOB, { count: 2, durationMs: HOUR })
    world.ask(ALICE, reserve(world.at + HOUR + GRACE, 2))
    const no = ask(world, BOB, { do: 'extend', what: null, byMs: HOUR })
    expect(no).toMatchObject({ refusal: { type: 'awaited' }, grounds: { claims: [{ tenant: 'alice', count: 2 }] } })
    expect(words(world, BOB, no).room[0]).toContain('asked "extend 1h"')
  })

  test('which leases are kept for debugging already', () => {
    const world = worldOf()
    const first = world.lease(world.get(BOB, { platform: 'any' }))
    const second = world.lease(world.get(BOB, { platform: 'any' }))
    world.ask(BOB, { do: 'hold', what: first.id, forMs: HOUR, reason: '' })
    const no = ask(world, BOB, { do: 'hold', what: second.id, forMs: HOUR, reason: 'secret' })
    expect(no).toMatchObject({ refusal: { type: 'tooManyHeld' }, grounds: { charged: [{ id: first.id }] } })
    expect(JSON.stringify(no)).not.toContain('secret')
  })
})

describe('what is remembered', () => {
  test('is of commands that want machines, by people whom Duffy knows', () => {
    const world = worldOf()
    const of = (by: string, command: Command): Refused | null =>
      refused(
        world.fleet,
        { id: null, by: by as Identity, door: 't', at: world.at, command },
        { type: 'noKeys' },
        sha256,
      )
    expect(of(ALICE, PLAIN_GET)).not.toBe(null)
    expect(of(ALICE, { do: 'done', what: null })).toBe(null)
    expect(of('irc:net:mallory', PLAIN_GET)).toBe(null)
  })

  test('is bounded, whatever was sent', () => {
    const world = worldOf()
    const labels = Array.from({ length: 100 }, (_, n) => `label-${n}`)
    const metadata = { note: 'x'.repeat(5000) }
    const no = ask(world, ALICE, { ...PLAIN_GET, labels, metadata, reason: 'y'.repeat(2000) })
    expect(JSON.stringify(no).length).toBeLessThan(1000)
  })

  test('has a reference that is no lease, no request, and the same for the same', () => {
    const world = worldOf()
    const command = { ...PLAIN_GET, count: 9 }
    const no = ask(world, ALICE, command)
    expect(no.ref).toMatch(/^X[2-9A-HJ-NP-TW-Z]{5}$/)
    expect(ask(world, ALICE, command).ref).toBe(no.ref)
    world.pass(1)
    expect(ask(world, ALICE, command).ref).not.toBe(no.ref)
  })

  test("is its own tenant's, and unknown to others", () => {
    const world = worldOf()
    const no = ask(world, ALICE, { ...PLAIN_GET, count: 9 })
    expect(why(world, ALICE, no).type).toBe('whyRefusal')
    const foreign = why(world, BOB, no) as unknown
    expect(foreign).toMatchObject({ type: 'refused', refusal: { type: 'noSuchRefusal', asked: no.ref } })
    expect(answer(world.fleet, { by: BOB as Identity, at: world.at }, { ask: 'why', about: no.ref })).toEqual(foreign)
  })

  test('is pointed at in words where there is more to say', () => {
    const telling = { say: (line: string) => `!duffy ${line}`, at: 0 as Instant, ref: 'X7Q2KM' as never }
    expect(refusalSaid({ type: 'queueFull', limit: 'waitingRequests', most: 5 }, telling).room[0]).toMatch(
      /see !duffy status\. Why: !duffy why X7Q2KM$/,
    )
  })
})
