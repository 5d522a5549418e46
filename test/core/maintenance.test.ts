import {
  answer,
  answerSaid,
  estimatesAt,
  messageSaid,
  outcomeSaid,
  readLine,
  refusalSaid,
  type Instant,
  type Machine,
  type MachineName,
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
/** Until one is let in at the latest, the grace, and the turnaround of the pools of these tests. */
const AROUND = 15 * MINUTE + 5 * MINUTE + 2 * MINUTE

/** Two machines, lent for two hours unless asked otherwise. */
const worldOf = (over: Parameters<typeof poolOf>[1] = {}): World =>
  new World(
    siteOf({
      pools: [poolOf('metal', over)],
      machines: machinesOf('metal', 'intel', 2, ['ssd']),
      tenants: [tenantOf('alice'), tenantOf('bob')],
    }),
  )

interface When {
  readonly from?: number
  readonly until?: number
  readonly reason?: string
}

const maintain = (world: World, what: string, { from, until, reason = 'bad disk' }: When = {}): Outcome | Refusal =>
  told(
    world.ask('duffy', {
      do: 'setMaintenance',
      what,
      from: (from ?? null) as Instant | null,
      until: (until ?? null) as Instant | null,
      forMs: null,
      reason,
    }),
  )
const lift = (world: World, what: string): Outcome | Refusal => told(world.ask('duffy', { do: 'endMaintenance', what }))
const machine = (world: World, name: string): Machine => world.fleet.machines.need(name as MachineName)
const status = (world: World, name: string): string => machine(world, name).state.status
const telling = (world: World) => ({
  fleet: world.fleet,
  at: world.at,
  say: (line: string) => `!duffy ${line}`,
  fingerprint: () => '',
  estimates: estimatesAt(world.fleet, world.at),
})
const why = (world: World, about: string): string =>
  answerSaid(
    answer(world.fleet, { by: ALICE as never, at: world.at }, { ask: 'why', about }),
    telling(world),
  ).room.join(' ')

describe('maintenance from now on', () => {
  test('takes a free machine out at once, and brings it back by way of a check', () => {
    const world = worldOf()
    expect(maintain(world, 'intel-1', { until: world.at + HOUR })).toMatchObject({ machines: ['intel-1'] })
    expect(status(world, 'intel-1')).toBe('maintenance')
    world.at = (world.at + HOUR) as Instant
    world.ask('duffy', { do: 'sweep' })
    expect(status(world, 'intel-1')).toBe('checking')
    world.work()
    expect(machine(world, 'intel-1')).toMatchObject({ state: { status: 'ready' }, maintenance: null })
  })

  test('a machine in it is neither lent, checked nor burnt in', () => {
    const world = worldOf({ idleLimitMs: 2 * HOUR })
    maintain(world, 'intel-1')
    const runs: string[] = []
    world.perform = ({ machine: { name }, step }) => {
      if (name === 'intel-1') runs.push(step)
      return { outcome: 'ok', report: {} }
    }
    world.get(ALICE)
    world.get(ALICE)
    for (let hour = 0; hour < 48; hour += 1) world.pass(HOUR)
    expect(runs).toEqual([])
    expect(machine(world, 'intel-1')).toMatchObject({ uses: 0, state: { status: 'maintenance' } })
  })

  test('leaves a lease its end, and begins when the machine is given back, before it is made clean', () => {
    const world = worldOf()
    const lease = world.lease(world.get(ALICE))
    world.work()
    const name = lease.machines[0]!.machine
    maintain(world, name)
    expect(world.fleet.leases.get(lease.id)!.state).toMatchObject({ until: world.at + 2 * HOUR })
    world.done(ALICE, lease.id)
    world.work()
    expect(machine(world, name).state).toMatchObject({ status: 'maintenance', was: 'used' })
    lift(world, name)
    expect(status(world, name)).toBe('recycling')
    world.work()
    expect(status(world, name)).toBe('ready')
  })

  test('lets a run that is under way end first', () => {
    const world = worldOf()
    const lease = world.lease(world.get(ALICE))
    world.work()
    const name = lease.machines[0]!.machine
    world.done(ALICE, lease.id)
    world.work(1)
    expect(status(world, name)).toBe('recycling')
    maintain(world, name)
    expect(status(world, name)).toBe('recycling')
    world.work()
    expect(machine(world, name).state).toMatchObject({ status: 'maintenance', was: 'clean' })
  })

  test('a step that failed is not tried again before it is over', () => {
    const world = worldOf()
    world.done(ALICE, world.lease(world.get(ALICE)).id)
    const [name] = [...world.fleet.machines.values()].filter(({ uses }) => uses > 0).map((one) => one.name)
    world.perform = ({ step }) =>
      step === 'recycle' ? { outcome: 'failed', message: 'no' } : { outcome: 'ok', report: {} }
    world.work(1)
    maintain(world, name!)
    world.work()
    expect(machine(world, name!).state).toMatchObject({ status: 'maintenance', was: 'faulty' })
    lift(world, name!)
    expect(machine(world, name!)).toMatchObject({ state: { status: 'rebuilding' }, failures: 0 })
  })

  test('a machine that was off stays off', () => {
    const world = worldOf({ ready: 1 })
    const off = [...world.fleet.machines.values()].find(({ state }) => state.status === 'enrolled')!
    maintain(world, off.name)
    expect(status(world, off.name)).toBe('maintenance')
    lift(world, off.name)
    expect(status(world, off.name)).toBe('enrolled')
  })

  test('goes on, with its new end, where another is set meanwhile', () => {
    const world = worldOf()
    const from = world.at
    maintain(world, 'intel-1')
    maintain(world, 'intel-1', { from: world.at + HOUR, until: world.at + 2 * HOUR })
    expect(machine(world, 'intel-1')).toMatchObject({
      state: { status: 'maintenance' },
      maintenance: { from, until: world.at + 2 * HOUR },
    })
  })

  test('is of operators alone', () => {
    const world = worldOf()
    const command = { do: 'setMaintenance', what: 'intel-1', from: null, until: null, forMs: null, reason: '' } as const
    expect(told(world.ask(ALICE, command))).toEqual({ type: 'operatorsOnly' })
    expect(told(world.ask(ALICE, { do: 'endMaintenance', what: 'intel-1' }))).toEqual({ type: 'operatorsOnly' })
  })
})

describe('a window ahead', () => {
  test('lets a lease have the machine that is over by then with all that belongs to it, and no other', () => {
    const world = worldOf()
    maintain(world, 'metal', { from: world.at + 2 * HOUR + AROUND - 1 })
    expect(world.get(ALICE).type).toBe('waiting')
    expect(world.get(BOB, { durationMs: 2 * HOUR - 1 }).type).toBe('granted')
  })

  test('machines without one are lent first, whatever their wear', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { from: world.at + HOUR })
    expect(world.lease(world.get(ALICE)).machines[0]!.machine).toBe('intel-2')
    expect(world.get(ALICE).type).toBe('waiting')
  })

  test('says why in data: the rule maintenance dropped it', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { from: world.at + HOUR })
    const lease = world.lease(world.get(ALICE))
    expect(lease.why.dropped).toEqual({ maintenance: 1 })
  })

  test('begins at its instant, after the lease that ends then', () => {
    const world = worldOf({ steps: [] })
    const lease = world.lease(world.get(ALICE))
    const name = lease.machines[0]!.machine
    const end = world.at + 2 * HOUR + 5 * MINUTE
    maintain(world, name, { from: end })
    world.pass(2 * HOUR + 5 * MINUTE - 1)
    expect(status(world, name)).toBe('leased')
    world.pass(1)
    expect(machine(world, name).state).toMatchObject({ status: 'maintenance', since: end })
  })

  test('one that ends and one that begins at the same instant: the end is first', () => {
    const world = worldOf({ steps: [] })
    const turn = world.at + HOUR
    maintain(world, 'intel-1', { until: turn })
    maintain(world, 'intel-2', { from: turn })
    expect(world.get(BOB, { durationMs: HOUR }).type).toBe('waiting')
    world.pass(HOUR)
    const [lease] = world.fleet.leases.values()
    expect(lease!.machines[0]!.machine).toBe('intel-1')
  })

  test('cuts an extension to what is left, and refuses one for which nothing is', () => {
    const world = worldOf({ steps: [] })
    const lease = world.lease(world.get(ALICE))
    const from = world.at + 4 * HOUR
    maintain(world, lease.machines[0]!.machine, { from })
    const extended = world.ask(ALICE, { do: 'extend', what: null, byMs: 10 * HOUR })
    expect(told(extended)).toMatchObject({ type: 'extended', until: from - 5 * MINUTE, cutTo: from - 5 * MINUTE })
    expect(outcomeSaid(told(extended) as Outcome, telling(world)).room[0]).toContain('goes into maintenance at')
    const refused = told(world.ask(ALICE, { do: 'extend', what: null, byMs: HOUR })) as Refusal
    expect(refused).toMatchObject({ type: 'maintenanceAhead', from })
    expect(refusalSaid(refused, telling(world)).room[0]).toContain('(bad disk); nothing was changed')
  })

  test('holds back a hold in the same way', () => {
    const world = worldOf({ steps: [] })
    const lease = world.lease(world.get(ALICE))
    const from = world.at + 4 * HOUR
    maintain(world, lease.machines[0]!.machine, { from })
    expect(told(world.ask(ALICE, { do: 'hold', what: null, forMs: 8 * HOUR, reason: '' }))).toMatchObject({
      type: 'maintenanceAhead',
    })
    expect(told(world.ask(ALICE, { do: 'hold', what: null, forMs: null, reason: '' }))).toMatchObject({
      type: 'held',
      until: from - 5 * MINUTE,
    })
  })

  test('that passes while somebody still holds the machine leaves no trace', () => {
    const world = worldOf()
    const lease = world.lease(world.get(ALICE, { durationMs: 4 * HOUR }))
    world.work()
    const name = lease.machines[0]!.machine
    maintain(world, name, { from: world.at + HOUR, until: world.at + 2 * HOUR })
    world.pass(3 * HOUR)
    expect(machine(world, name)).toMatchObject({ maintenance: null, state: { status: 'leased' } })
  })

  test('is taken back with "off"', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { from: world.at + HOUR })
    maintain(world, 'intel-2', { from: world.at + HOUR })
    const waiting = world.get(ALICE)
    expect(waiting.type).toBe('waiting')
    lift(world, 'metal')
    expect(world.fleet.leases.size).toBe(1)
  })

  test('is replaced by another of the same machine', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { from: world.at + HOUR })
    maintain(world, 'intel-1', { from: world.at + 3 * HOUR, reason: 'new memory' })
    expect(machine(world, 'intel-1').maintenance).toMatchObject({ from: world.at + 3 * HOUR, reason: 'new memory' })
  })

  test('that ends before it begins is refused', () => {
    const world = worldOf()
    expect(maintain(world, 'intel-1', { from: world.at + HOUR, until: world.at + HOUR })).toMatchObject({
      type: 'endsBeforeStart',
    })
  })
})

