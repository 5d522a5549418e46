import { describe, expect, test } from 'vitest'
import { fixedAt, frontier } from '../proof/levels.ts'

/** A fifth of the site that docs/ready-levels.md is about. */
const SMALL = { tenants: 40, machines: 100, perHour: 8 }

describe('a level that follows demand', () => {
  test.each([51, 52])('has people wait less than any fixed one for as many machine-hours (seed %d)', (seed) => {
    const known = frontier(seed, { size: SMALL, pattern: 'weekly', levels: [1, 2, 3, 4, 5], misses: [0.1, 0.05] })
    for (const point of known.predicted.values())
      expect(point.missed).toBeLessThan(fixedAt(known, point.machineHours).missed)
  })
})
