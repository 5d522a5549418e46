import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, evolve, Fleet, type Event, type Instant, type Machine, type MachineName, type RunResult } from '#core'
import { replayed, snapshot } from '../kit/snapshot.ts'
import { asideIn, freeFor } from '../kit/aside.ts'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, World } from '../kit/world.ts'

const TENANTS = ['alice', 'bob', 'carol']
const site = siteOf({
  pools: [
    poolOf('metal', { ready: 8 }),
    poolOf('vm', { type: 'vm', kind: 'elastic', ready: 2, afterLease: 'shutdown' }),
  ],
  machines: [
    ...machinesOf('metal', 'intel', 4, ['ssd']),
    ...machinesOf('metal', 'amd', 4),
    ...machinesOf('vm', 'intel', 5).map((machine) => ({ ...machine, name: `vm-${machine.name}` as MachineName })),
  ],
  tenants: TENANTS.map((name, index) => tenantOf(name, { quota: 3 + index * 3 })),
})

type Action =
  | {
      act: 'get'
      tenant: number
      count: number
      platform: 'same' | 'prefer' | 'any'
      type: 'metal' | 'vm'
      label: boolean
    }
  | { act: 'done' | 'extend' | 'returnOne'; which: number }
  | { act: 'cancel'; which: number }
  | { act: 'run'; which: number; outcome: RunResult['outcome'] }
  | { act: 'pass'; minutes: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('get' as const),
      tenant: fc.nat(2),
      count: fc.integer({ min: 1, max: 4 }),
      platform: fc.constantFrom('same', 'prefer', 'any'),
      type: fc.constantFrom('metal', 'metal', 'vm'),
      label: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('done' as const, 'extend' as const, 'returnOne' as const),
      which: fc.nat(20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('cancel' as const), which: fc.nat(20) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      act: fc.constant('run' as const),
      which: fc.nat(30),
      outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'failed', 'deadline'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
)

const pick = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}

const perform = (world: World, step: Action): void => {
  const { fleet } = world
  switch (step.act) {
    case 'get':
      world.ask(`irc:net:${TENANTS[step.tenant]}`, {
        ...PLAIN_GET,
        type: step.type,
        count: step.count,
        platform: step.platform,
        labels: step.label ? ['ssd'] : [],
      })
      return
    case 'done':
    case 'extend': {
      const lease = pick(fleet.leases.values(), step.which)
      if (lease === undefined) return
      world.ask(
        `irc:net:${lease.tenant}`,
        step.act === 'done' ? { do: 'done', what: lease.id } : { do: 'extend', what: lease.id, byMs: 3_600_000 },
      )
      return
    }
    case 'returnOne': {
      const lease = pick(fleet.leases.values(), step.which)
      const held = lease && pick(lease.machines, step.which)
      if (lease && held) world.ask(`irc:net:${lease.tenant}`, { do: 'done', what: held.machine })
      return
    }
    case 'cancel': {
      const request = pick(fleet.requests.values(), step.which)
      if (request) world.ask(`irc:net:${request.tenant}`, { do: 'cancel', what: request.id })
      return
    }
    case 'run': {
      const run = pick(fleet.runs.values(), step.which)
      if (run === undefined || run.dueAt > world.at) return
      const result: RunResult =
        step.outcome === 'ok'
          ? { outcome: 'ok', report: { address: 'a', port: 1 } }
          : { outcome: step.outcome, message: 'no' }
      world.ask('duffy', { do: 'finishRun', run: run.id, fence: run.fence, result })
      return
    }
    case 'pass':
      world.at = (world.at + step.minutes * 60_000) as Instant
      world.ask('duffy', { do: 'sweep' })
  }
}

/** Runs a history and looks at the fleet before and after each step. */
const live = (
  actions: readonly Action[],
  look: (
    world: World,
    before: ReadonlyMap<MachineName, Machine>,
    events: readonly Event[],
    wasAside: (machine: Machine) => boolean,
  ) => void,
): World => {
  const world = new World(site)
  for (const step of actions) {
    const before = new Map([...world.fleet.machines.values()].map((machine) => [machine.name, machine]))
    const wasAside = asideIn(world.fleet, world.at)
    const records = world.log.length
    perform(world, step)
    look(
      world,
      before,
      world.log.slice(records).flatMap(({ events }) => events),
      wasAside,
    )
  }
  return world
}

const history = fc.array(action, { maxLength: 120, size: 'max' })
const RUNS = { numRuns: 300 }
const fits = (
  fleet: Fleet,
  machine: Machine,
  request: { demand: { type: string; labels: readonly string[] } },
): boolean =>
  machine.state.status === 'ready' &&
  machine.type === request.demand.type &&
  request.demand.labels.every((label) => machine.labels.includes(label)) &&
  fleet !== null

