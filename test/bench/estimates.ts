import { chanceFrom, describedLoad, estimate, Fleet, simulate, type Instant } from '#core'
import { estimateDesk } from '../../adapters/duffy/estimate-desk.ts'
import { CROWDED, crowdedSite, crowdedSteps, crowdedTenants } from '../proof/waits.ts'
import { HOUR, START } from '../proof/week.ts'

export interface EstimateCosts {
  readonly waiting: number
  /** Milliseconds for the first in line, for the one in the middle, and for each of fifty who look again and again. */
  readonly first: number
  readonly middle: number
  readonly desk: number
  /** Sorting a hundred thousand numbers, just before. */
  readonly raw: number
}

/** What it costs to say when somebody will be served, where 500 machines are lent and a few hundred requests wait. */
export const benchEstimates = (): EstimateCosts => {
  const fleet = crowded()
  const waiting = [...fleet.waiting.of('metal')]
  const at = (START + SPAN) as Instant
  const one = (place: number): number =>
    median(() => void estimate(fleet, [waiting[Math.min(place, waiting.length - 1)]!], at))
  const raw = median(() => void Float64Array.from({ length: 100_000 }, (_, n) => (n * 7_919) % 100_003).toSorted())
  const desk = estimateDesk()
  let now = at
  const looking = waiting.slice(0, 50)
  const round = median(() => {
    now = (now + 6_000) as Instant
    for (const request of looking) desk.at(fleet, now)([request])
  })
  const middle = Math.min(150, Math.floor(waiting.length / 2))
  return { waiting: waiting.length, first: one(0), middle: one(middle), desk: round / looking.length, raw }
}

/** Twelve hours of a Monday. */
const SPAN = 12 * HOUR

const crowded = (): Fleet => {
  const chance = chanceFrom(1)
  const span = { from: START, until: (START + SPAN) as Instant }
  const load = describedLoad(crowdedTenants({ ...CROWDED, perHour: CROWDED.perHour * 1.2 }), span, chance.fork())
  const fleet = new Fleet()
  simulate({ ...span, fleet, site: crowdedSite(CROWDED), load, steps: crowdedSteps, chance: chance.fork() })
  return fleet
}

const ROUNDS = 15
const median = (work: () => void): number => {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now()
    work()
    return performance.now() - began
  })
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
}
