import { calibrationOf, LEVELS, readFutures, type Estimate, type Futures } from './estimate/calibration.ts'
import { Life, NEVER } from './estimate/future.ts'
import { sceneOf, type Scene } from './estimate/scene.ts'
import type { Fleet } from './fleet.ts'
import type { Instant, RequestId } from './id.ts'
import { orderOfService } from './policy/order.ts'
import type { Waiting } from './policy/queue.ts'
import { DAY } from './time.ts'

/** Estimates for requests that wait, as far as there are any. A request that is only tried is gone again, and its number another's. */
export type Estimates = (requests: readonly Waiting[], how?: 'tried') => ReadonlyMap<RequestId, Estimate>

/** Those that are made anew for each question. */
export const estimatesAt =
  (fleet: Fleet, at: Instant): Estimates =>
  (requests) =>
    estimate(fleet, requests, at)

export type { Estimate, Interval } from './estimate/calibration.ts'

/** Requests ahead that are still told from; whoever is further back is given no estimate. */
const MOST_WAITING = 500
/** Nobody is told of a time that is further away. */
const FURTHEST_MS = 30 * DAY

/** How much is drawn for one estimate, in things that happen, and the fewest and the most futures that this may come to. */
const BUDGET = 24_000
const FEWEST_FUTURES = 40
const MOST_FUTURES = 200

/**
 * When requests that wait will be served, each as an interval that holds half of what may come, and one that holds nine tenths.
 * A few hundred futures are drawn from the leases that last, the habits of their tenants, the steps under way and who is ahead;
 * how those were right before says how they are to be read. The same fleet and time give the same estimates. It takes
 * milliseconds, and belongs outside the lane. A request is left out that waits no more, is too far back to tell, or cannot be
 * served by anything that is known to come.
 */
export const estimate = (fleet: Fleet, requests: readonly Waiting[], at: Instant): ReadonlyMap<RequestId, Estimate> => {
  const estimates = new Map<RequestId, Estimate>()
  const here = requests.filter(({ id }) => fleet.requests.has(id))
  for (const [type, asked] of Map.groupBy(here, ({ demand }) => demand.type)) {
    const line = orderOfService(fleet, type, MOST_WAITING)
    const targets = new Set(line.filter(({ id }) => asked.some((request) => request.id === id)))
    if (targets.size === 0) continue
    for (const [request, futures] of futuresOf(sceneOf(fleet, line, targets, at), targets)) {
      if (futures[MIDDLE]! >= FURTHEST_MS) continue
      const read = readFutures(fleet.calibrations.get(calibrationOf(request)), at, futures)
      estimates.set(request.id, { at, place: line.indexOf(request) + 1, futures, ...read })
    }
  }
  return estimates
}

const MIDDLE = LEVELS.indexOf(0.5)

/** For each target, the waits at `LEVELS` in order of length. */
const futuresOf = (scene: Scene, targets: ReadonlySet<Waiting>): ReadonlyMap<Waiting, Futures> => {
  const size = scene.leases.length + scene.coming.length + scene.waiting.length
  const count = Math.max(FEWEST_FUTURES, Math.min(MOST_FUTURES, Math.floor(BUDGET / size)))
  const places = scene.waiting
    .keys()
    .filter((place) => targets.has(scene.waiting[place]!.request))
    .toArray()
  const waits = new Map<Waiting, number[]>(places.map((place) => [scene.waiting[place]!.request, []]))
  const life = new Life(scene)
  for (let future = 0; future < count; future += 1) {
    for (const [index, wait] of life.live(future, places).entries()) {
      const drawn = waits.get(scene.waiting[places[index]!]!.request)!
      drawn.push(Math.min(wait === NEVER ? FURTHEST_MS : Math.round(wait), FURTHEST_MS))
    }
  }
  return new Map(waits.entries().map(([request, drawn]) => [request, atLevels(drawn)]))
}

const atLevels = (drawn: readonly number[]): Futures => {
  const sorted = drawn.toSorted((a, b) => a - b)
  return LEVELS.map((level) => sorted[Math.floor(level * sorted.length)]!)
}
