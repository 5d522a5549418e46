import {
  DEFAULT_LIMITS,
  endingsOf,
  isStale,
  messageSaid,
  outcomeSaid,
  type Event,
  type Fingerprint,
  type Identity,
  type LeaseId,
  type Message,
  type Outcome,
  SECOND,
  MINUTE,
  HOUR,
} from '#core'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'

let world: World
const worldOf = (warnMinutes = DEFAULT_LIMITS.warnMinutes): World =>
  new World(
    siteOf({
      limits: { ...DEFAULT_LIMITS, warnMinutes },
      pools: [poolOf('metal', { graceMs: 0 })],
      machines: machinesOf('metal', 'intel', 40),
      tenants: [tenantOf('alice'), tenantOf('bob')],
    }),
  )
beforeEach(() => {
  world = worldOf()
})

const lent = (durationMs = 2 * HOUR, by = ALICE): LeaseId => {
  const door = by.slice(0, by.lastIndexOf(':'))
  const nick = by.slice(by.lastIndexOf(':') + 1)
  const outcome = world.get(by, { durationMs, address: { door, identity: by as Identity, nick, room: null } })
  world.work()
  return world.lease(outcome).id
}
/** Duffy looks every five seconds for so long. */
const pass = (ms: number): void => {
  for (let passed = 0; passed < ms; passed += 5 * SECOND) world.away(5 * SECOND)
}
interface Told {
  readonly at: number
  readonly to: string
  readonly message: Message
}
/** Warnings as they were told, with the moment. */
const warnings = (act: () => void, stepMs = 5 * SECOND, ms = 0): Told[] => {
  const found: Told[] = []
  const look = (from: number): void => {
    for (const { to, message } of world.notices.slice(from))
      if (endingsOf(message).length > 0) found.push({ at: world.at, to: to.identity, message })
  }
  const before = world.notices.length
  act()
  look(before)
  for (let passed = 0; passed < ms; passed += stepMs) {
    const from = world.notices.length
    world.away(stepMs)
    look(from)
  }
  return found
}
const namedIn = ({ message }: Pick<Told, 'message'>): string[] => endingsOf(message).map(({ lease }) => lease)
const events = (): readonly Event[] => world.log.flatMap((record) => record.events)
const say = (line: string): string => `!duffy ${line}`
const words = (message: Message): readonly string[] =>
  messageSaid(message, { fleet: world.fleet, at: world.at, say, fingerprint: () => '' }).person

