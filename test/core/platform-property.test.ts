import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  differences,
  nearer,
  platformDistance,
  type Event,
  type Fleet,
  type Instant,
  type Machine,
  type Platform,
  type PlatformName,
  type PlatformRule,
  type Site,
} from '#core'
import { asideIn } from '../kit/aside.ts'
import { machinesOf, platformOf, siteOf } from '../kit/site.ts'
import { PLAIN_GET, World } from '../kit/world.ts'

const TENANTS = ['alice', 'bob'] as const
const NAMES = ['p1', 'p2', 'p3', 'p4', 'p5']

/** Platforms of up to three classes, each with a few machines. */
const anySite: fc.Arbitrary<Site> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(
        { arch: 'x86_64', vendor: 'intel' },
        { arch: 'x86_64', vendor: 'amd' },
        { arch: 'aarch64', vendor: 'ampere' },
      ),
      model: fc.constantFrom('R640', 'R650', null),
      memoryGiB: fc.constantFrom(16, 32, 64, null),
      machines: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: NAMES.length },
  )
  .map((all) =>
    siteOf({
      platforms: all.map(({ kind, model, memoryGiB }, at) => platformOf(NAMES[at]!, { ...kind, model, memoryGiB })),
      machines: all.flatMap(({ machines }, at) => machinesOf('metal', NAMES[at]!, machines)),
    }),
  )

type Action =
  | { readonly act: 'get'; readonly tenant: number; readonly count: number; readonly platform: PlatformRule }
  | { readonly act: 'done'; readonly which: number }
  | { readonly act: 'pass'; readonly minutes: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('get' as const),
      tenant: fc.nat(1),
      count: fc.integer({ min: 1, max: 3 }),
      platform: fc.constantFrom('same', 'same', 'prefer', 'any'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('done' as const), which: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 30 }) }) },
)
const history = fc.array(action, { maxLength: 40, size: 'max' })
const RUNS = { numRuns: 300 }

/** What a grant was decided on. */
interface Seen {
  readonly fleet: Fleet
  readonly rule: PlatformRule
  readonly granted: Extract<Event, { type: 'leaseGranted' }>
  /** Home as it was before. */
  readonly home: Platform | null
  readonly taken: readonly Platform[]
  /** Ready machines before, by platform, of those that were set aside for nobody. */
  readonly ready: ReadonlyMap<PlatformName, number>
}

const readyIn = (machines: Iterable<Machine>, isAside: (machine: Machine) => boolean = () => false) => {
  const ready = new Map<PlatformName, number>()
  for (const machine of machines)
    if (machine.state.status === 'ready' && !isAside(machine))
      ready.set(machine.platform, (ready.get(machine.platform) ?? 0) + 1)
  return ready
}

/** Lives a history; each grant of a decision that made no other is looked at with the fleet as it was before. */
const live = (site: Site, actions: readonly Action[], look: (seen: Seen) => void): World => {
  const world = new World(site)
  for (const step of actions) {
    const { fleet } = world
    const ready = readyIn(fleet.machines.values(), asideIn(fleet, world.at))
    const homes = new Map([...fleet.tenants.values()].map(({ name, homes: { metal } }) => [name, metal]))
    const records = world.log.length
    perform(world, step)
    const events = world.log.slice(records).flatMap((record) => record.events)
    const [granted, second] = events.filter((event) => event.type === 'leaseGranted')
    world.work()
    if (granted === undefined || second !== undefined || step.act !== 'get') continue
    const lease = fleet.leases.get(granted.lease)!
    const home = homes.get(lease.tenant)
    look({
      fleet,
      rule: lease.demand.platform,
      granted,
      home: home === undefined ? null : fleet.platforms.need(home),
      taken: lease.machines.map(({ machine }) => fleet.platforms.need(fleet.machines.need(machine).platform)),
      ready,
    })
  }
  return world
}

const perform = (world: World, step: Action): void => {
  if (step.act === 'pass') {
    world.at = (world.at + step.minutes * 60_000) as Instant
    world.ask('duffy', { do: 'sweep' })
  } else if (step.act === 'get') {
    const { count, platform } = step
    world.ask(`irc:net:${TENANTS[step.tenant]}`, { ...PLAIN_GET, count, platform })
  } else {
    const leases = [...world.fleet.leases.values()]
    const lease = leases[step.which % leases.length]
    if (lease !== undefined) world.ask(`irc:net:${lease.tenant}`, { do: 'done', what: lease.id })
  }
}

const holds = (look: (seen: Seen) => void): void =>
  fc.assert(
    fc.property(anySite, history, (site, actions) => {
      live(site, actions, look)
    }),
    RUNS,
  )

describe('under any history on any site', () => {
  test('the hard class of a home is never left under same', () => {
    holds(({ rule, home, taken }) => {
      if (rule !== 'same' || home === null) return
      for (const { arch, vendor } of taken) expect({ arch, vendor }).toEqual({ arch: home.arch, vendor: home.vendor })
    })
  })

  test('home is taken whenever it has enough ready that are set aside for nobody', () => {
    holds(({ rule, home, taken, ready }) => {
      if (rule === 'any' || home === null) return
      if ((ready.get(home.name) ?? 0) >= taken.length) expect(taken[0]!.name).toBe(home.name)
    })
  })

  test('no nearer platform had enough ready that were set aside for nobody', () => {
    holds(({ fleet, rule, home, taken, ready }) => {
      if (rule === 'any' || home === null || taken[0]!.name === home.name) return
      for (const platform of fleet.platforms.values())
        if ((ready.get(platform.name) ?? 0) >= taken.length)
          expect(nearer(home)(taken[0]!, platform)).toBeLessThanOrEqual(0)
    })
  })

  test('several machines of one request are of one platform, unless it says any', () => {
    holds(({ rule, taken }) => {
      if (rule !== 'any') expect(new Set(taken).size).toBe(1)
    })
  })

  test('a lease says that it is not of home exactly where it is not, and every trait that differs', () => {
    holds(({ rule, home, taken, granted: { choice } }) => {
      if (rule === 'any' || home === null) return expect(choice.departure).toBeNull()
      const isHome = taken[0]!.name === home.name
      expect(choice.departure).toEqual(isHome ? null : { home: home.name, differs: differences(home, taken[0]!) })
    })
  })

  test('nobody waits alone under same while one platform of the home’s class could serve', () => {
    fc.assert(
      fc.property(anySite, history, (site, actions) => {
        const { fleet } = live(site, actions, () => {})
        const [request, another] = fleet.requests.values()
        if (request === undefined || another !== undefined || request.demand.platform === 'any') return
        const tenant = fleet.tenants.need(request.tenant)
        const home = tenant.homes.metal === undefined ? null : fleet.platforms.need(tenant.homes.metal)
        const ready = readyIn(fleet.machines.values())
        for (const platform of fleet.platforms.values()) {
          if (home !== null && platformDistance(home, platform) === Infinity) continue
          expect(ready.get(platform.name) ?? 0).toBeLessThan(request.demand.count)
        }
      }),
      RUNS,
    )
  })

  test('the order in which a site names its platforms and machines changes no grant', () => {
    const grants = (site: Site, actions: readonly Action[]): unknown => {
      const machines: unknown[] = []
      live(site, actions, ({ granted }) => machines.push([granted.lease, granted.choice, granted.machines.toSorted()]))
      return machines
    }
    fc.assert(
      fc.property(anySite, history, (site, actions) => {
        const turned = { ...site, platforms: site.platforms.toReversed(), machines: site.machines.toReversed() }
        expect(grants(turned, actions)).toEqual(grants(site, actions))
      }),
      RUNS,
    )
  })
})
