import fc from 'fast-check'
import type { BuildEnd, BuildUrl, GetCommand, Instant, MachineName, RunResult, Site } from '#core'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from './site.ts'
import { PLAIN_GET, World } from './world.ts'

const TENANTS = ['alice', 'bob', 'carol']

/** Metal of two platforms, an elastic pool, and three tenants with little to much quota. */
export const BUSY_SITE = siteOf({
  pools: [
    poolOf('metal', { ready: 5 }),
    poolOf('rack', { ready: 2, steps: [] }),
    poolOf('vm', {
      type: 'vm',
      kind: 'elastic',
      ready: { missProbability: 0.05, least: 0, most: 3, atFirst: 1 },
      afterLease: 'shutdown',
    }),
  ],
  machines: [
    ...machinesOf('metal', 'intel', 4, ['ssd']),
    ...machinesOf('metal', 'amd', 3),
    ...machinesOf('rack', 'amd', 2, ['gpu']).map((machine) => ({
      ...machine,
      name: `rack-${machine.name}` as MachineName,
    })),
    ...machinesOf('vm', 'intel', 3).map((machine) => ({ ...machine, name: `vm-${machine.name}` as MachineName })),
  ],
  tenants: TENANTS.map((name, index) =>
    tenantOf(name, { quota: 3 + index * 4, defaultMs: index === 1 ? 5_400_000 : null }),
  ),
})

/** With a machine of another architecture. */
const MIXED_SITE: Site = {
  ...BUSY_SITE,
  platforms: [...BUSY_SITE.platforms, platformOf('riscv', { arch: 'riscv' })],
  machines: [...BUSY_SITE.machines, ...machinesOf('metal', 'riscv', 1)],
}

const BUILD = 'https://jenkins.example.org/job/ceph/41/' as BuildUrl

/** What somebody may ask for there: by type or pool, too much, or what there is not. */
export const anyGet: fc.Arbitrary<Partial<GetCommand>> = fc.record({
  type: fc.constantFrom('metal', 'metal', 'metal', 'vm', 'rack', 'no-such'),
  count: fc.integer({ min: 1, max: 6 }),
  platform: fc.constantFrom('same', 'prefer', 'any'),
  arch: fc.constantFrom(null, null, null, 'x86_64', 'riscv'),
  labels: fc.constantFrom<readonly string[]>([], [], [], ['ssd'], ['gpu']),
  durationMs: fc.constantFrom(null, null, 3_600_000, 1),
  queue: fc.constantFrom(true, true, false),
  build: fc.constantFrom(null, null, { url: BUILD, onFailure: 'done' }, { url: BUILD, onFailure: 'hold' }),
})

export const anyTenant: fc.Arbitrary<string> = fc.constantFrom(...TENANTS).map((name) => `irc:net:${name}`)

type Step =
  | { readonly act: 'get'; readonly by: string; readonly get: Partial<GetCommand> }
  | { readonly act: 'done' | 'cancel'; readonly which: number }
  | { readonly act: 'run'; readonly which: number; readonly outcome: RunResult['outcome'] }
  | { readonly act: 'pass'; readonly minutes: number }
  | { readonly act: 'reserve'; readonly by: string; readonly count: number; readonly ahead: number }
  /** Minutes ahead, and how long; from now on and for good if they are null. */
  | {
      readonly act: 'maintain'
      readonly which: number
      readonly ahead: number | null
      readonly minutes: number | null
    }
  | { readonly act: 'lift'; readonly which: number }
  | { readonly act: 'build'; readonly end: BuildEnd | null }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('get' as const),
      by: anyTenant,
      get: fc
        .tuple(anyGet, fc.constantFrom(null, null, 'spread' as const, 'pack' as const))
        .map(([get, chassis]) => ({ ...get, chassis })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('done' as const, 'done' as const, 'cancel' as const),
      which: fc.nat(20),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('run' as const),
      which: fc.nat(30),
      outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'failed', 'deadline'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('reserve' as const),
      by: anyTenant,
      count: fc.integer({ min: 1, max: 3 }),
      ahead: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('maintain' as const),
      which: fc.nat(20),
      ahead: fc.constantFrom(null, 30, 120, 300),
      minutes: fc.constantFrom(null, 20, 90),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('lift' as const), which: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('build' as const),
      end: fc.constantFrom(null, null, 'buildOver' as const, 'buildFailed' as const),
    }),
  },
)

/** A world after some life. */
export const anyWorld: fc.Arbitrary<World> = fc.array(anyStep, { maxLength: 60, size: 'max' }).map((steps) => {
  const world = new World(MIXED_SITE)
  for (const one of steps) live(world, one)
  return world
})

const live = (world: World, step: Step): void => {
  const { fleet } = world
  switch (step.act) {
    case 'get':
      return void world.get(step.by, step.get)
    case 'done': {
      const lease = pick(fleet.leases.values(), step.which)
      return void (lease && world.done(`irc:net:${lease.tenant}`, lease.id))
    }
    case 'cancel': {
      const request = pick(fleet.requests.values(), step.which)
      return void (request && world.ask(`irc:net:${request.tenant}`, { do: 'cancel', what: request.id }))
    }
    case 'run': {
      const run = pick(fleet.runs.values(), step.which)
      if (run === undefined || run.dueAt > world.at) return
      const result: RunResult =
        step.outcome === 'ok'
          ? { outcome: 'ok', report: { address: 'a', port: 1 } }
          : { outcome: step.outcome, message: 'as chance has it' }
      return void world.ask('duffy', { do: 'finishRun', run: run.id, fence: run.fence, result })
    }
    case 'pass':
      world.at = (world.at + step.minutes * 60_000) as Instant
      return void world.ask('duffy', { do: 'sweep' })
    case 'reserve': {
      const get = { ...PLAIN_GET, count: step.count }
      return void world.ask(step.by, { do: 'reserve', get, from: (world.at + step.ahead * 60_000) as Instant })
    }
    case 'maintain': {
      const from = step.ahead === null ? null : ((world.at + step.ahead * 60_000) as Instant)
      const forMs = step.minutes === null ? null : step.minutes * 60_000
      const what = pick(fleet.machines.values(), step.which)!.name
      return void world.ask('duffy', { do: 'setMaintenance', what, from, until: null, forMs, reason: 'disk' })
    }
    case 'build':
      return void world.ask(
        'duffy',
        step.end === null ? { do: 'noteBuilds', builds: [BUILD] } : { do: 'endBuild', build: BUILD, end: step.end },
      )
    case 'lift':
      return void world.ask('duffy', { do: 'endMaintenance', what: pick(fleet.machines.values(), step.which)!.name })
  }
}

const pick = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}
