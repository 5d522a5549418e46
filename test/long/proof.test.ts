import { describe, expect, test } from 'vitest'
import { fixedAt, frontier, WHOLE } from '../proof/levels.ts'
import { coverage } from '../proof/waits.ts'

/** A fifth of the sites that docs/ready-levels.md and docs/estimates.md are about. */
const SMALL = { tenants: 40, machines: 100, perHour: 8 }

describe('a level that follows demand', () => {
  test.each([51, 52])('has people wait less than any fixed one for as many machine-hours (seed %d)', (seed) => {
    const known = frontier(seed, { size: SMALL, pattern: 'weekly', levels: [1, 2, 3, 4, 5], misses: [0.1, 0.05] })
    for (const point of known.predicted.values()) {
      const fixed = fixedAt(known, point.machineHours)
      expect(point.missed).toBeLessThan(fixed.missed)
      expect(point.p95Ms).toBeLessThan(fixed.p95Ms)
    }
  })

  test.each([51, 52])('loses nothing to fixed ones where the load has no pattern (seed %d)', (seed) => {
    const known = frontier(seed, { size: SMALL, pattern: 'even', levels: [1, 2, 3, 4, 5], misses: [0.1, 0.05] })
    for (const point of known.predicted.values())
      expect(point.missed).toBeLessThan(fixedAt(known, point.machineHours).missed * 1.11)
  })

  /** Of a small site a level is a handful of machines, and p95 jumps where one of them is more or less. */
  test('nor in p95, on a site of the whole size', () => {
    const known = frontier(71, { size: WHOLE, pattern: 'even', levels: [6, 7, 8, 9], misses: [0.05] })
    const [point] = known.predicted.values()
    expect(point!.p95Ms).toBeLessThan(fixedAt(known, point!.machineHours).p95Ms * 1.11)
  })
})

test.each([51, 52])('nine tenths of real waits come within the intervals that are to hold them (seed %d)', (seed) => {
  const { inside90 } = coverage(seed, { ...SMALL, perHour: 10.4 })
  expect(inside90).toBeGreaterThan(0.85)
  expect(inside90).toBeLessThan(0.95)
})
