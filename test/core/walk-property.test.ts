// oxlint-disable no-restricted-imports -- it looks inside core, at what nobody else is to call
import { evolve, Fleet, type Instant, MINUTE } from '#core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Placement } from '../../core/policy/platform.ts'
import type { SetAside } from '../../core/policy/setaside.ts'
import { nextTurn, placeOf, setAsideAt, type Turn } from '../../core/policy/turn.ts'
import { CROWDED_SITE, happen, happenings, type Happening } from '../kit/crowd.ts'
import { plainNextTurn, plainPlaceOf, plainSetAsideAt } from '../kit/plain-turns.ts'
import { World } from '../kit/world.ts'

const turnOf = (turn: Turn | null) => turn && { request: turn.request.id, ...placementOf(turn.placed) }

/** What is kept is told of those alone who ask. */
const placementOf = ({ machines, choice, allowed, elsewhere }: Placement) => ({
  machines: machines?.map(({ name }) => name) ?? null,
  choice,
  allowed: allowed.map(({ shape }) => shape.key),
  elsewhere: elsewhere.map(({ shape }) => shape.key),
})

const toldOf = (placed: Placement) => ({
  ...placementOf(placed),
  kept: {
    machines: placed.kept.machines,
    claims: placed.kept.claims.map(({ request, from, count }) => ({ request, from, count })),
  },
})

const claimsOf = ({ claims }: SetAside) =>
  claims.map(({ stocks, ...claim }) => ({ ...claim, stocks: stocks.map(({ shape }) => shape.key) }))

const lived = (life: readonly Happening[]): World => {
  const world = new World(CROWDED_SITE)
  for (const happening of life) happen(world, happening)
  return world
}

/** Every fleet of a life, before each event: those too in which somebody is about to be served. */
const eachFleet = (world: World, look: (fleet: Fleet, at: Instant) => void): void => {
  const fleet = new Fleet()
  for (const { at, events } of world.log) {
    for (const event of events) {
      fleet.heads.reach(at)
      look(fleet, at)
      evolve(fleet, event, at)
    }
  }
  fleet.heads.reach(world.at)
  look(fleet, world.at)
}

describe.each([
  ['with reservations and maintenance ahead', true],
  ['with nothing planned', false],
])('the walk over those who wait, %s,', (_, planned) => {
  const RUNS = { numRuns: 60 }
  const lives = happenings({ planned })

  test('serves the same, from the same machines, as one that looks at everybody', () => {
    let served = 0
    fc.assert(
      fc.property(lives, (life) => {
        eachFleet(lived(life), (fleet, at) => {
          const turn = turnOf(nextTurn(fleet, at))
          expect(turn).toEqual(turnOf(plainNextTurn(fleet, at)))
          if (turn !== null) served += 1
        })
      }),
      RUNS,
    )
    expect(served).toBeGreaterThan(100)
  })

  test('sets the same aside, now and later', () => {
    let claims = 0
    fc.assert(
      fc.property(lives, fc.nat(60), (life, later) => {
        eachFleet(lived(life), (fleet, at) => {
          for (const when of [at, (at + later * MINUTE) as Instant]) {
            const aside = claimsOf(setAsideAt(fleet, when))
            expect(aside).toEqual(claimsOf(plainSetAsideAt(fleet, when, at)))
            claims += aside.length
          }
        })
      }),
      RUNS,
    )
    expect(claims).toBeGreaterThan(1_000)
  })

  test('gives whoever asks the same', () => {
    fc.assert(
      fc.property(lives, fc.nat(20), (life, which) => {
        eachFleet(lived(life), (fleet, at) => {
          const request = [...fleet.requests.values()].at(which % (fleet.requests.size || 1))
          if (request === undefined) return
          const later = { ...request, number: 1e6, headSince: null, priority: 0 }
          for (const asking of [request, later, { ...later, durationMs: 5 * MINUTE }])
            expect(toldOf(placeOf(fleet, at, asking))).toEqual(toldOf(plainPlaceOf(fleet, at, asking)))
        })
      }),
      RUNS,
    )
  })
})
