import fc from 'fast-check'
import { expect, test } from 'vitest'
import { violations, type Instant, type Site } from '#core'
import type { Life } from './life.ts'
import { Model } from './model.ts'
import { arbitrarySite } from './site.ts'
import { arbitrarySteps } from './steps.ts'
import { coreAlone, laneOnStore, twins, type System } from './system.ts'

/** A slow host lives fewer lives, but never none. */
const LONGEST_MS = 15_000
const FEWEST = 5

test.each<[string, (site: Site) => Promise<System>, number]>([
  ['the core alone', coreAlone, 1_500],
  ['two cores told of their site in different orders', twins, 500],
  ['the lane on a real store', laneOnStore, 150],
])(
  'whatever befalls %s, nothing is done that a simple model would not allow',
  async (_name, start, numRuns) => {
    let lived = 0
    await fc.assert(
      fc.asyncProperty(arbitrarySite, arbitrarySteps, async (site, steps) => {
        await using system = await start(site)
        const life: Life = { model: new Model(), site, identified: [], stale: [], configurations: 0 }
        life.model.configured(site)
        await fc.asyncModelRun(() => ({ model: life, real: system }), steps)
        expect(violations(system.fleet, 0 as Instant)).toEqual([])
        expect(await system.apart()).toEqual([])
        lived += 1
      }),
      { numRuns, interruptAfterTimeLimit: LONGEST_MS, endOnFailure: false },
    )
    expect(lived).toBeGreaterThanOrEqual(FEWEST)
  },
  120_000,
)