describe('what is named', () => {
  test.each([
    ['intel-1', ['intel-1']],
    ['INTEL-1', ['intel-1']],
    ['metal', ['intel-1', 'intel-2']],
    ['intel', ['intel-1', 'intel-2']],
    ['label:ssd', ['intel-1', 'intel-2']],
    ['platform:intel', ['intel-1', 'intel-2']],
  ])('%s', (what, machines) => {
    expect(maintain(worldOf(), what)).toMatchObject({ type: 'maintenanceSet', machines })
  })

  test('what is not there is refused with what was probably meant', () => {
    expect(maintain(worldOf(), 'intl-1')).toEqual({ type: 'noSuchTarget', asked: 'intl-1', suggestion: 'intel-1' })
    expect(lift(worldOf(), 'intel-1')).toMatchObject({ type: 'noMaintenance' })
  })
})

test('a machine keeps its name as it is at the start of a sentence', () => {
  const world = worldOf()
  const lease = world.lease(world.get(ALICE))
  world.work()
  const name = lease.machines[0]!.machine
  const said = outcomeSaid(maintain(world, name) as Outcome, telling(world)).room
  expect(said[0]).toContain(`${name} goes into maintenance as soon as nobody has it`)
  expect(said[1]).toContain(`${name} not before`)
})

