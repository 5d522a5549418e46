import fc from 'fast-check'
import type { GetCommand, Instant, MachineName, RunResult } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from './site.ts'
import { World } from './world.ts'

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
  tenants: TENANTS.map((name, index) => tenantOf(name, { quota: 3 + index * 4 })),
})

/** What somebody may ask for there: by type or pool, too much, or what there is not. */
export const anyGet: fc.Arbitrary<Partial<GetCommand>> = fc.record({
  type: fc.constantFrom('metal', 'metal', 'metal', 'vm', 'rack', 'no-such'),
  count: fc.integer({ min: 1, max: 6 }),
  platform: fc.constantFrom('same', 'prefer', 'any'),
  arch: fc.constantFrom(null, null, null, 'x86_64', 'riscv'),
  labels: fc.constantFrom<readonly string[]>([], [], [], ['ssd'], ['gpu']),
  durationMs: fc.constantFrom(null, null, 3_600_000, 1),
  queue: fc.constantFrom(true, true, false),
})

export const anyTenant: fc.Arbitrary<string> = fc.constantFrom(...TENANTS).map((name) => `irc:net:${name}`)

type Step =
  | { readonly act: 'get'; readonly by: string; readonly get: Partial<GetCommand> }
  | { readonly act: 'done' | 'cancel'; readonly which: number }
  | { readonly act: 'run'; readonly which: number; readonly outcome: RunResult['outcome'] }
  | { readonly act: 'pass'; readonly minutes: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('get' as const), by: anyTenant, get: anyGet }) },
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
)

/** A world after some life. */
export const anyWorld: fc.Arbitrary<World> = fc.array(anyStep, { maxLength: 60, size: 'max' }).map((steps) => {
  const world = new World(BUSY_SITE)
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
  }
}

const pick = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}
