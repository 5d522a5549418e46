import { DEFAULT_LIMITS, isStale, type Fingerprint, type Identity, type Message, MINUTE } from '#core'
import { beforeEach, describe, expect, test } from 'vitest'
import { poolOf, siteOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const address = { door: 'irc:net', identity: ALICE as Identity, nick: 'alice', room: null }

let world: World
beforeEach(() => {
  world = new World(siteOf({ pools: [poolOf('metal', { graceMs: 0 })] }))
})

const lent = (durationMs = 120 * MINUTE) => {
  const outcome = world.get(ALICE, { address, durationMs })
  world.work()
  return world.lease(outcome)
}
const messages = (type: Message['type']) =>
  world.notices.map(({ message }) => message).filter((one) => one.type === type)
const pass = (minutes: number): void => {
  for (let minute = 0; minute < minutes; minute += 1) world.pass(MINUTE)
}
const endOf = (id: string): number | undefined => {
  const state = world.fleet.leases.get(id as never)?.state
  return state?.status === 'active' ? state.until : undefined
}

describe('a lease whose last warning fell into a time when Duffy was away', () => {
  test('is warned first, and ends no sooner than the warning says', () => {
    const { id } = lent()
    world.away(200 * MINUTE)
    expect(messages('leaseEnding')).toEqual([
      { type: 'leaseEnding', lease: id, until: world.at + 5 * MINUTE, minutes: 5, spared: true },
    ])
    expect(endOf(id)).toBe(world.at + 5 * MINUTE)
    pass(4)
    expect(endOf(id)).toBeDefined()
    pass(1)
    expect(endOf(id)).toBeUndefined()
    expect(messages('leaseEnded')).toHaveLength(1)
    expect(messages('leaseEnding')).toHaveLength(1)
  })

  test('is so though its end is still to come', () => {
    const { id } = lent()
    pass(110)
    world.away(7 * MINUTE)
    expect(endOf(id)).toBe(world.at + 5 * MINUTE)
  })

  test('ends when it was to where the warning comes hardly late', () => {
    const { id } = lent()
    const until = endOf(id)
    pass(110)
    world.away(5.5 * MINUTE)
    expect(messages('leaseEnding').at(-1)).toEqual({ type: 'leaseEnding', lease: id, until, minutes: 5 })
  })

  test('ends when it was to if it is too short for a warning', () => {
    const { id } = lent(8 * MINUTE)
    world.away(20 * MINUTE)
    expect(endOf(id)).toBeUndefined()
  })

  test('ends when it was to if only an earlier warning was missed', () => {
    const { id } = lent()
    const until = endOf(id)
    world.away(100 * MINUTE)
    expect(messages('leaseEnding')).toEqual([{ type: 'leaseEnding', lease: id, until, minutes: 30 }])
  })

  test('is warned anew where nobody had tried to give the warning that was written', () => {
    const { id } = lent()
    pass(115)
    world.at = (world.at + 4 * MINUTE) as never
    world.ask('duffy', { do: 'noteUnwarned', leases: [id] })
    world.away(0)
    expect(messages('leaseEnding').at(-1)).toMatchObject({ until: world.at + 5 * MINUTE, spared: true })
    expect(told(world.ask(ALICE, { do: 'noteUnwarned', leases: [id] }))).toEqual({ type: 'operatorsOnly' })
  })

  test('outlives a restart as it is', () => {
    const { id } = lent()
    world.away(200 * MINUTE)
    const until = endOf(id)
    world.restart()
    expect(endOf(id)).toBe(until)
  })

  test('follows the warnings that the site gives', () => {
    world = new World(siteOf({ limits: { ...DEFAULT_LIMITS, warnMinutes: [20] } }))
    const { id } = lent()
    world.away(300 * MINUTE)
    expect(endOf(id)).toBe(world.at + 20 * MINUTE)
  })
})

describe('snooze', () => {
  const snooze = (what: string | null = null, forMs: number | null = null, by = ALICE) =>
    told(world.ask(by, { do: 'snooze', what, forMs }))

  test('has the end told of once more, and leaves it where it is', () => {
    const { id } = lent()
    const until = endOf(id)
    pass(91)
    expect(snooze()).toEqual({ type: 'snoozed', lease: id, at: world.at + 14.5 * MINUTE, until })
    expect(snooze(id, 10 * MINUTE)).toMatchObject({ at: world.at + 10 * MINUTE })
    pass(9)
    expect(messages('leaseEnding')).toHaveLength(1)
    pass(1)
    expect(messages('leaseEnding').at(-1)).toEqual({ type: 'leaseEnding', lease: id, until, minutes: 19 })
    pass(14)
    expect(messages('leaseEnding')).toHaveLength(3)
    expect(endOf(id)).toBe(until)
  })

  test('does not put off the last warning', () => {
    lent()
    pass(91)
    snooze(null, 28 * MINUTE)
    pass(24)
    expect(messages('leaseEnding').at(-1)).toMatchObject({ minutes: 5 })
    pass(4)
    expect(messages('leaseEnding').at(-1)).toMatchObject({ minutes: 1 })
  })

  test('is forgotten once the end is moved, and kept over a restart', () => {
    const { id } = lent()
    snooze(null, 10 * MINUTE)
    world.restart()
    expect(world.fleet.leases.get(id)!.remindAt).toBe(world.at + 10 * MINUTE)
    world.ask(ALICE, { do: 'extend', what: id, byMs: 60 * MINUTE })
    pass(11)
    expect(messages('leaseEnding')).toEqual([])
  })

  test('is refused past the end, where nobody is told, and of what is not theirs', () => {
    const { id } = lent()
    expect(snooze(id, 120 * MINUTE)).toMatchObject({ type: 'snoozeTooLong', lease: id })
    expect(snooze(id, MINUTE, BOB)).toMatchObject({ type: 'noSuchLease' })
    const asked = world.get(BOB)
    world.work()
    const silent = world.lease(asked)
    expect(snooze(null, MINUTE, BOB)).toEqual({ type: 'toldNowhere', lease: silent.id })
  })
})

describe('mute', () => {
  const mute = (forMs: number | null, by = ALICE) => told(world.ask(by, { do: 'mute', forMs }))

  test('leaves only the last warning', () => {
    lent()
    expect(mute(600 * MINUTE)).toEqual({ type: 'muted', until: world.at + 600 * MINUTE })
    pass(121)
    expect(world.notices.map(({ message }) => message.type)).toEqual(['leaseReady', 'leaseEnding'])
    expect(messages('leaseEnding')[0]).toMatchObject({ minutes: 5 })
  })

  test('ends by itself, or when it is taken back', () => {
    mute(5 * MINUTE)
    world.pass(5 * MINUTE)
    lent()
    expect(messages('leaseReady')).toHaveLength(1)
    mute(60 * MINUTE)
    expect(mute(null)).toEqual({ type: 'muted', until: null })
    lent()
    expect(messages('leaseReady')).toHaveLength(2)
  })

  test('holds at every door of whoever said it, and over a restart', () => {
    const digest = 'SHA256:x' as Fingerprint
    world.ask('slack:T1:U1', { do: 'offerLink', digest, address: null })
    world.ask(ALICE, { do: 'link', digest, sure: true, address })
    mute(60 * MINUTE, 'slack:T1:U1')
    world.restart()
    lent()
    expect(messages('leaseReady')).toEqual([])
    mute(null)
    world.done(ALICE, 'all')
    lent()
    expect(messages('leaseReady')).toHaveLength(1)
  })

  test('does not keep from anybody what becomes of their accounts', () => {
    mute(60 * MINUTE)
    const digest = 'SHA256:x' as Fingerprint
    world.ask('slack:T1:U1', { do: 'offerLink', digest, address: null })
    world.ask('irc:net:bob', { do: 'link', digest, sure: true, address: null })
    expect(messages('linked')).toHaveLength(1)
  })
})

describe('what others do to what is somebody’s', () => {
  test('is told to its owner', () => {
    const operator = { id: 'op', tenant: 'bob', role: 'operator', digest: '', note: '' } as never
    world.ask('duffy', { do: 'addApiKey', apiKey: operator })
    const { id } = lent()
    world.done('key:op', id)
    expect(messages('leaseEnded')).toMatchObject([{ lease: id, how: 'done' }])
    world.get(BOB, { count: 8, platform: 'any' })
    const waiting = world.get(ALICE, { address, count: 1 })
    expect(waiting.type).toBe('waiting')
    world.ask('key:op', { do: 'cancel', what: (waiting as { request: string }).request })
    expect(messages('requestEnded')).toMatchObject([{ because: { type: 'cancelled' } }])
  })

  test('is not told to whoever did it', () => {
    lent()
    world.done(ALICE, null)
    expect(messages('leaseEnded')).toEqual([])
  })
})

describe('a warning that could not be told so far', () => {
  const stale = (message: Message) => isStale(world.fleet, message, world.at)

  test('is left out once its end was moved, it is past, or another was given', () => {
    const { id } = lent()
    pass(91)
    const [first] = messages('leaseEnding')
    expect(stale(first!)).toBe(false)
    pass(25)
    expect(stale(first!)).toBe(true)
    const second = messages('leaseEnding').at(-1)!
    expect(stale(second)).toBe(false)
    world.ask(ALICE, { do: 'extend', what: id, byMs: 60 * MINUTE })
    expect(stale(second)).toBe(true)
    world.done(ALICE, id)
    expect(stale(second)).toBe(true)
  })
})
