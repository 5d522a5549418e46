import { lineOf, positionOf, type Fleet } from '#core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CROWDED_SITE, happen, happenings } from '../kit/crowd.ts'
import { World } from '../kit/world.ts'

const TYPES = ['metal', 'vm'] as const

/** As they stand in the whole line, and as each is told by itself. */
const places = (fleet: Fleet) => ({
  line: TYPES.flatMap((type) => lineOf(fleet, type).map(({ request }, index) => [request.id, index + 1])),
  told: TYPES.flatMap((type) => lineOf(fleet, type).map(({ request }) => [request.id, positionOf(fleet, request)])),
})

test('after everything that happens, each who waits is told the place that they have in the whole line', () => {
  let overdue = 0
  fc.assert(
    fc.property(happenings({ planned: true, most: 120 }), (life) => {
      const world = new World(CROWDED_SITE)
      for (const happening of life) {
        happen(world, happening)
        const { line, told } = places(world.fleet)
        expect(told).toEqual(line)
        overdue += line.length
      }
    }),
    { numRuns: 60 },
  )
  expect(overdue).toBeGreaterThan(0)
})

test('what is taken back changes no place', () => {
  fc.assert(
    fc.property(happenings({ planned: false }), happenings({ planned: false, most: 30 }), (life, undone) => {
      const world = new World(CROWDED_SITE)
      for (const happening of life) happen(world, happening)
      const before = places(world.fleet).line
      const { fleet } = world
      const keep = fleet.journal.keep
      fleet.journal.keep = () => {}
      const mark = fleet.journal.mark()
      const { at } = world
      for (const happening of undone) {
        happen(world, happening)
        expect(places(fleet).told).toEqual(places(fleet).line)
      }
      fleet.journal.undoTo(mark)
      fleet.journal.keep = keep
      world.at = at
      expect(places(fleet)).toEqual({ line: before, told: before })
    }),
    { numRuns: 30 },
  )
})
