import {
  answer,
  answerSaid,
  estimatesAt,
  messageSaid,
  misreadSaid,
  outcomeSaid,
  readLine,
  refusalSaid,
  type GetCommand,
  type Instant,
  type Lease,
  type Outcome,
  type Refusal,
  MINUTE,
  HOUR,
} from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const GRACE = 5 * MINUTE

/** Two machines whose driver needs no step, lent for two hours unless asked otherwise: nothing takes time but leases. */
const worldOf = (over: Parameters<typeof poolOf>[1] = {}, machines = 2): World =>
  new World(
    siteOf({
      pools: [poolOf('metal', { steps: [], ...over })],
      machines: machinesOf('metal', 'intel', machines),
      tenants: [tenantOf('alice'), tenantOf('bob', { quota: 2 })],
    }),
  )

const reserve = (world: World, by: string, from: number, get: Partial<GetCommand> = {}): Outcome | Refusal =>
  told(world.ask(by, { do: 'reserve', get: { ...PLAIN_GET, ...get }, from: from as Instant }))
const leasesOf = (world: World, tenant: string): Lease[] => [...world.fleet.leasesOf.of(tenant)]
const telling = (world: World) => ({
  fleet: world.fleet,
  at: world.at,
  say: (line: string) => `!duffy ${line}`,
  fingerprint: () => '',
  estimates: estimatesAt(world.fleet, world.at),
})

