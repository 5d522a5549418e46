import { describe, expect, test } from 'vitest'
import {
  answer,
  answerSaid,
  outcomeSaid,
  readLine,
  type Identity,
  type Instant,
  type Machine,
  type Outcome,
  type RunOrder,
  type StepFailure,
  MINUTE,
  HOUR,
  DAY,
} from '#core'
import { machinesOf, platformOf, poolOf, siteOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

const BAD = { outcome: 'failed', message: 'disk' } as const
const say = (line: string): string => `"${line}"`

/** `count` machines that are well; `fails` says which steps of which are not. */
const fleetOf = (
  count: number,
  over: Parameters<typeof poolOf>[1] = {},
  fails: (order: RunOrder) => boolean = () => false,
): World => {
  const world = new World(
    siteOf({
      platforms: [platformOf('amd')],
      pools: [poolOf('metal', over)],
      machines: machinesOf('metal', 'amd', count),
    }),
  )
  const well = world.perform
  world.perform = (order, run) => (fails(order) ? BAD : well(order, run))
  return world
}
const machine = (of: World, name: string): Machine => of.fleet.machines.need(name as never)
const why = (of: World, about: string): string =>
  answerSaid(answer(of.fleet, { by: ALICE as Identity, at: of.at }, { ask: 'why', about }), {
    say,
    at: of.at,
    fingerprint: () => 'SHA256:x',
  }).room.join('\n')
/** Leases all machines, in turn, and gives them back. */
const use = (of: World, times: number): void => {
  for (let time = 0; time < times; time += 1) {
    of.get(ALICE, { count: of.fleet.stocks.all().reduce((free, { ready }) => free + ready.size, 0) })
    of.work()
    of.done(ALICE, 'all')
    of.work()
    of.pass(MINUTE)
  }
}
const everyOther = (name: string, step: string): ((order: RunOrder) => boolean) => {
  let times = 0
  return (order) => order.machine.name === name && order.step === step && (times += 1) % 2 === 0
}

describe('a machine that fails far more than its platform, but never often enough in a row', () => {
  test('is quarantined, with the figures for a reason', () => {
    const world = fleetOf(10, { probationMs: DAY }, everyOther('amd-3', 'recycle'))
    use(world, 60)
    const { state } = machine(world, 'amd-3')
    expect(state).toMatchObject({ status: 'quarantined', failure: { type: 'outcomes', platform: 'amd' } })
    expect(why(world, 'amd-3')).toMatch(
      /is quarantined since .*: \d+ of its last \d+ steps and leases failed; of amd (?:fewer than 1|\d+) in 100 do; the last was recycle: disk; it is tried again at/,
    )
  })

  test('leaves the others in service', () => {
    const world = fleetOf(10, { probationMs: DAY }, everyOther('amd-3', 'recycle'))
    use(world, 60)
    const away = [...world.fleet.machines.values()].filter(({ state }) => state.status === 'quarantined')
    expect(away.map(({ name }) => name)).toEqual(['amd-3'])
  })

  test('is told of before it is quarantined, too', () => {
    const world = fleetOf(10, {}, everyOther('amd-3', 'recycle'))
    use(world, 6)
    expect(why(world, 'amd-3')).toMatch(/\d of its last \d+ steps and leases failed; of amd/i)
  })

  test('is found by failed burn-ins as well', () => {
    const world = fleetOf(6, { failureLimit: 100, idleLimitMs: DAY, probationMs: DAY }, everyOther('amd-2', 'burnin'))
    for (let hour = 0; hour < 24 * 40 && machine(world, 'amd-2').state.status !== 'quarantined'; hour += 1)
      world.pass(HOUR)
    expect(machine(world, 'amd-2').state).toMatchObject({ status: 'quarantined', failure: { type: 'outcomes' } })
  })

  test('does not clear itself with the many checks of an idle day', () => {
    const world = fleetOf(10, {}, everyOther('amd-3', 'recycle'))
    use(world, 10)
    const before = machine(world, 'amd-3').health.work
    for (let half = 0; half < 48; half += 1) world.pass(30 * MINUTE)
    expect(machine(world, 'amd-3').health.work).toEqual(before)
  })
})

describe('machines that fail at the same time', () => {
  test('are never more of a pool than its share at once, however bad the others are', () => {
    const bad = new Set(['amd-1', 'amd-2', 'amd-3', 'amd-4', 'amd-5'].map((name) => everyOther(name, 'recycle')))
    const world = fleetOf(20, { failureLimit: 100, probationMs: 30 * DAY }, (order) =>
      [...bad].some((fails) => fails(order)),
    )
    for (let time = 0; time < 60; time += 1) {
      use(world, 1)
      expect(world.fleet.statuses.of('metal/quarantined')).toBeLessThanOrEqual(2)
    }
    expect(world.fleet.statuses.of('metal/unwell')).toBe(2)
  })

  test('are not blamed for what all have in common', () => {
    let broken = false
    const flaky = twoOfThree()
    const world = fleetOf(
      20,
      { failureLimit: 100, probationMs: 30 * DAY },
      ({ step }) => broken && step === 'recycle' && flaky(),
    )
    use(world, 20)
    broken = true
    use(world, 40)
    expect(world.fleet.statuses.of('metal/quarantined')).toBeLessThanOrEqual(2)
  })

  test('stay in service if the share is none', () => {
    const health = { ...poolOf('metal').health, mostShare: 0 }
    const world = fleetOf(10, { health, probationMs: 30 * DAY }, everyOther('amd-3', 'recycle'))
    use(world, 60)
    expect(machine(world, 'amd-3').state.status).toBe('ready')
  })
})

function twoOfThree(): () => boolean {
  let times = 0
  return () => (times += 1) % 3 !== 0
}

describe('probation', () => {
  /** Quarantined for three failed recyclings in a row; well again from `mended` on. */
  const quarantined = (steps: string[] = []): { world: World; mend: () => void } => {
    let bad = true
    const world = fleetOf(2, {}, ({ step, machine: { name } }) => {
      if (name === 'amd-1') steps.push(step)
      return bad && name === 'amd-1' && step === 'recycle'
    })
    use(world, 1)
    for (let time = 0; time < 3; time += 1) world.pass(MINUTE)
    expect(machine(world, 'amd-1').state.status).toBe('quarantined')
    return { world, mend: () => void (bad = false) }
  }

  test('installs the machine anew and checks it before it is ready', () => {
    const steps: string[] = []
    const { world } = quarantined(steps)
    steps.length = 0
    world.pass(11 * MINUTE)
    expect(steps).toEqual(['rebuild', 'check'])
    expect(machine(world, 'amd-1').state.status).toBe('ready')
  })

  test('that fails its check is quarantine again', () => {
    const { world } = quarantined()
    const well = world.perform
    world.perform = (order, run) => (order.step === 'check' ? BAD : well(order, run))
    world.pass(11 * MINUTE)
    expect(machine(world, 'amd-1').state.status).toBe('quarantined')
  })

  test('once passed starts the record afresh, with reduced trust', () => {
    const { world, mend } = quarantined()
    mend()
    world.pass(11 * MINUTE)
    expect(machine(world, 'amd-1').health).toMatchObject({
      probation: null,
      work: { outcomes: 0, failed: 0, suspicion: 100 },
      checks: { outcomes: 0, failed: 0, suspicion: 1 },
    })
  })

  test('that fails again and again counts as one quarantine', () => {
    const { world } = quarantined()
    const well = world.perform
    world.perform = (order, run) => (order.step === 'rebuild' ? BAD : well(order, run))
    for (let day = 0; day < 6; day += 1) world.pass(DAY)
    expect(machine(world, 'amd-1').health.quarantines).toHaveLength(1)
    expect((machine(world, 'amd-1').state as { probationAt: unknown }).probationAt).not.toBeNull()
  })
})

describe('a machine quarantined more often than its pool allows', () => {
  const flapping = (): World => {
    const world = fleetOf(
      2,
      { failureLimit: 1 },
      ({ step, machine: { name } }) => name === 'amd-1' && step === 'recycle',
    )
    for (let time = 0; time < 6; time += 1) {
      use(world, 1)
      world.pass(DAY)
    }
    return world
  }

  test('stays so, and why says what an operator is to type', () => {
    const world = flapping()
    world.pass(20 * DAY)
    expect(machine(world, 'amd-1').state).toMatchObject({ status: 'quarantined', probationAt: null })
    expect(machine(world, 'amd-1').health.quarantines).toHaveLength(4)
    expect(why(world, 'amd-1')).toContain('it stays until an operator says it is mended: "readmit amd-1"')
  })

  test('is tried again when an operator says so, and its past is forgotten', () => {
    const world = flapping()
    expect(told(world.ask('duffy', { do: 'readmit', machine: 'AMD-1' }))).toEqual({
      type: 'readmitted',
      machine: 'amd-1',
    })
    world.work()
    expect(machine(world, 'amd-1')).toMatchObject({ state: { status: 'ready' }, health: { quarantines: [] } })
  })

  test('is not readmitted by others', () => {
    expect(told(flapping().ask(ALICE, { do: 'readmit', machine: 'amd-1' }))).toEqual({ type: 'operatorsOnly' })
  })

  test('comes back by itself where its quarantines are far apart', () => {
    const world = fleetOf(
      2,
      { failureLimit: 1 },
      ({ step, machine: { name } }) => name === 'amd-1' && step === 'recycle',
    )
    for (let time = 0; time < 6; time += 1) {
      use(world, 1)
      world.pass(15 * DAY)
    }
    expect(machine(world, 'amd-1').state.status).toBe('ready')
  })
})

test('only a quarantined machine can be readmitted', () => {
  const world = fleetOf(1)
  expect(told(world.ask('duffy', { do: 'readmit', machine: 'amd-1' }))).toEqual({
    type: 'notQuarantined',
    machine: 'amd-1',
    status: 'ready',
  })
  expect(told(world.ask('duffy', { do: 'readmit', machine: 'amb-1' }))).toEqual({
    type: 'noSuchMachine',
    asked: 'amb-1',
    suggestion: 'amd-1',
  })
})

describe('a machine that its holder calls bad', () => {
  const reported = (steps: string[] = []): World => {
    const world = fleetOf(2, {}, ({ step }) => {
      steps.push(step)
      return false
    })
    world.get(ALICE)
    world.work()
    steps.length = 0
    return world
  }

  test('is installed anew and checked before anybody gets it', () => {
    const steps: string[] = []
    const world = reported(steps)
    world.ask(ALICE, { do: 'done', what: 'amd-1', bad: 'disk errors' })
    world.work()
    expect(steps).toEqual(['revoke', 'rebuild', 'check'])
    expect(machine(world, 'amd-1')).toMatchObject({
      state: { status: 'ready' },
      health: { probation: null, quarantines: [], work: { failed: 1 } },
    })
  })

  test('is quarantined once enough of its holders say so, and few of the others are', () => {
    const world = fleetOf(10, { probationMs: DAY })
    for (let time = 0; time < 40 && machine(world, 'amd-1').state.status !== 'quarantined'; time += 1) {
      world.get(ALICE, { count: 10 })
      world.work()
      if (machine(world, 'amd-1').state.status === 'leased')
        world.ask(ALICE, { do: 'done', what: 'amd-1', bad: 'disk errors' })
      world.done(ALICE, 'all')
      world.work()
      world.pass(MINUTE)
    }
    expect(machine(world, 'amd-1').state).toMatchObject({ status: 'quarantined', failure: { type: 'outcomes' } })
    expect(world.fleet.statuses.of('metal/quarantined')).toBe(1)
  })

  test('is named, where there are several', () => {
    const world = fleetOf(2)
    world.get(ALICE, { count: 2 })
    world.work()
    const refused = told(world.ask(ALICE, { do: 'done', what: null, bad: 'disk errors' }))
    expect(refused).toEqual({ type: 'whichMachine', machines: ['amd-1', 'amd-2'] })
    expect(world.fleet.statuses.of('metal/leased')).toBe(2)
  })

  test('is reported in a line like others', () => {
    const ports = { address: null, at: 0 as Instant, fingerprint: () => 'SHA256:x' }
    expect(readLine('done amd-1 bad because disk errors', ports)).toMatchObject({
      ask: { command: { do: 'done', what: 'amd-1', bad: 'disk errors' } },
    })
    expect(readLine('done bad sda is gone', ports)).toMatchObject({
      ask: { command: { do: 'done', what: null, bad: 'sda is gone' } },
    })
  })

  test('is so reported in words too long for the record: nothing is done', () => {
    const world = reported()
    expect(told(world.ask(ALICE, { do: 'done', what: null, bad: 'x'.repeat(201) }))).toMatchObject({
      type: 'tooLongText',
    })
    expect(machine(world, 'amd-1').state.status).toBe('leased')
  })

  test('is said to be seen to', () => {
    const world = reported()
    const outcome = told(world.ask(ALICE, { do: 'done', what: null, bad: 'disk errors' })) as Outcome
    const said = outcomeSaid(outcome, { fleet: world.fleet, at: world.at, say, fingerprint: () => 'SHA256:x' })
    expect(said.room.join('\n')).toContain('amd-1 is installed anew and checked before anybody gets it.')
  })
})

test('a lease that no machine was ready for in time counts against those it waited for', () => {
  const world = fleetOf(1)
  world.get(ALICE)
  world.at = (world.at + HOUR) as typeof world.at
  world.ask('duffy', { do: 'sweep' })
  expect(machine(world, 'amd-1').health.work).toMatchObject({ failed: 1 })
})

test('a step that is tried again counts once', () => {
  const world = fleetOf(2, {}, ({ step, machine: { name } }) => name === 'amd-1' && step === 'recycle')
  use(world, 1)
  for (let time = 0; time < 3; time += 1) world.pass(MINUTE)
  expect(machine(world, 'amd-1').failures).toBe(3)
  expect((machine(world, 'amd-1').state as unknown as { failure: StepFailure }).failure.inARow).toBe(3)
  expect(world.fleet.failureRates.get('amd/recycle')!.failed).toBeLessThanOrEqual(1)
})

test('replaying the log comes to the same health', () => {
  const world = fleetOf(10, { probationMs: DAY }, everyOther('amd-3', 'recycle'))
  use(world, 30)
  const before = [...world.fleet.machines.values()].map(({ name, health }) => ({ name, health }))
  const rates = [...world.fleet.failureRates.values()]
  world.restart()
  expect([...world.fleet.machines.values()].map(({ name, health }) => ({ name, health }))).toEqual(before)
  expect([...world.fleet.failureRates.values()]).toEqual(rates)
})
