import {
  chanceFrom,
  describedLoad,
  describedSteps,
  EVEN,
  Fleet,
  OFFICE,
  type DescribedLoad,
  type LoadRequest,
  type Scenario,
} from '#core'
import { poolOf, siteOf, tenantOf } from '../../kit/site.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** A Monday, 00:00 UTC. */
export const START = Date.UTC(2026, 0, 5) as LoadRequest['at']

export const DESCRIBED: DescribedLoad = {
  tenant: 'alice' as DescribedLoad['tenant'],
  demand: { type: 'metal', pool: null, arch: null, labels: [], platform: 'any', chassis: null },
  counts: [{ count: 1, weight: 1 }],
  perHour: 1,
  pattern: EVEN,
  durationMs: 2 * HOUR,
  early: { share: 0.7, medianMs: 40 * MINUTE, spread: 1.5 },
  impatient: { share: 0, afterMs: HOUR },
}

/** One request; `at` counts from the start. */
export const loadOf = (over: {
  readonly at?: number
  readonly tenant?: string
  readonly count?: number
  readonly durationMs?: number
  readonly usedMs?: number | null
  readonly patienceMs?: number | null
}): LoadRequest => {
  const { at = 0, tenant = 'alice', count = 1, durationMs = 2 * HOUR, usedMs = HOUR, patienceMs = null } = over
  return {
    at: (START + at) as LoadRequest['at'],
    tenant: tenant as LoadRequest['tenant'],
    demand: { ...DESCRIBED.demand, count },
    durationMs,
    usedMs,
    patienceMs,
  }
}

const SITE = siteOf({ pools: [poolOf('metal', { steps: ['provision', 'grant', 'recycle'] })] })

/** Eight machines of metal for two days, or until as long after the start as it says. */
export const scenarioOf = ({
  until = 48 * HOUR,
  ...over
}: Pick<Scenario, 'load' | 'steps'> & { readonly until?: number }): Scenario => ({
  fleet: new Fleet(),
  site: SITE,
  from: START,
  until: (START + until) as LoadRequest['at'],
  chance: chanceFrom(1),
  ...over,
})

/** Three tenants who want more than eight machines can give, two days long; some ask for more machines than there are. */
export const crowded = (seed: number): Scenario => {
  const chance = chanceFrom(seed)
  const until = (START + 48 * HOUR) as LoadRequest['at']
  const tenants = ['alice', 'bob', 'carol'].map((tenant) => ({
    ...DESCRIBED,
    tenant: tenant as DescribedLoad['tenant'],
    counts: [
      { count: 1, weight: 8 },
      { count: 3, weight: 2 },
      { count: 9, weight: 0.2 },
    ],
    perHour: 3,
    pattern: OFFICE,
    impatient: { share: 0.3, afterMs: HOUR },
  }))
  return {
    ...scenarioOf({
      load: [...describedLoad(tenants, { from: START, until }, chance.fork())],
      steps: describedSteps({
        provision: { medianMs: 3 * MINUTE, spread: 1.3, failures: 0.02 },
        grant: { medianMs: 5_000, spread: 1.2, failures: 0.01 },
        recycle: { medianMs: 2 * MINUTE, spread: 1.3, failures: 0.02 },
      }),
    }),
    site: { ...SITE, tenants: ['alice', 'bob', 'carol'].map((tenant) => tenantOf(tenant)) },
    chance: chance.fork(),
  }
}