describe('a reservation', () => {
  test('is a lease from its start on, and nothing before', () => {
    const world = worldOf()
    expect(reserve(world, ALICE, world.at + HOUR, { count: 2 })).toMatchObject({ type: 'reserved' })
    world.pass(HOUR - 1)
    expect(world.fleet.leases.size).toBe(0)
    world.pass(1)
    expect(leasesOf(world, 'alice')).toMatchObject([{ grantedAt: world.at, machines: [{}, {}] }])
    expect(world.fleet.requests.size).toBe(0)
  })

  test('lets short leases have its machines before it, and keeps long ones from them', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + HOUR, { count: 2 })
    expect(world.get(BOB, { durationMs: HOUR - GRACE }).type).toBe('granted')
    expect(world.get(BOB, { durationMs: HOUR - GRACE + 1 }).type).toBe('waiting')
  })

  test('leaves others what it does not need', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + HOUR)
    expect(world.get(BOB, { durationMs: 10 * HOUR }).type).toBe('granted')
    expect(world.get(BOB, { durationMs: 10 * HOUR }).type).toBe('waiting')
  })

  test('begins in the same decision in which a lease ends: the end is first', () => {
    const world = worldOf({}, 1)
    world.get(BOB, { durationMs: HOUR - GRACE })
    const from = world.at + HOUR
    reserve(world, ALICE, from)
    for (const at of [from - GRACE - 5 * MINUTE, from]) {
      world.at = at as Instant
      world.ask('duffy', { do: 'sweep' })
    }
    const [last] = world.log.slice(-1)
    expect(last!.events.map(({ type }) => type).filter((type) => /lease(Ended|Granted)/.test(type))).toEqual([
      'leaseEnded',
      'leaseGranted',
    ])
    expect(leasesOf(world, 'alice')).toHaveLength(1)
  })

  test('goes before all who wait, whatever their priority', () => {
    const world = worldOf({}, 1)
    world.get(BOB, { durationMs: HOUR - GRACE })
    reserve(world, ALICE, world.at + HOUR)
    world.get(BOB, { durationMs: 10 * HOUR })
    world.pass(HOUR)
    expect(leasesOf(world, 'alice')).toHaveLength(1)
    expect(leasesOf(world, 'bob')).toHaveLength(0)
  })

  test('cuts an extension to what is left before it, and says why', () => {
    const world = worldOf({}, 1)
    world.get(BOB, { durationMs: HOUR })
    const from = world.at + 4 * HOUR
    reserve(world, ALICE, from)
    const extended = told(world.ask(BOB, { do: 'extend', what: null, byMs: 10 * HOUR }))
    expect(extended).toMatchObject({ type: 'extended', until: from - GRACE })
    expect(outcomeSaid(extended as Outcome, telling(world)).room[0]).toContain('metal is reserved from 04:16 UTC')
    expect(told(world.ask(BOB, { do: 'extend', what: null, byMs: HOUR })).type).toBe('awaited')
  })

  test('leaves time to make machines clean', () => {
    const world = worldOf({ steps: ['revoke', 'recycle'] }, 1)
    const turnaround = 2 * MINUTE
    reserve(world, ALICE, world.at + HOUR)
    expect(world.get(BOB, { durationMs: HOUR - GRACE - turnaround + 1 }).type).toBe('waiting')
    expect(world.get(BOB, { durationMs: HOUR - GRACE - turnaround }).type).toBe('granted')
    world.pass(HOUR - turnaround)
    world.pass(turnaround)
    expect(leasesOf(world, 'alice')).toHaveLength(1)
  })

  test('is refused at once where there is no room, with when there is', () => {
    const world = worldOf()
    world.get(BOB, { durationMs: 4 * HOUR })
    const refused = reserve(world, ALICE, world.at + HOUR, { count: 2 })
    expect(refused).toMatchObject({ type: 'noRoom', nearest: world.at + 4 * HOUR + GRACE })
    expect(refusalSaid(refused as Refusal, telling(world)).room[0]).toContain(
      'The next start at which there are: 04:21 UTC',
    )
    expect(reserve(world, ALICE, world.at + 4 * HOUR + GRACE, { count: 2 }).type).toBe('reserved')
  })

  test('is promised no machine that is given back too late to be clean by then', () => {
    const world = worldOf({ steps: ['revoke', 'recycle'] }, 1)
    const clean = world.at + HOUR + GRACE + 2 * MINUTE
    world.get(BOB, { durationMs: HOUR })
    expect(reserve(world, ALICE, clean - 1)).toMatchObject({ type: 'noRoom', nearest: clean })
    expect(reserve(world, ALICE, clean).type).toBe('reserved')
  })

  test('two of the same time share what there is, and no more', () => {
    const world = worldOf()
    const from = world.at + HOUR
    expect(reserve(world, ALICE, from).type).toBe('reserved')
    expect(reserve(world, BOB, from).type).toBe('reserved')
    expect(reserve(world, ALICE, from)).toMatchObject({ type: 'noRoom', nearest: from + 2 * HOUR + GRACE })
    expect(reserve(world, ALICE, from + 2 * HOUR + GRACE, { count: 2 }).type).toBe('reserved')
  })

  test('wants no room that a window of maintenance takes', () => {
    const world = worldOf()
    const from = (world.at + 2 * HOUR) as Instant
    world.ask('duffy', { do: 'setMaintenance', what: 'intel-1', from, until: null, forMs: null, reason: '' })
    expect(reserve(world, ALICE, world.at + HOUR, { count: 2 }).type).toBe('noRoom')
    expect(reserve(world, ALICE, world.at + HOUR).type).toBe('reserved')
  })

  test('has room after a window of maintenance that ends in time', () => {
    const world = worldOf()
    const from = (world.at + 2 * HOUR) as Instant
    const until = (world.at + 3 * HOUR) as Instant
    world.ask('duffy', { do: 'setMaintenance', what: 'intel-1', from, until, forMs: null, reason: '' })
    expect(reserve(world, ALICE, world.at + 4 * HOUR, { count: 2 }).type).toBe('reserved')
    for (let passed = 0; passed < 4; passed += 1) world.pass(HOUR)
    expect(leasesOf(world, 'alice')).toMatchObject([{ machines: [{}, {}] }])
  })

  test('counts against the quota when it is asked for, and again when it begins', () => {
    const world = worldOf({}, 4)
    const from = world.at + HOUR
    expect(reserve(world, BOB, from, { count: 2 }).type).toBe('reserved')
    expect(reserve(world, BOB, from)).toMatchObject({ type: 'overQuota', held: 2, quota: 2 })
    world.get(BOB, { durationMs: 2 * HOUR })
    world.pass(HOUR)
    expect(leasesOf(world, 'bob')).toHaveLength(1)
    world.done(BOB, null)
    expect(leasesOf(world, 'bob')).toMatchObject([{ machines: [{}, {}] }])
  })

  test('has limits: how many, how far ahead, how long', () => {
    const world = worldOf({}, 100)
    expect(reserve(world, ALICE, world.at + 31 * 24 * HOUR).type).toBe('tooFarAhead')
    expect(reserve(world, ALICE, world.at + HOUR, { durationMs: 25 * HOUR }).type).toBe('leaseTooLong')
    for (let made = 0; made < 20; made += 1) expect(reserve(world, ALICE, world.at + HOUR).type).toBe('reserved')
    expect(reserve(world, ALICE, world.at + HOUR)).toMatchObject({ type: 'tooMany', limit: 'reservationsPerTenant' })
  })

  test('is cancelled like any request, and keeps nothing then', () => {
    const world = worldOf({}, 1)
    reserve(world, ALICE, world.at + HOUR)
    expect(world.get(BOB, { durationMs: 4 * HOUR }).type).toBe('waiting')
    world.ask(ALICE, { do: 'cancel', what: null })
    expect(leasesOf(world, 'bob')).toHaveLength(1)
  })

  test('survives a restart', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + HOUR)
    world.restart()
    world.pass(HOUR)
    expect(leasesOf(world, 'alice')).toHaveLength(1)
  })

  test('wakes machines that are off in time', () => {
    const world = worldOf({ steps: ['provision', 'grant'], ready: 0 })
    reserve(world, ALICE, world.at + HOUR, { count: 2 })
    world.pass(HOUR - 4 * MINUTE)
    world.pass(4 * MINUTE)
    expect(leasesOf(world, 'alice')).toMatchObject([{ machines: [{}, {}] }])
  })

  test('that cannot be kept waits first in line, and says so', () => {
    const world = worldOf({}, 1)
    const address = { door: 'irc', identity: ALICE as never, nick: 'alice', room: null }
    reserve(world, ALICE, world.at + HOUR, { address })
    world.ask('duffy', { do: 'setMaintenance', what: 'intel-1', from: null, until: null, forMs: null, reason: '' })
    world.pass(HOUR)
    world.pass(2 * MINUTE)
    expect(messageSaid(world.notices.at(-1)!.message, telling(world)).room[0]).toContain('You are first in line')
    world.get(BOB)
    world.ask('duffy', { do: 'endMaintenance', what: 'intel-1' })
    expect(leasesOf(world, 'alice')).toHaveLength(1)
  })

  test('whose machines are wanted for maintenance says so at once to whoever made it, and to nobody else', () => {
    const world = worldOf({}, 2)
    const address = (identity: string) => ({ door: 'irc', identity: identity as never, nick: 'somebody', room: null })
    reserve(world, ALICE, world.at + HOUR, { count: 2, address: address(ALICE) })
    reserve(world, BOB, world.at + 20 * HOUR, { address: address(BOB) })
    world.ask('duffy', {
      do: 'setMaintenance',
      what: 'intel-1',
      from: world.at + HOUR,
      until: null,
      forMs: 2 * HOUR,
      reason: '',
    } as never)
    expect(world.notices).toMatchObject([
      { to: { identity: ALICE }, message: { type: 'reservationShort', from: world.at + HOUR, lacking: 1 } },
    ])
    expect(messageSaid(world.notices[0]!.message, telling(world)).room[0]).toContain(
      '1 of its machines is wanted for maintenance then',
    )
  })

  test('is announced half an hour before it begins, once', () => {
    const world = worldOf()
    const address = { door: 'irc', identity: ALICE as never, nick: 'alice', room: null }
    reserve(world, ALICE, world.at + HOUR, { address })
    world.pass(30 * MINUTE)
    world.pass(MINUTE)
    expect(world.notices.map(({ message }) => message.type)).toEqual(['reservationNear'])
    expect(messageSaid(world.notices[0]!.message, telling(world)).room[0]).toContain('begins at 01:16 UTC, for 2h')
  })
})