describe('under any history', () => {
  test('replaying the log gives the tables', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const world = live(actions, () => {})
        const again = replayed(world.log)
        expect(snapshot(again)).toEqual(snapshot(world.fleet))
      }),
      RUNS,
    )
  })

  test('no machine is idle while somebody under any waits who would take it and delay nobody before', () => {
    fc.assert(
      fc.property(history, (actions) => {
        live(actions, ({ fleet, at }) => {
          for (const request of fleet.requests.values()) {
            if (request.demand.platform !== 'any') continue
            const { held, quota } = fleet.tenants.get(request.tenant)!
            if (held + request.demand.count > quota) continue
            const free = freeFor(fleet, at, request, (machine) => fits(fleet, machine, request))
            expect(free).toBeLessThan(request.demand.count)
          }
        })
      }),
      RUNS,
    )
  })

  test('no ready machine with fewer attempts is passed over, but for those set aside', () => {
    fc.assert(
      fc.property(history, (actions) => {
        live(actions, (world, before, events, wasAside) => {
          const granted = events.filter((event) => event.type === 'leaseGranted')
          // Several grants in one decision follow on each other: the machines as they were before tell of the first alone.
          if (
            granted.length !== 1 ||
            events.some(({ type }) => type === 'machineReadied' || type === 'machineSupplied')
          )
            return
          const lease = world.fleet.leases.get(granted[0]!.lease)
          if (lease === undefined) return
          const taken = lease.machines.map(({ machine }) => before.get(machine)!)
          const isAside = asideIn(world.fleet, world.at)
          const platforms = new Set(taken.map(({ platform }) => platform))
          for (const other of before.values()) {
            if (taken.includes(other) || !fits(world.fleet, other, lease)) continue
            if (wasAside(other) || isAside(other)) continue
            if (lease.demand.platform !== 'any' && !platforms.has(other.platform)) continue
            for (const machine of taken) expect(machine.attempts).toBeLessThanOrEqual(other.attempts)
          }
        })
      }),
      RUNS,
    )
  })

  test('a grant never exceeds its tenant’s quota, and is of one platform unless any was asked for', () => {
    fc.assert(
      fc.property(history, (actions) => {
        live(actions, ({ fleet }) => {
          for (const { held, quota } of fleet.tenants.values()) expect(held).toBeLessThanOrEqual(quota)
          for (const { demand, machines } of fleet.leases.values()) {
            const platforms = new Set(machines.map(({ machine }) => fleet.machines.get(machine)!.platform))
            if (demand.platform !== 'any') expect(platforms.size).toBeLessThanOrEqual(1)
          }
        })
      }),
      RUNS,
    )
  })

  test('a tenant under same never leaves its home', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const homes = new Map<string, string>()
        live(actions, ({ fleet }) => {
          for (const { tenant, demand, choice } of fleet.leases.values()) {
            if (demand.platform !== 'same') continue
            const key = `${tenant} ${demand.type}`
            if (!homes.has(key)) homes.set(key, choice.platform)
            expect(choice.platform).toBe(homes.get(key))
          }
        })
      }),
      RUNS,
    )
  })

  test('a machine goes from one lease to the next only through a recycle, a rebuild or a provisioning', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const dirty = new Set<MachineName>()
        live(actions, ({ fleet }, before, events) => {
          for (const event of events) {
            if (event.type === 'runEnded' && event.result.outcome === 'ok') {
              const cleaned = [...before.values()].find(({ state }) => 'run' in state && state.run === event.run)
              if (cleaned && ['recycling', 'rebuilding', 'provisioning'].includes(cleaned.state.status))
                dirty.delete(cleaned.name)
            }
            if (event.type === 'leaseGranted') {
              for (const machine of event.machines) {
                expect(dirty.has(machine)).toBe(false)
                dirty.add(machine)
              }
            }
            if (event.type === 'machineSupplied') {
              expect(dirty.has(event.machine)).toBe(false)
              dirty.add(event.machine)
            }
          }
          void fleet
        })
      }),
      RUNS,
    )
  })

  test('nobody who waits is given a machine that would replace one that failed', () => {
    let short = 0
    fc.assert(
      fc.property(history, (actions) => {
        const { log } = live(actions, () => {})
        const fleet = new Fleet()
        for (const { at, events } of log) {
          for (const event of events) {
            if (event.type === 'leaseGranted') {
              const lacking = [...fleet.shortLeases.of('all')].filter(({ state }) => state.status === 'preparing')
              short += lacking.length
              for (const { demand, choice } of lacking)
                for (const machine of event.machines.map((name) => fleet.machines.need(name)))
                  expect(fits(fleet, machine, { demand }) && machine.platform === choice.platform).toBe(false)
            }
            evolve(fleet, event, at)
          }
        }
      }),
      RUNS,
    )
    expect(short).toBeGreaterThan(0)
  })

  test('undoing a decision leaves the fleet as it was, indexes included', () => {
    fc.assert(
      fc.property(history, action, (actions, last) => {
        if (last.act !== 'get') return
        const world = live(actions, () => {})
        const before = snapshot(world.fleet)
        const mark = world.fleet.journal.mark()
        const by = `irc:net:${TENANTS[last.tenant]}` as never
        decide(world.fleet, {
          id: null,
          by,
          door: 'test',
          at: world.at,
          command: { ...PLAIN_GET, type: last.type, count: last.count, platform: last.platform },
        })
        world.fleet.journal.undoTo(mark)
        expect(snapshot(world.fleet)).toEqual(before)
        perform(world, last)
      }),
      RUNS,
    )
  })
})