describe('who waits', () => {
  test('is not dropped because all that would do is in maintenance, and is served afterwards', () => {
    const world = worldOf()
    maintain(world, 'metal', { until: world.at + HOUR })
    expect(world.get(ALICE).type).toBe('waiting')
    world.pass(HOUR)
    expect(world.fleet.leases.size).toBe(1)
  })

  test('is told which machine is in maintenance, until when and why', () => {
    const world = worldOf()
    maintain(world, 'metal', { until: world.at + HOUR })
    const waiting = world.get(ALICE) as Extract<Outcome, { type: 'waiting' }>
    expect(why(world, waiting.request)).toContain('Intel-1 is in maintenance until 01:16 UTC: bad disk')
    expect(why(world, 'intel-1')).toContain('intel-1 is in maintenance until 01:16 UTC: bad disk')
  })

  test('hears of a window ahead from the machine as well', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { from: world.at + HOUR })
    expect(why(world, 'intel-1')).toContain(
      'It goes into maintenance at 01:16 UTC, until an operator ends it: bad disk',
    )
  })
})

describe('who holds a machine', () => {
  const ADDRESS = { door: 'irc', identity: ALICE as never, nick: 'alice', room: null }

  test.each([
    [4 * HOUR, 'Your lease L728 ends at 02:16 UTC as planned.'],
    [HOUR, 'as planned, and not before, but cannot be extended.'],
  ])('is told of a window in %s ms, and how its lease stands to it', (ahead, sentence) => {
    const world = worldOf()
    const lease = world.lease(world.get(ALICE, { address: ADDRESS }))
    world.work()
    world.notices.length = 0
    maintain(world, lease.machines[0]!.machine, { from: world.at + ahead })
    const [{ message }] = world.notices as [(typeof world.notices)[0]]
    expect(messageSaid(message, telling(world)).person[0]).toContain(sentence)
  })
})