test('a machine whose lease has yet to begin is promised for when that is over however late it begins', () => {
  const world = worldOf({ steps: ['grant'] }, 1)
  const { at } = world
  world.get(BOB, { durationMs: HOUR })
  const [run] = [...world.fleet.runs.values()]
  const late = 15 * MINUTE
  expect(reserve(world, ALICE, at + HOUR + GRACE)).toMatchObject({
    type: 'noRoom',
    nearest: at + late + HOUR + GRACE,
  })
  expect(reserve(world, ALICE, at + late + HOUR + GRACE).type).toBe('reserved')
  world.at = (at + late - 1) as Instant
  const { id, fence } = run!
  const result = { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } } as const
  world.ask('duffy', { do: 'finishRun', run: id, fence, result })
  world.pass(HOUR + GRACE + 1)
  expect(leasesOf(world, 'alice')).toMatchObject([{ grantedAt: at + late + HOUR + GRACE }])
})

describe('a machine that failed', () => {
  /** Of three machines two are reserved in an hour; the first to be lent lets nobody in, and is quarantined. */
  const failing = (durationMs: number): { world: World; lease: () => Lease } => {
    const world = worldOf({ steps: ['grant'], failureLimit: 1 }, 3)
    reserve(world, ALICE, world.at + HOUR, { count: 2 })
    const { id, machines } = world.lease(world.get(BOB, { durationMs }))
    const well = world.perform
    world.perform = (order, run) =>
      run.machine === machines[0]!.machine ? { outcome: 'failed', message: 'no route to host' } : well(order, run)
    world.work()
    return { world, lease: () => world.fleet.leases.get(id)! }
  }

  test('is not replaced by one that is reserved for an hour at which it would not be back', () => {
    const { world, lease } = failing(10 * HOUR)
    expect(lease()).toMatchObject({ state: { status: 'preparing' }, machines: [] })
    world.ask(ALICE, { do: 'cancel', what: null })
    world.work()
    expect(lease()).toMatchObject({ state: { status: 'active' }, machines: [{}] })
  })

  test('is replaced at once by one that is back by then', () => {
    const { world, lease } = failing(HOUR / 4)
    expect(lease()).toMatchObject({ state: { status: 'active' }, machines: [{}] })
    world.pass(HOUR)
    expect(leasesOf(world, 'alice')).toMatchObject([{ machines: [{}, {}] }])
  })
})

