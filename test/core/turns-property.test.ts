import {
  DEFAULT_LIMITS,
  evolve,
  Fleet,
  plannedEnd,
  turnaroundMs,
  type Event,
  type GetCommand,
  type MachineRequest,
  type RequestId,
  MINUTE,
  HOUR,
} from '#core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

/** Each rule of who is served next as a property of its own, over arbitrary lives of tenants with weights, priorities and quotas. */

const POOL = poolOf('metal')
const MACHINES = 3
const RUNS = { numRuns: 150 }

interface Terms {
  readonly weight: number
  readonly priority: number
  readonly quota: number
}

const anyTenants: fc.Arbitrary<readonly Terms[]> = fc.array(
  fc.record({
    weight: fc.integer({ min: 1, max: 4 }),
    priority: fc.integer({ min: 0, max: 3 }),
    quota: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 2, maxLength: 5 },
)

type Step =
  | { readonly act: 'get'; readonly tenant: number; readonly priority: number }
  | { readonly act: 'done' | 'cancel'; readonly which: number }
  | { readonly act: 'work' }
  | { readonly act: 'pass'; readonly minutes: number }

const anyLife: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ act: fc.constant('get' as const), tenant: fc.nat(4), priority: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('done' as const), which: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('cancel' as const), which: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.constant({ act: 'work' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    },
  ),
  { minLength: 20, maxLength: 90, size: 'max' },
)

const nameOf = (tenant: number): string => `tenant-${tenant}`
const pick = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}

/** One of those who wait, at the moment at which somebody is served. */
interface Rival {
  readonly request: MachineRequest
  readonly priority: number
  /** The machine that it would be its tenant's next, by the tenant's weight. */
  readonly share: number
  /** Grants to others since it came to the head of its line with room in its quota. */
  readonly overtaken: number
}

interface Served {
  readonly served: Rival
  /** Those who could have been served instead. */
  readonly others: readonly Rival[]
}

/**
 * Lives on a pool where everybody wants one machine of any kind for as long, so that whoever is served could have been anybody
 * who waits and whose quota allows it. How often each was overtaken is counted here, grant by grant.
 */
const servedIn = (tenants: readonly Terms[], life: readonly Step[], overtakenMost: number): Served[] => {
  const world = new World(
    siteOf({
      limits: { ...DEFAULT_LIMITS, overtakenMost },
      machines: machinesOf('metal', 'intel', MACHINES),
      tenants: tenants.map((terms, index) => tenantOf(nameOf(index), terms)),
    }),
  )
  for (const step of life) perform(world, step, tenants)
  const fleet = new Fleet()
  const overtaken = new Map<RequestId, number>()
  const served: Served[] = []
  for (const { at, events } of world.log) {
    for (const event of events) {
      if (event.type === 'leaseGranted') look(fleet, event)
      evolve(fleet, event, at)
      forget()
    }
  }
  return served

  /** Whoever has no room in their tenant's quota is overtaken by nobody. */
  function forget(): void {
    for (const head of headsOf(fleet)) if (!hasRoom(fleet, head)) overtaken.delete(head.id)
  }

  function look(before: Fleet, { request }: Extract<Event, { type: 'leaseGranted' }>): void {
    const rivals = headsOf(before)
      .filter((one) => hasRoom(before, one))
      .map((one) => rivalOf(before, one))
    const chosen = rivals.find((rival) => rival.request.id === request)
    if (chosen === undefined) return
    const others = rivals.filter((rival) => rival !== chosen)
    served.push({ served: chosen, others })
    for (const { request: other } of others) overtaken.set(other.id, timesOf(other.id) + 1)
  }

  function timesOf(request: RequestId): number {
    return overtaken.get(request) ?? 0
  }

  function rivalOf(before: Fleet, request: MachineRequest): Rival {
    const tenant = before.tenants.need(request.tenant)
    return {
      request,
      priority: Math.min(request.priority, tenant.priority),
      share: (tenant.held + 1) / tenant.weight,
      overtaken: timesOf(request.id),
    }
  }
}