describe('a window survives', () => {
  test('a restart', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { until: world.at + HOUR })
    maintain(world, 'intel-2', { from: world.at + HOUR })
    world.restart()
    expect(status(world, 'intel-1')).toBe('maintenance')
    world.pass(HOUR)
    expect([status(world, 'intel-1'), status(world, 'intel-2')]).toEqual(['ready', 'maintenance'])
  })

  test('a change of the config, and retirement', () => {
    const world = worldOf()
    const site = siteOf({ pools: [poolOf('metal')], machines: machinesOf('metal', 'intel', 2, ['ssd']) })
    maintain(world, 'intel-1')
    world.ask('duffy', { do: 'configure', site: { ...site, digest: 'two', machines: site.machines.slice(1) } })
    expect(status(world, 'intel-1')).toBe('retired')
    world.ask('duffy', { do: 'configure', site: { ...site, digest: 'three' } })
    expect(status(world, 'intel-1')).toBe('maintenance')
  })
})

describe('what is in maintenance', () => {
  test('is listed: what is, what waits for a lease, what is ahead', () => {
    const world = worldOf()
    const lease = world.lease(world.get(ALICE))
    const held = lease.machines[0]!.machine
    maintain(world, 'metal', { until: world.at + HOUR })
    const found = answer(world.fleet, { by: ALICE as never, at: world.at }, { ask: 'maintenance' })
    expect(found).toMatchObject({
      type: 'maintenance',
      windows: ['intel-1', 'intel-2'].map((name) => ({ machine: name, state: name === held ? 'waiting' : 'begun' })),
    })
    expect(answerSaid(found, telling(world)).room[0]).toContain('bad disk')
  })

  test('is counted by status', () => {
    const world = worldOf()
    maintain(world, 'intel-1')
    const found = answer(world.fleet, { by: ALICE as never, at: world.at }, { ask: 'status', pool: null })
    expect(answerSaid(found, telling(world)).room[0]).toContain('1 free, 1 in maintenance')
  })
})