describe('leases of one owner that end within a minute', () => {
  test('are warned of in one message, each time', () => {
    const ids = [lent()]
    pass(20 * SECOND)
    ids.push(lent())
    pass(20 * SECOND)
    ids.push(lent())
    const all = warnings(() => {}, 5 * SECOND, 2 * HOUR)
    expect(all.map(namedIn)).toEqual([ids, ids])
    expect(all.map(({ message }) => endingsOf(message)[0]!.minutes)).toEqual([30, 5])
  })

  test('are so whatever the warnings are', () => {
    const first = lent()
    pass(25 * MINUTE)
    const second = lent()
    const all = warnings(() => {}, 5 * SECOND, 92 * MINUTE)
    expect(all.map(({ message }) => endingsOf(message))).toMatchObject([
      [{ lease: first, minutes: 30 }],
      [
        { lease: first, minutes: 5 },
        { lease: second, minutes: 30 },
      ],
    ])
  })

  test('that end later than that are warned of later', () => {
    const first = lent()
    pass(70 * SECOND)
    const second = lent()
    expect(warnings(() => {}, 5 * SECOND, 100 * MINUTE).map(namedIn)).toEqual([[first], [second]])
  })

  test('are no matter of anybody else', () => {
    const [hers, his] = [lent(), lent(2 * HOUR, BOB)]
    const all = warnings(() => {}, 5 * SECOND, 100 * MINUTE)
    expect(all.map(({ to, message }) => [to, namedIn({ message })])).toEqual([
      [ALICE, [hers]],
      [BOB, [his]],
    ])
  })

  test('are never warned of much earlier than the warning says', () => {
    world = worldOf([1])
    lent(4 * MINUTE)
    pass(40 * SECOND)
    lent(4 * MINUTE)
    const all = warnings(() => {}, SECOND, 4 * MINUTE)
    expect(all.map(({ message }) => endingsOf(message).length)).toEqual([1, 1])
  })

  test('are twenty in a message, and the rest in the next', () => {
    for (let held = 0; held < 23; held += 1) lent()
    expect(warnings(() => {}, MINUTE, 100 * MINUTE).map((one) => namedIn(one).length)).toEqual([20, 3])
  })

  test('of whoever wants to hear nothing are told of only where no other warning comes', () => {
    world.ask(ALICE, { do: 'mute', forMs: 24 * HOUR })
    const first = lent()
    pass(30 * SECOND)
    const second = lent()
    const all = warnings(() => {}, 5 * SECOND, 2 * HOUR)
    expect(all.map(namedIn)).toEqual([[first, second]])
    expect(endingsOf(all[0]!.message).map(({ minutes }) => minutes)).toEqual([5, 5])
  })

  test('whose last warnings Duffy missed are warned of together, and end no sooner than that says', () => {
    const ids = [lent(), lent()]
    const [only, ...more] = warnings(() => world.away(3 * HOUR))
    expect(more).toEqual([])
    expect(endingsOf(only!.message)).toEqual(
      ids.map((lease) => ({ lease, until: world.at + 5 * MINUTE, minutes: 5, spared: true })),
    )
    expect(words(only!.message)[0]).toContain('later than they were to: I was away')
    pass(4 * MINUTE)
    expect([...world.fleet.leases.values()].map(({ id }) => id)).toEqual(ids)
  })

  test('are warned of anew where nobody had tried to tell them', () => {
    const ids = [lent(), lent()]
    world.pass(115 * MINUTE)
    world.at = (world.at + 4 * MINUTE) as never
    world.ask('duffy', {
      do: 'noteUnwarned',
      leases: endingsOf(world.notices.at(-1)!.message).map(({ lease }) => lease),
    })
    const [only] = warnings(() => world.away(0))
    expect(endingsOf(only!.message)).toMatchObject(ids.map((lease) => ({ lease, spared: true })))
  })

  test('are warned of once each for every warning, in messages a minute apart', () => {
    const waits = fc.array(fc.record({ after: fc.integer({ min: 0, max: 150 }), by: fc.constantFrom(ALICE, BOB) }), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(waits, (asked) => {
        world = worldOf()
        for (const { after, by } of asked) {
          for (let passed = 0; passed < after; passed += 5) world.away(5 * SECOND)
          lent(2 * HOUR, by)
        }
        const all = warnings(() => {}, 5 * SECOND, 121 * MINUTE)
        const each = all.flatMap(({ message }) => endingsOf(message).map(({ lease, minutes }) => `${lease} ${minutes}`))
        expect(each.toSorted()).toEqual([...new Set(each)].toSorted())
        expect(each).toHaveLength(asked.length * 2)
        expect(events().filter(({ type }) => type === 'leaseWarned')).toHaveLength(asked.length * 2)
        for (const owner of [ALICE, BOB]) {
          const times = all.filter(({ to }) => to === owner).map(({ at }) => at)
          for (const [index, at] of times.entries())
            if (index > 0) expect(at - times[index - 1]!).toBeGreaterThan(MINUTE - 1)
        }
        for (const { at, message } of all)
          for (const { until, minutes } of endingsOf(message))
            expect(until - at).toBeLessThanOrEqual((minutes + 1) * MINUTE)
      }),
      { numRuns: 25 },
    )
  })
})