const hasRoom = (fleet: Fleet, { tenant: name }: MachineRequest): boolean => {
  const { held, quota } = fleet.tenants.need(name)
  return held < quota
}

/** The oldest of each tenant and priority. */
const headsOf = (fleet: Fleet): MachineRequest[] => {
  const waiting = [...fleet.requests.values()].toSorted((a, b) => a.number - b.number)
  return [...Map.groupBy(waiting, ({ tenant, priority }) => `${tenant} ${priority}`).values()].map(([first]) => first!)
}

const ofTenants = <T extends { readonly tenant: string }>(items: Iterable<T>): T[] =>
  [...items].filter(({ tenant }) => tenant.startsWith('tenant-'))

const perform = (world: World, step: Step, tenants: readonly Terms[]): void => {
  switch (step.act) {
    case 'get': {
      const index = step.tenant % tenants.length
      const priority = Math.min(step.priority, tenants[index]!.priority)
      return void world.get(`irc:net:${nameOf(index)}`, { platform: 'any', priority })
    }
    case 'done': {
      const lease = pick(ofTenants(world.fleet.leases.values()), step.which)
      return void (lease && world.done(`irc:net:${lease.tenant}`, lease.id))
    }
    case 'cancel': {
      const request = pick(ofTenants(world.fleet.requests.values()), step.which)
      return void (request && world.ask(`irc:net:${request.tenant}`, { do: 'cancel', what: request.id }))
    }
    case 'work':
      return void world.work()
    case 'pass':
      return world.pass(step.minutes * MINUTE)
  }
}

const NEVER = 1_000_000
const always = (overtakenMost: fc.Arbitrary<number>, holds: (served: Served, overtakenMost: number) => void): void => {
  let compared = 0
  fc.assert(
    fc.property(anyTenants, anyLife, overtakenMost, (tenants, life, most) => {
      for (const served of servedIn(tenants, life, most)) {
        compared += served.others.length
        holds(served, most)
      }
    }),
    RUNS,
  )
  expect(compared).toBeGreaterThan(100)
}

test('nobody is served before a higher priority that could be', () => {
  always(fc.constant(NEVER), ({ served, others }) => {
    for (const other of others) expect(other.priority).toBeLessThanOrEqual(served.priority)
  })
})

test("of one priority a tenant's k-th machine goes before the others' (k + 1)-th, by weight", () => {
  always(fc.constant(NEVER), ({ served, others }) => {
    for (const other of others)
      if (other.priority === served.priority) expect(served.share).toBeLessThanOrEqual(other.share)
  })
})

test('of one priority and share the oldest is served', () => {
  always(fc.constant(NEVER), ({ served, others }) => {
    for (const other of others)
      if (other.priority === served.priority && other.share === served.share)
        expect(served.request.number).toBeLessThan(other.request.number)
  })
})

test('whoever was overtaken so often goes before everybody who was not, the longest at the head first', () => {
  always(fc.integer({ min: 1, max: 4 }), ({ served, others }, most) => {
    for (const other of others)
      if (other.overtaken >= most) expect(served.overtaken).toBeGreaterThanOrEqual(other.overtaken)
  })
})

interface Small {
  readonly count: number
  readonly minutes: number
}

/** Machines lent one by one for so many hours, and so many more that are free; then somebody who wants more than are free. */
const before = (hours: readonly number[], free: number, wanted: number) => {
  const world = new World(
    siteOf({
      machines: machinesOf('metal', 'intel', hours.length + free),
      tenants: ['filler', 'big', 'small'].map((name) => tenantOf(name)),
    }),
  )
  for (const length of hours) ask(world, 'filler', { durationMs: length * HOUR })
  world.work()
  const ends = [...world.fleet.leases.values()].map(plannedEnd)
  ask(world, 'big', { count: wanted, durationMs: HOUR })
  /** When so many machines can be free, if every lease lasts until its planned end. */
  const freeFrom = (count: number): number =>
    [...Array<number>(free).fill(0), ...ends].toSorted((a, b) => a - b)[count - 1]!
  return { world, begins: freeFrom(wanted), freeBy: (at: number) => free + ends.filter((end) => end <= at).length }
}

