import { chanceFrom, changePlan, copyOf, decide, describedLoad, describedSteps, Fleet, simulate, whatIf } from '#core'
import type { Asked, Figures, Ground, LoadRequest, Plan } from '#core'
import { describe, expect, test } from 'vitest'
import { differences } from '../../../adapters/lane/differences.ts'
import { machinesOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'
import { crowded, DESCRIBED, HOUR, loadOf, MINUTE, START } from './scenario.ts'

const SITE = siteOf({
  pools: [poolOf('metal', { steps: ['provision', 'grant', 'recycle'] })],
  machines: machinesOf('metal', 'intel', 4),
  tenants: [tenantOf('alice'), tenantOf('bob')],
})
const BASE: Plan = { site: SITE, platform: null, demand: 1 }
const until = (START + 48 * HOUR) as LoadRequest['at']

const groundOf = (over: Partial<Ground> = {}): Ground => ({
  fleet: new Fleet(),
  from: START,
  countFrom: START,
  until,
  load: [
    ...describedLoad(
      [
        { ...DESCRIBED, perHour: 4 },
        { ...DESCRIBED, tenant: 'bob' as never },
      ],
      { from: START, until },
      chanceFrom(1),
    ),
  ],
  standing: new Map(),
  steps: () =>
    describedSteps({ ...Object.fromEntries(['provision', 'grant', 'recycle'].map((step) => [step, STEADY])) }),
  seed: 1,
  ...over,
})
const STEADY = { medianMs: MINUTE, spread: 1, failures: 0 }

const lived = (ground: Ground, change?: string): Figures => {
  const plan = change === undefined ? BASE : changePlan(BASE, change)
  if ('misread' in plan) throw new Error(plan.misread)
  const figures = whatIf(ground, plan)
  if ('faults' in figures) throw new Error(figures.faults.join('; '))
  return figures
}

describe('a scenario', () => {
  test('is the same again, whatever was lived through before it', () => {
    const ground = groundOf()
    const first = lived(ground)
    lived(ground, 'add 3 metal')
    expect(lived(ground)).toEqual(first)
  })

  test('leaves the fleet that it starts from as it was', () => {
    const { fleet } = crowded(1)
    simulate({ ...crowded(1), fleet, until: (START + 9 * HOUR) as never })
    const before = copyOf(fleet)
    whatIf(groundOf({ fleet, from: (START + 9 * HOUR) as never, load: [] }), { ...BASE, site: crowded(1).site! })
    expect(differences(before, fleet)).toEqual([])
  })

  test('with more machines has shorter waits, and with fewer longer ones', () => {
    const ground = groundOf()
    const [less, same, more] = ['remove 1 metal', undefined, 'add 2 metal'].map((change) => lived(ground, change))
    expect(more!.wait.p95).toBeLessThan(same!.wait.p95)
    expect(less!.wait.mean).toBeGreaterThan(same!.wait.mean)
  })

  test('with twice the demand is asked twice as much, in order of time', () => {
    const ground = groundOf()
    const ratio = lived(ground, 'demand 200%').asked / lived(ground).asked
    expect(ratio).toBeGreaterThan(1.9)
    expect(ratio).toBeLessThanOrEqual(2)
    expect(lived(ground, 'demand 50%').asked / lived(ground).asked).toBeCloseTo(0.5, 1)
  })

  test('holds tenants to quotas that people have set, not the config', () => {
    const fleet = new Fleet()
    const ask = (command: Asked['command']) =>
      decide(fleet, { id: null, by: 'duffy', door: 'test', at: START, command } as never)
    ask({ do: 'configure', site: SITE })
    ask({ do: 'setTenant', tenant: 'alice' as never, terms: { quota: 3 }, keys: null })
    const load = [loadOf({ at: HOUR, count: 2 }), loadOf({ at: HOUR + MINUTE, count: 2 })]
    expect(lived(groundOf({ fleet, load }), 'quota alice 4').served).toBe(2)
    expect(lived(groundOf({ fleet, load }), 'quota alice 2').refused).toEqual({ overQuota: 1 })
  })

  test('of a site that cannot be had is none, and says why', () => {
    const ground = groundOf()
    lived(ground)
    const { fleet } = ground
    decide(fleet, { id: null, by: 'duffy', door: 'test', at: START, command: { do: 'configure', site: SITE } } as never)
    const moved = {
      ...SITE,
      digest: 'moved',
      pools: [...SITE.pools, poolOf('lab')],
      machines: machinesOf('lab', 'intel', 4),
    }
    expect(whatIf(ground, { ...BASE, site: moved })).toEqual({
      faults: expect.arrayContaining([expect.stringContaining('machine intel-1 is in pool metal')]),
    })
  })
})

test('by age, who asked first is served first, however much they hold', () => {
  const busy = { count: 2, usedMs: HOUR, tenant: 'alice' }
  const load = [
    loadOf({ ...busy, at: HOUR }),
    loadOf({ ...busy, at: HOUR, usedMs: 5 * HOUR }),
    loadOf({ ...busy, at: HOUR + MINUTE, usedMs: 5 * HOUR }),
    loadOf({ tenant: 'bob', count: 2, at: HOUR + 2 * MINUTE, usedMs: 5 * HOUR }),
  ]
  const waitOf = (tenant: string, change?: string) =>
    lived(groundOf({ load }), change).waitByTenant.get(tenant as never)!.most
  expect(waitOf('bob')).toBeLessThan(waitOf('alice'))
  expect(waitOf('bob', 'policy by-age')).toBeGreaterThan(waitOf('alice', 'policy by-age'))
})