describe('maintenance that comes again', () => {
  const WEEK = 7 * 24 * HOUR
  const SUNDAY = 3 * 24 * HOUR + 2 * HOUR
  /** 1970 began on a Thursday, and a world shortly after. */
  const every = (world: World, line = 'maintenance on intel-1 every sunday 02:00 for 2h because firmware') => {
    const read = readLine(line, { fingerprint: () => '', address: null, at: world.at })
    if (read.type === 'misread' || read.ask.type !== 'command') throw new Error(JSON.stringify(read))
    return told(world.ask('duffy', read.ask.command))
  }
  const to = (world: World, at: number): void => {
    world.at = at as Instant
    world.ask('duffy', { do: 'sweep' })
    world.work()
  }
  const window = (world: World) => machine(world, 'intel-1').maintenance

  test('begins at the same time every week, and ends by itself', () => {
    const world = worldOf()
    expect(every(world)).toMatchObject({ type: 'maintenanceSet', from: SUNDAY, everyMs: WEEK, machines: ['intel-1'] })
    for (const week of [0, 1, 2]) {
      to(world, SUNDAY + week * WEEK - 1)
      expect(status(world, 'intel-1')).toBe('ready')
      to(world, SUNDAY + week * WEEK)
      expect(status(world, 'intel-1')).toBe('maintenance')
      to(world, SUNDAY + week * WEEK + 2 * HOUR)
      expect(status(world, 'intel-1')).toBe('ready')
      expect(window(world)).toMatchObject({ from: SUNDAY + (week + 1) * WEEK, reason: 'firmware', recurs: true })
    }
  })

  test('can be daily', () => {
    const world = worldOf()
    every(world, 'maintenance on intel-1 every day 02:00 for 30m')
    to(world, 2 * HOUR)
    to(world, 2 * HOUR + 30 * MINUTE)
    expect(window(world)).toMatchObject({ from: 26 * HOUR, until: 26 * HOUR + 30 * MINUTE })
  })

  test('keeps leases from reaching into the next', () => {
    const world = worldOf()
    every(world)
    every(world, 'maintenance on intel-2 every sunday 02:00 for 2h')
    to(world, SUNDAY + 2 * HOUR)
    to(world, SUNDAY + WEEK - 2 * HOUR)
    expect(world.get(ALICE, { durationMs: 2 * HOUR }).type).toBe('waiting')
    expect(world.get(ALICE, { durationMs: 2 * HOUR - AROUND }).type).toBe('granted')
  })

  test('skips what it slept through, and comes at its time again', () => {
    const world = worldOf()
    every(world)
    to(world, SUNDAY + 3 * WEEK + HOUR)
    to(world, SUNDAY + 3 * WEEK + 5 * HOUR)
    expect(window(world)).toMatchObject({ from: SUNDAY + 4 * WEEK })
  })

  test('that is ended early comes again, and says when', () => {
    const world = worldOf()
    every(world)
    to(world, SUNDAY + HOUR)
    expect(lift(world, 'intel-1')).toMatchObject({ again: SUNDAY + WEEK, every: false })
    world.work()
    expect(status(world, 'intel-1')).toBe('ready')
  })

  test('that is taken back beforehand skips one', () => {
    const world = worldOf()
    every(world)
    const lifted = lift(world, 'intel-1')
    expect(lifted).toMatchObject({ again: SUNDAY + WEEK })
    expect(outcomeSaid(lifted as Outcome, telling(world)).room[0]).toContain(
      'The next is at 02:00 UTC on 1970-01-11; end that for good: !duffy maintenance off intel-1 every',
    )
  })

  test('ends for good with "every", and with nothing to end is refused', () => {
    const world = worldOf()
    every(world)
    const end = () => told(world.ask('duffy', { do: 'endMaintenance', what: 'intel-1', every: true }))
    expect(end()).toMatchObject({ type: 'maintenanceLifted', machines: ['intel-1'], every: true })
    expect(window(world)).toBe(null)
    expect(end()).toMatchObject({ type: 'noMaintenance', every: true })
  })

  test('goes on after one that was set by itself', () => {
    const world = worldOf()
    every(world)
    maintain(world, 'intel-1', { until: SUNDAY + WEEK - HOUR, reason: 'bad disk' })
    expect(window(world)).toMatchObject({ reason: 'bad disk' })
    to(world, SUNDAY + WEEK - HOUR)
    expect(window(world)).toMatchObject({ from: SUNDAY + WEEK, reason: 'firmware' })
  })

  test('begins at the instant at which another ends', () => {
    const world = worldOf()
    every(world)
    maintain(world, 'intel-1', { until: SUNDAY, reason: 'bad disk' })
    to(world, SUNDAY)
    to(world, SUNDAY + 1)
    expect(machine(world, 'intel-1')).toMatchObject({
      state: { status: 'maintenance' },
      maintenance: { reason: 'firmware', from: SUNDAY },
    })
  })

  test('does not disturb what is under way when it is set', () => {
    const world = worldOf()
    maintain(world, 'intel-1', { reason: 'bad disk' })
    every(world)
    expect(window(world)).toMatchObject({ reason: 'bad disk', until: null, again: { from: SUNDAY } })
    lift(world, 'intel-1')
    expect(window(world)).toMatchObject({ from: SUNDAY, recurs: true })
  })

  test('needs a length, and time between', () => {
    const world = worldOf()
    expect(every(world, 'maintenance on intel-1 every day 02:00')).toMatchObject({ type: 'badRecurrence', forMs: null })
    const long = every(world, 'maintenance on intel-1 every day 02:00 for 24h')
    expect(refusalSaid(long as Refusal, telling(world)).room[0]).toBe(
      'Every day for 1d leaves no time between; nothing was changed. Say less than 1d: !duffy help maintenance on',
    )
  })

  test('leaves room for reservations between its windows, and none in them', () => {
    const world = worldOf()
    every(world)
    every(world, 'maintenance on intel-2 every sunday 02:00 for 2h')
    const reserve = (from: number) => {
      const outcome = told(world.ask(ALICE, { do: 'reserve', get: { ...PLAIN_GET, count: 2 }, from: from as Instant }))
      if (outcome.type === 'reserved') world.ask(ALICE, { do: 'cancel', what: outcome.request })
      return outcome.type
    }
    for (const week of [0, 1, 2]) {
      const sunday = SUNDAY + week * WEEK
      expect(reserve(sunday - 2 * HOUR - AROUND), `before ${week}`).toBe('reserved')
      expect(reserve(sunday - 2 * HOUR), `into ${week}`).toBe('noRoom')
      expect(reserve(sunday + HOUR), `in ${week}`).toBe('noRoom')
      expect(reserve(sunday + 3 * HOUR), `after ${week}`).toBe('reserved')
    }
  })

  test('that is set over what is reserved says so, whichever of them it meets', () => {
    const world = worldOf()
    const from = (SUNDAY + 2 * WEEK + HOUR) as Instant
    world.ask(ALICE, { do: 'reserve', get: { ...PLAIN_GET, count: 2 }, from })
    expect(every(world)).toMatchObject({ reservations: [{ tenant: 'alice', from, lacking: 1 }] })
    expect(every(world, 'maintenance on intel-2 every monday 02:00 for 2h')).toMatchObject({ reservations: [] })
  })

  test('is said, and listed, with how often it comes', () => {
    const world = worldOf()
    expect(outcomeSaid(every(world) as Outcome, telling(world)).room[0]).toBe(
      'intel-1 goes into maintenance from 02:00 UTC on 1970-01-04, until 04:00 UTC on 1970-01-04: firmware. It comes again every week at that time in UTC, summer and winter. End that: !duffy maintenance off intel-1 every',
    )
    const list = () =>
      answerSaid(answer(world.fleet, { by: ALICE as never, at: world.at }, { ask: 'maintenance' }), telling(world))
        .room[0]
    expect(list()).toContain('until 04:00 UTC on 1970-01-04: firmware, every week.')
    maintain(world, 'intel-1', { until: world.at + HOUR })
    expect(list()).toContain('bad disk, and every week from 02:00 UTC on 1970-01-04 on.')
  })

  test('survives a restart', () => {
    const world = worldOf()
    every(world)
    to(world, SUNDAY + 2 * HOUR)
    world.restart()
    to(world, SUNDAY + WEEK)
    expect(status(world, 'intel-1')).toBe('maintenance')
  })
})