describe('what reservations have no use for', () => {
  test.each(['now', 'priority 3'])('"%s" is refused with why', (words) => {
    const read = readLine(`reserve metal ${words} from 18:00`, { fingerprint: () => '', address: null, at: 0 })
    if (read.type !== 'misread') throw new Error(read.type)
    expect(misreadSaid(read, { say: (line) => `!duffy ${line}` }).room[0]).toMatch(
      /^"(now|priority)" does nothing here: a reservation .* Nothing was done\. Try: !duffy reserve/,
    )
  })
})

describe('the queue', () => {
  const queue = (world: World, by: string): readonly string[] =>
    answerSaid(answer(world.fleet, { by: by as never, at: world.at }, { ask: 'queue', type: null }), telling(world))
      .room

  test('tells of what is reserved, where somebody waits because of it', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + HOUR, { count: 2 })
    expect(queue(world, BOB)[0]).toContain('Nobody waits')
    world.get(BOB, { durationMs: 10 * HOUR })
    expect(queue(world, BOB)[1]).toContain('Reserved before them: 2 metal for alice from 01:16 UTC for 2h. ')
    expect(queue(world, ALICE)[1]).toMatch(/Reserved before them: R\w+, 2 metal for alice/)
  })

  test('tells of one whose hour has come as first', () => {
    const world = worldOf({}, 1)
    reserve(world, ALICE, world.at + HOUR)
    world.ask('duffy', { do: 'setMaintenance', what: 'intel-1', from: null, until: null, forMs: null, reason: '' })
    world.get(BOB)
    world.pass(HOUR)
    expect(queue(world, BOB)[1]).toContain('Reserved before them: 1 metal for alice since 01:16 UTC, and first. ')
  })

  test('does not tell of what is reserved of other machines', () => {
    const world = new World(
      siteOf({
        pools: [poolOf('metal', { steps: [] }), poolOf('rack', { steps: [] })],
        machines: [...machinesOf('metal', 'intel', 1), ...machinesOf('rack', 'amd', 1)],
        tenants: [tenantOf('alice'), tenantOf('bob')],
      }),
    )
    reserve(world, ALICE, world.at + HOUR, { type: 'rack' })
    world.get(ALICE, { type: 'metal', durationMs: 10 * HOUR })
    world.get(BOB, { type: 'metal', durationMs: 10 * HOUR })
    expect(queue(world, BOB).join()).not.toContain('Reserved')
  })
})

