import { chanceFrom, describedLoad, describedSteps, Fleet, simulate, violations, type Figures } from '#core'
import { describe, expect, test } from 'vitest'
import { snapshot } from '../../kit/snapshot.ts'
import { crowded, DESCRIBED, HOUR, loadOf, MINUTE, scenarioOf, START } from './scenario.ts'

const conserved = (figures: Figures): number =>
  figures.served +
  figures.waiting +
  figures.preparing +
  figures.cancelled +
  figures.unsatisfiable +
  figures.unprepared +
  Object.values(figures.refused).reduce((sum, count) => sum + count, 0)

describe('a simulated stretch of time', () => {
  test('is the same again from the same seed', () => {
    expect(simulate(crowded(7))).toEqual(simulate(crowded(7)))
  })

  test('is another from another seed', () => {
    expect(simulate(crowded(7))).not.toEqual(simulate(crowded(8)))
  })

  test.each([1, 2, 3, 4, 5])('forgets no request, and counts none twice (seed %d)', (seed) => {
    const figures = simulate(crowded(seed))
    expect(figures.asked).toBeGreaterThan(300)
    expect(conserved(figures)).toBe(figures.asked)
  })

  test('comes to every ending that a request can have', () => {
    const figures = simulate(crowded(1))
    const { served, waiting, cancelled, refused } = figures
    expect(Math.min(served, waiting, cancelled, refused.neverEnough ?? 0)).toBeGreaterThan(0)
  })

  test('keeps every invariant of a fleet', () => {
    const wrong: string[] = []
    const watch = (fleet: Fleet, asked: { at: never }) => void wrong.push(...violations(fleet, asked.at))
    simulate({ ...crowded(3), until: (START + 12 * HOUR) as never, watch: watch as never })
    expect(wrong).toEqual([])
  })

  test('counts nothing of what comes before the time that counts', () => {
    const all = simulate(crowded(2))
    const half = simulate({ ...crowded(2), countFrom: (START + 24 * HOUR) as never })
    expect(half.asked).toBeLessThan(all.asked)
    expect(half.hours).toHaveLength(all.hours.length - 24)
    expect(conserved(half)).toBe(half.asked)
  })

  test('tells its watch every command, in order of time', () => {
    const instants: number[] = []
    const figures = simulate({ ...crowded(2), watch: (_fleet, { at }) => void instants.push(at) })
    expect(instants).toHaveLength(figures.commands)
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
  })
})