const ask = (world: World, by: string, over: Partial<GetCommand>) =>
  world.get(`irc:net:${by}`, { platform: 'any', ...over })

const anySmall: fc.Arbitrary<Small> = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  minutes: fc.oneof(fc.integer({ min: 5, max: 600 }), fc.constantFrom(30, 60, 120)),
})

test('a smaller request passes exactly where it cannot delay the one before it', () => {
  const passed = { yes: 0, no: 0 }
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      anySmall,
      (hours, free, more, { count, minutes }) => {
        fc.pre(count <= hours.length + free)
        const wanted = Math.min(free + more, hours.length + free)
        const { world, begins, freeBy } = before(hours, free, wanted)
        const back = world.at + POOL.prepareMs + minutes * MINUTE + POOL.graceMs + turnaroundMs(POOL)
        const delays = back > begins && freeBy(begins) - count < wanted
        const given = ask(world, 'small', { count, durationMs: minutes * MINUTE }).type
        expect(given).toBe(count <= free && !delays ? 'granted' : 'waiting')
        passed[given === 'granted' ? 'yes' : 'no'] += 1
      },
    ),
    { numRuns: 300 },
  )
  expect(Math.min(passed.yes, passed.no)).toBeGreaterThan(30)
})

/** Two who wait and cannot be served whatever others give back; both come in a world where nobody has asked for anything yet. */
const stuck: Readonly<Record<string, (world: World) => void>> = {
  'of machines that are out of service': (world) => {
    const maintenance = { do: 'setMaintenance', from: null, until: null, forMs: null, reason: 'disk' } as const
    ask(world, 'filler', {})
    ask(world, 'stuck', { count: MACHINES })
    world.ask('duffy', { ...maintenance, what: `intel-${MACHINES}` })
    world.done('irc:net:filler', null)
    world.work()
  },
  'of a quota that is used up': (world) => {
    ask(world, 'filler', { count: MACHINES })
    ask(world, 'stuck', { count: 2, durationMs: 23 * HOUR })
    ask(world, 'stuck', { count: 2 })
    world.done('irc:net:filler', null)
    world.work()
  },
}

test.each(Object.entries(stuck))('whoever cannot be served because %s changes nothing for the others', (_, come) => {
  fc.assert(
    fc.property(anyTenants, anyLife, (tenants, life) => {
      const [with_, without] = [true, false].map((isThere) => {
        const world = new World(
          siteOf({
            machines: machinesOf('metal', 'intel', MACHINES),
            tenants: [
              tenantOf('filler'),
              tenantOf('stuck', { quota: MACHINES }),
              ...tenants.map((terms, index) => tenantOf(nameOf(index), terms)),
            ],
          }),
        )
        come(world)
        const [waiting] = world.fleet.requests.values()
        if (!isThere) world.ask('irc:net:stuck', { do: 'cancel', what: waiting!.id })
        for (const step of life) perform(world, step, tenants)
        expect(world.fleet.waitingOf.size('stuck')).toBe(isThere ? 1 : 0)
        return lentIn(world)
      })
      expect(with_).toEqual(without)
    }),
    RUNS,
  )
})

/** Who was lent which machines, and when. */
const lentIn = ({ log }: World): unknown[] => {
  const tenants = new Map<RequestId, string>()
  return log.flatMap(({ at, events }) =>
    events.flatMap((event) => {
      if (event.type === 'requestMade') tenants.set(event.request.id, event.request.tenant)
      return event.type === 'leaseGranted' ? [{ at, tenant: tenants.get(event.request), machines: event.machines }] : []
    }),
  )
}