describe('the words', () => {
  test('name all, when they end, and what does for all', () => {
    const [a, b] = [lent(), lent()]
    const [{ message }] = warnings(() => {}, MINUTE, 91 * MINUTE) as [Told]
    const machine = (id: LeaseId): string => world.fleet.leases.need(id).machines[0]!.machine
    expect(words(message)).toEqual([
      `Leases ${a} (${machine(a)}) and ${b} (${machine(b)}) end at 02:16 UTC, in 29m.`,
      `More time for all: !duffy extend all 2h; for one: !duffy extend ${a} 2h. Through with all: !duffy done all`,
    ])
  })

  test('name those apart that end apart', () => {
    const [a, b, c] = [lent(), lent(2 * HOUR + 50 * SECOND), lent(2 * HOUR + 50 * SECOND)]
    const [{ message }] = warnings(() => {}, MINUTE, 91 * MINUTE) as [Told]
    const named = (id: LeaseId): string => `${id} (${world.fleet.leases.need(id).machines[0]!.machine})`
    const [first] = words(message)
    expect(first).toContain(`Lease ${named(a)} ends at `)
    expect(first).toContain(`; leases ${named(b)} and ${named(c)} end at `)
  })

  test('do not offer to end all where more is held than they name', () => {
    const a = lent()
    lent()
    lent(10 * HOUR)
    const [{ message }] = warnings(() => {}, MINUTE, 91 * MINUTE) as [Told]
    expect(words(message)[1]).toContain(`all that you hold: !duffy extend all 2h`)
    expect(words(message)[1]).toContain(`Through with one: !duffy done ${a}`)
    expect(words(message).join(' ')).not.toContain('done all')
  })

  test('leave out those that end at another time by then, and are not said once none is left', () => {
    const [a, b] = [lent(), lent()]
    const [{ message }] = warnings(() => {}, MINUTE, 91 * MINUTE) as [Told]
    world.ask(ALICE, { do: 'extend', what: a, byMs: HOUR })
    expect(isStale(world.fleet, message, world.at)).toBe(false)
    expect(words(message)).toHaveLength(1)
    expect(words(message)[0]).toContain(`Lease ${b} `)
    world.done(ALICE, b)
    expect(isStale(world.fleet, message, world.at)).toBe(true)
  })
})

describe('extending all', () => {
  const extend = (byMs: number, by = ALICE) => told(world.ask(by, { do: 'extend', what: 'all', byMs }))
  const endOf = (id: LeaseId): number => (world.fleet.leases.need(id).state as unknown as { until: number }).until

  test('moves the end of each that the asker holds, from where it is, and of no other', () => {
    const [a, b, his] = [lent(), lent(3 * HOUR), lent(2 * HOUR, BOB)]
    const before = [a, b, his].map(endOf)
    expect(extend(HOUR)).toMatchObject({ type: 'extendedAll', leases: [{ lease: a }, { lease: b }], kept: [] })
    expect([a, b, his].map(endOf)).toEqual([before[0]! + HOUR, before[1]! + HOUR, before[2]])
  })

  test('names those whose end cannot be moved, and says how to learn why', () => {
    const [a, b] = [lent(), lent(24 * HOUR)]
    const outcome = extend(HOUR)
    expect(outcome).toMatchObject({ type: 'extendedAll', leases: [{ lease: a }], kept: [b] })
    const said = outcomeSaid(outcome as Outcome, { fleet: world.fleet, at: world.at, say, fingerprint: () => '' })
    expect(said.room[0]).toContain(`${b} ends when it was to; why: !duffy extend ${b} 2h`)
  })

  test('is refused as for one where none can be moved, none has begun, or none is held', () => {
    expect(extend(HOUR)).toEqual({ type: 'holdsNothing' })
    const id = lent(24 * HOUR)
    expect(extend(HOUR)).toMatchObject({ type: 'cannotExtend', lease: id })
  })

  test('is for all doors of one person', () => {
    const digest = 'SHA256:x' as Fingerprint
    const id = lent()
    world.ask('slack:T1:U1', { do: 'offerLink', digest, address: null })
    world.ask(ALICE, { do: 'link', digest, sure: true, address: null })
    expect(extend(HOUR, 'slack:T1:U1')).toMatchObject({ type: 'extendedAll', leases: [{ lease: id }] })
  })
})