describe('time in a simulation', () => {
  const steps = describedSteps({
    provision: { medianMs: 3 * MINUTE, spread: 1, failures: 0 },
    grant: { medianMs: MINUTE, spread: 1, failures: 0 },
    recycle: { medianMs: 10 * MINUTE, spread: 1, failures: 0 },
  })
  const one = { tenant: 'alice', count: 8, usedMs: 30 * MINUTE }

  test('makes a request wait for its steps, and no longer', () => {
    const figures = simulate(scenarioOf({ steps, load: [loadOf({ at: HOUR })] }))
    expect(figures.wait.most).toBe(MINUTE)
  })

  test('gives a machine to the next once it is back and clean', () => {
    const load = [loadOf({ ...one, at: HOUR }), loadOf({ tenant: 'bob', count: 8, at: HOUR + MINUTE })]
    const figures = simulate(scenarioOf({ steps, load }))
    expect(figures.waits).toEqual([MINUTE, 41 * MINUTE])
  })

  test('ends a lease that nobody gives back', () => {
    const load = [
      loadOf({ ...one, usedMs: null, durationMs: HOUR, at: HOUR }),
      loadOf({ tenant: 'bob', count: 8, at: HOUR + MINUTE }),
    ]
    const figures = simulate(scenarioOf({ steps, load }))
    expect(figures.waits).toEqual([MINUTE, HOUR + 16 * MINUTE])
  })

  test('lets go of a request whose owner has lost patience', () => {
    const load = [loadOf({ ...one, at: HOUR }), loadOf({ tenant: 'bob', count: 8, at: HOUR, patienceMs: 5 * MINUTE })]
    const { served, cancelled } = simulate(scenarioOf({ steps, load }))
    expect({ served, cancelled }).toEqual({ served: 1, cancelled: 1 })
  })

  test('ends what ends before it begins what begins at the same instant', () => {
    const instant = describedSteps({})
    const load = [loadOf({ ...one, at: HOUR }), loadOf({ tenant: 'bob', count: 8, at: HOUR + 30 * MINUTE })]
    const figures = simulate(scenarioOf({ steps: instant, load }))
    expect(figures.waits).toEqual([0, 0])
  })

  test('counts the hours in which machines are on and leased', () => {
    const figures = simulate(scenarioOf({ steps: describedSteps({}), load: [loadOf({ ...one, at: HOUR })] }))
    expect(figures.leasedHours).toBeCloseTo(4)
    expect(figures.machineHours).toBeCloseTo(8 * 48)
    expect(figures.utilisation).toBeCloseTo(4 / (8 * 48))
  })

  test('tries a failed step again', () => {
    const failing = describedSteps({ recycle: { medianMs: MINUTE, spread: 1, failures: 0.5 } })
    const figures = simulate({ ...crowded(1), steps: failing })
    expect(figures.failedRuns).toBeGreaterThan(20)
    expect(conserved(figures)).toBe(figures.asked)
  })

  test('begins with a fleet that is in the middle of things', () => {
    const before = scenarioOf({ steps, load: [loadOf({ ...one, at: HOUR })], until: HOUR + 10 * MINUTE })
    simulate(before)
    const lease = before.fleet.leases.values().next().value!
    const standing = new Map([[lease.id, { usedMs: 30 * MINUTE, patienceMs: null }]])
    const at = (before.until + MINUTE) as never
    const load = [{ ...loadOf({ tenant: 'bob', count: 8 }), at }]
    const figures = simulate({
      ...before,
      site: null,
      from: before.until,
      until: (before.until + 24 * HOUR) as never,
      standing,
      load,
    })
    expect(figures.waits).toEqual([MINUTE * (31 - 11 + 10 + 1)])
    expect(snapshot(before.fleet)['lease']).toEqual([])
  })
})

describe('a described load', () => {
  const tenant = crowded(1)
  test('has as many requests as it says', () => {
    const load = [...describedLoad([describedOf({ perHour: 5 })], weeks(20), chanceFrom(1))]
    expect(load.length / (20 * 168)).toBeCloseTo(5, 0)
  })

  test('has them when it says', () => {
    const pattern = Array.from({ length: 168 }, (_, hour) => (hour === 30 ? 1 : 0))
    const load = [...describedLoad([describedOf({ perHour: 1, pattern })], weeks(4), chanceFrom(1))]
    expect(load.length).toBeGreaterThan(4 * 100)
    expect(new Set(load.map(({ at }) => Math.floor((at - START) / HOUR) % 168))).toEqual(new Set([30]))
  })

  test('is in order of time', () => {
    const load = [...tenant.load].map(({ at }) => at)
    expect(load).toEqual(load.toSorted((a, b) => a - b))
  })

  test('leaves the requests of the others as they were when one asks more', () => {
    const of = (perHour: number) => [
      ...describedLoad(
        [describedOf({ perHour: 5 }), describedOf({ tenant: 'bob' as never, perHour })],
        weeks(1),
        chanceFrom(1),
      ),
    ]
    const ofAlice = (load: ReturnType<typeof of>) => load.filter((request) => request.tenant === 'alice')
    expect(ofAlice(of(1))).toEqual(ofAlice(of(9)))
  })
})

const weeks = (count: number) => ({ from: START, until: (START + count * 168 * HOUR) as never })
const describedOf = (over: Partial<Parameters<typeof describedLoad>[0][number]>) => ({
  ...DESCRIBED,
  ...over,
})
