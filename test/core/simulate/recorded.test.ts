import { decide, describedSteps, Fleet, Recorder, simulate, whatIf } from '#core'
import type { Asked, Command, Figures, Instant, Recorded, RecordBody, Scenario } from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'
import { crowded, HOUR, loadOf, MINUTE, scenarioOf, START } from './scenario.ts'

/** What a scenario leaves in the log. */
const logOf = (scenario: Scenario): { readonly log: RecordBody[]; readonly figures: Figures } => {
  const log: RecordBody[] = []
  const figures = simulate({
    ...scenario,
    watch: (_fleet, { at, command }, decision) => {
      if (decision.type === 'accepted' && decision.events.length > 0) log.push(bodyOf(at, command, decision.events))
    },
  })
  return { log, figures }
}

const bodyOf = (at: Instant, { do: does }: Command, events: RecordBody['events']): RecordBody =>
  JSON.parse(JSON.stringify({ v: 1, at, by: 'duffy', door: 'test', id: null, do: does, events })) as RecordBody

const recordedFrom = (log: readonly RecordBody[], { from, until }: { from: number; until: number }): Recorded => {
  const recorder = new Recorder(from as Instant)
  for (const body of log) recorder.add(body)
  return recorder.end(until as Instant, 1)!
}

const again = ({ ground, site }: Recorded): Figures => {
  const figures = whatIf(ground, { site, platform: null, demand: 1 })
  if ('faults' in figures) throw new Error(figures.faults.join('; '))
  return figures
}

/** What does not depend on how a stretch is cut into commands, nor on refusals, which are in no log. */
const essence = (figures: Figures) =>
  Object.fromEntries(Object.entries(figures).filter(([name]) => !VARYING.includes(name)))
const VARYING = ['commands', 'events', 'refused', 'asked']

describe('a recorded stretch', () => {
  test.each([1, 2, 3])('lived through again unchanged comes out as it was, to the millisecond (seed %d)', (seed) => {
    const { log, figures } = logOf(crowded(seed))
    const recorded = recordedFrom(log, crowded(seed))
    expect(essence(recorded.happened)).toEqual(essence(figures))
    expect(essence(again(recorded))).toEqual(essence(figures))
    expect(figures.wait.p95).toBeGreaterThan(HOUR)
  })

  test.each([5, 20, 33])('that begins in the middle of things comes out as it was too (hour %d)', (hour) => {
    const { log } = logOf(crowded(4))
    const { until } = crowded(4)
    const recorded = recordedFrom(log, { from: START + hour * HOUR, until })
    expect(recorded.ground.standing.size).toBeGreaterThan(2)
    expect(essence(again(recorded))).toEqual(essence(recorded.happened))
  })

  test('has other waits with more machines', () => {
    const { log } = logOf(crowded(1))
    const recorded = recordedFrom(log, crowded(1))
    const more = [...recorded.site.machines, ...machinesOf('metal', 'intel', 8).slice(4)]
    const site = { ...recorded.site, digest: 'more', machines: more }
    const figures = whatIf(recorded.ground, { site, platform: null, demand: 1 }) as Figures
    // Not half as long: those who ask for nine, whom eight could never serve, are served here.
    expect(figures.wait.p50).toBeLessThan(recorded.happened.wait.p50 * 0.9)
  })

  test('keeps the extensions, holds and early returns of its leases', () => {
    const steps = describedSteps({})
    const acts = [
      { afterMs: 10 * MINUTE, act: { do: 'giveBack' } },
      { afterMs: 20 * MINUTE, act: { do: 'extend', byMs: HOUR } },
      { afterMs: 30 * MINUTE, act: { do: 'hold', forMs: 5 * HOUR } },
    ] as const
    const load = [{ ...loadOf({ at: HOUR, count: 3, usedMs: null }), acts }]
    const site = siteOf({
      pools: [poolOf('metal', { steps: [] })],
      tenants: [tenantOf('alice', { holds: 8 })],
    })
    const { log, figures } = logOf({ ...scenarioOf({ steps, load }), site })
    const recorded = recordedFrom(log, { from: START, until: START + 48 * HOUR })
    expect(recorded.ground.load[0]?.acts).toEqual(acts)
    expect(figures.leasedHours).toBeCloseTo(1 / 6 + 2 * (5.5 + 5 / 60))
    expect(again(recorded).leasedHours).toBeCloseTo(figures.leasedHours)
  })

  test('knows how long its owners waited before they cancelled, and takes a use from others of the tenant', () => {
    const steps = describedSteps({})
    const load = [
      loadOf({ at: HOUR, count: 8, usedMs: 90 * MINUTE }),
      loadOf({ at: HOUR + MINUTE, count: 8, patienceMs: 7 * MINUTE, usedMs: 5 * MINUTE }),
    ]
    const { log } = logOf(scenarioOf({ steps, load }))
    const [, cancelled] = recordedFrom(log, { from: START, until: START + 48 * HOUR }).ground.load
    expect(cancelled).toMatchObject({ patienceMs: 7 * MINUTE, usedMs: 90 * MINUTE })
  })

  test('tells how often the site was changed in it, and takes it as it is at the end', () => {
    const fleet = new Fleet()
    const log: RecordBody[] = []
    const ask = (at: number, command: Command): void => {
      const asked = { id: null, by: 'duffy', door: 'test', at: at as Instant, command } as unknown as Asked
      const decision = decide(fleet, asked)
      if (decision.type === 'accepted') log.push(bodyOf(asked.at, command, decision.events))
    }
    ask(START, { do: 'configure', site: siteOf() })
    ask(START + HOUR, { do: 'setTenant', tenant: 'bob' as never, terms: { quota: 3 }, keys: null })
    ask(START + 2 * HOUR, {
      do: 'configure',
      site: siteOf({ digest: 'two', machines: machinesOf('metal', 'intel', 2) }),
    })
    const { siteChanges, site } = recordedFrom(log, { from: START, until: START + 3 * HOUR })
    expect(siteChanges).toBe(2)
    expect(site.tenants.find(({ name }) => name === 'bob')).toMatchObject({ quota: 3 })
    expect(site.machines.map(({ name }) => name)).toEqual(['intel-1', 'intel-2'])
  })

  test('that holds no record is none', () => {
    expect(new Recorder(START).end((START + HOUR) as Instant, 1)).toBeNull()
  })
})
