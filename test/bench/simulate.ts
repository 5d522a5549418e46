import {
  chanceFrom,
  describedLoad,
  describedSteps,
  Fleet,
  OFFICE,
  simulate,
  type DescribedLoad,
  type Instant,
  MINUTE,
  HOUR,
} from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'

/** A Monday, 00:00 UTC. */
const FROM = Date.UTC(2026, 0, 5) as Instant

/** A crowded site of 40 machines and five tenants, lived through for so many weeks: events a second of time, and of CPU. */
export const benchSimulate = (
  weeks: number,
): { readonly events: number; readonly perSecond: number; readonly perCpuSecond: number } => {
  const tenants = ['a', 'b', 'c', 'd', 'e']
  const load = tenants.map((tenant): DescribedLoad => ({
    tenant: tenant as DescribedLoad['tenant'],
    demand: { type: 'metal', pool: null, arch: null, labels: [], platform: 'any', chassis: null },
    counts: [
      { count: 1, weight: 8 },
      { count: 3, weight: 1 },
    ],
    perHour: 5,
    pattern: OFFICE,
    durationMs: 4 * HOUR,
    early: { share: 0.9, medianMs: 50 * MINUTE, spread: 1.5 },
    impatient: { share: 0.2, afterMs: HOUR },
  }))
  const until = (FROM + weeks * 7 * 24 * HOUR) as Instant
  const step = (medianMs: number) => ({ medianMs, spread: 1.3, failures: 0.01 })
  const chance = chanceFrom(1)
  const began = performance.now()
  const cpu = process.cpuUsage()
  const { events } = simulate({
    fleet: new Fleet(),
    site: siteOf({
      pools: [poolOf('metal', { steps: ['provision', 'check', 'grant', 'revoke', 'recycle', 'rebuild'] })],
      machines: [...machinesOf('metal', 'intel', 20), ...machinesOf('metal', 'amd', 20)],
      tenants: tenants.map((name) => tenantOf(name)),
    }),
    from: FROM,
    until,
    load: describedLoad(load, { from: FROM, until }, chance.fork()),
    steps: describedSteps({
      provision: step(3 * MINUTE),
      grant: step(5_000),
      recycle: step(2 * MINUTE),
      check: step(5_000),
    }),
    chance,
  })
  const { user, system } = process.cpuUsage(cpu)
  return {
    events,
    perSecond: (events / (performance.now() - began)) * 1000,
    perCpuSecond: (events / (user + system)) * 1_000_000,
  }
}
