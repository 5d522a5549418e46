import { chanceFrom, Fleet, quantile, simulate, type Instant, type Pool, type Scenario } from '#core'
import { DAY, loadOf, MINUTE, siteWith, START, STEPS_TAKE, WEEK, type Pattern, type Size } from './week.ts'

/** What one way of keeping machines ready came to, in a week of both pools together. */
export interface Point {
  readonly machineHours: number
  readonly p95Ms: number
  /** Of the requests, those that waited for more than a minute. */
  readonly missed: number
}

/** One site and its load, from one seed: each fixed level, and the predicted one at each miss probability. */
export interface Frontier {
  readonly fixed: ReadonlyMap<number, Point>
  readonly predicted: ReadonlyMap<number, Point>
}

/** Four in ten machines lent on average, eight in ten in the busiest hours. */
export const WHOLE: Size = { tenants: 200, machines: 500, perHour: 40 }

/** What is learned comes from these weeks; then follows a day to fill the machines, and the week that counts. */
const LEARNT_WEEKS = 3

export const frontier = (
  seed: number,
  {
    size,
    pattern,
    levels,
    misses,
  }: {
    readonly size: Size
    readonly pattern: Pattern
    readonly levels: readonly number[]
    readonly misses: readonly number[]
  },
): Frontier => {
  const from = (START + LEARNT_WEEKS * WEEK) as Instant
  const until = (from + DAY + WEEK) as Instant
  const chance = chanceFrom(seed)
  const load = loadOf(size, { pattern, chance: chance.fork(), span: { from: START, until } })
  const predicted = (missProbability: number): Pool['ready'] => ({
    missProbability,
    least: 0,
    most: Math.floor(size.machines / 2),
    atFirst: 4,
  })
  const live = (fleet: Fleet, ready: Pool['ready'], span: Pick<Scenario, 'from' | 'until'>) =>
    simulate({
      ...span,
      fleet,
      site: siteWith(size, ready),
      countFrom: Math.min(span.from + DAY, span.until) as Instant,
      load: load.filter(({ at }) => at >= span.from && at < span.until),
      steps: STEPS_TAKE,
      chance: chanceFrom(seed + 1_000),
    })
  const week = (fleet: Fleet, ready: Pool['ready']): Point => {
    const { machineHours, waits } = live(fleet, ready, { from, until })
    const missed = waits.filter((ms) => ms > MINUTE).length / waits.length
    return { machineHours, p95Ms: quantile(waits, 0.95), missed }
  }
  const learnt = new Fleet()
  live(learnt, predicted(0.05), { from: START, until: from })
  return {
    fixed: new Map(levels.map((level) => [level, week(new Fleet(), level)])),
    predicted: new Map(misses.map((miss) => [miss, week(knowing(learnt), predicted(miss))])),
  }
}

/** A fleet that knows nothing but what another has learnt. */
const knowing = (other: Fleet): Fleet => {
  const fleet = new Fleet()
  for (const one of other.demand.values()) fleet.demand.restore(one.key, one)
  for (const one of other.stepTimes.values()) fleet.stepTimes.restore(one.key, one)
  return fleet
}

/** What fixed levels come to at as many machine-hours: between two levels, in proportion. */
export const fixedAt = ({ fixed }: Frontier, machineHours: number): Pick<Point, 'p95Ms' | 'missed'> => {
  const points = [...fixed.values()].toSorted((a, b) => a.machineHours - b.machineHours)
  const next = points.findIndex((point) => point.machineHours >= machineHours)
  if (next <= 0) return points.at(next)!
  const [low, high] = [points[next - 1]!, points[next]!]
  const part = (machineHours - low.machineHours) / (high.machineHours - low.machineHours)
  return {
    p95Ms: low.p95Ms + part * (high.p95Ms - low.p95Ms),
    missed: low.missed + part * (high.missed - low.missed),
  }
}

/** The same from a file. */
export const frontierOf = ({
  fixed,
  predicted,
}: {
  readonly fixed: Readonly<Record<string, Point>>
  readonly predicted: Readonly<Record<string, Point>>
}): Frontier => ({ fixed: numbered(fixed), predicted: numbered(predicted) })

const numbered = (points: Readonly<Record<string, Point>>): ReadonlyMap<number, Point> =>
  new Map(Object.entries(points).map(([key, point]) => [Number(key), point]))