describe('maintenance that falls on a reservation', () => {
  const maintain = (world: World, what: string, from: number, until: number | null): Outcome =>
    told(
      world.ask('duffy', {
        do: 'setMaintenance',
        what,
        from: from as Instant,
        until: until as Instant | null,
        forMs: null,
        reason: '',
      }),
    ) as Outcome

  test('says whose it is and when, and how many machines it lacks', () => {
    const world = worldOf()
    const from = world.at + 4 * HOUR
    reserve(world, ALICE, from, { count: 2 })
    const set = maintain(world, 'intel-1', world.at + 3 * HOUR, world.at + 5 * HOUR)
    expect(set).toMatchObject({ reservations: [{ tenant: 'alice', count: 2, from, lacking: 1 }] })
    expect(outcomeSaid(set, telling(world)).room.at(-1)).toMatch(
      /^Reserved, and too few machines then: R\w+ for alice \(2 from 04:16 UTC\) lacks 1\.$/,
    )
  })

  test('says so of all of a pool that goes at once', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + 4 * HOUR)
    expect(maintain(world, 'pool:metal', world.at, null)).toMatchObject({ reservations: [{ lacking: 1 }] })
  })

  test('says nothing where enough is left, or the window is over by then', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + 4 * HOUR)
    expect(maintain(world, 'intel-1', world.at + 3 * HOUR, world.at + 5 * HOUR)).toMatchObject({ reservations: [] })
    expect(maintain(world, 'intel-2', world.at, world.at + HOUR)).toMatchObject({ reservations: [] })
  })

  test('says nothing of what lacked machines before', () => {
    const world = worldOf({}, 1)
    reserve(world, ALICE, world.at + 4 * HOUR)
    maintain(world, 'intel-1', world.at, null)
    expect(maintain(world, 'intel-1', world.at, world.at + 9 * HOUR)).toMatchObject({ reservations: [] })
  })
})

describe('what is reserved', () => {
  test('is listed for everybody, its id for those alone whose it is', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + HOUR)
    const seen = (by: string): string =>
      answerSaid(answer(world.fleet, { by: by as never, at: world.at }, { ask: 'reservations' }), telling(world))
        .room[0]!
    expect(seen(ALICE)).toBe('Reserved: R728: 1 metal for alice from 01:16 UTC for 2h. Cancel: !duffy cancel R728')
    expect(seen(BOB)).toContain('Reserved: 1 metal for alice from 01:16 UTC for 2h.')
  })

  test('stands in the list of whoever asked for it, and is explained', () => {
    const world = worldOf()
    reserve(world, ALICE, world.at + HOUR)
    const asked = (question: Parameters<typeof answer>[2]): string =>
      answerSaid(answer(world.fleet, { by: ALICE as never, at: world.at }, question), telling(world)).room[0]!
    expect(asked({ ask: 'list', scope: 'mine' })).toContain('R728 (1 metal, reserved from 01:16 UTC)')
    expect(asked({ ask: 'why', about: 'R728' })).toContain('Reservation R728: 1 metal from 01:16 UTC for 2h.')
  })
})
