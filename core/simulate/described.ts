import type { Instant, PoolName, TenantName } from '../id.ts'
import type { Demand, Priority } from '../request.ts'
import { HOUR } from '../time.ts'
import { hourOfWeek, HOURS_OF_WEEK } from '../week.ts'
import { Agenda } from '../collections/agenda.ts'
import { around, exponential, type Chance } from './chance.ts'
import type { LoadRequest } from './load.ts'

/** What a tenant asks for, week after week. */
export interface DescribedLoad {
  readonly tenant: TenantName
  readonly demand: Omit<Demand, 'count' | 'pool'> & { readonly pool: PoolName | null }
  /** How often each number of machines is asked for, relative to the others. */
  readonly counts: readonly { readonly count: number; readonly weight: number }[]
  /** Requests in an hour, averaged over a week. */
  readonly perHour: number
  /** Of each hour of the week, from Monday 00:00 UTC: how much comes then, relative to the others. */
  readonly pattern: readonly number[]
  readonly durationMs: number
  /** Default: 0. */
  readonly priority?: Priority
  /** How much of leases is given back early, and after how long; the others last until they end by themselves. */
  readonly early: { readonly share: number; readonly medianMs: number; readonly spread: number }
  /** How many cancel rather than wait for ever, and after how long. */
  readonly impatient: { readonly share: number; readonly afterMs: number }
}

/**
 * Requests of all the tenants from one instant up to another, in order of time. They come by themselves, one independent of
 * the other. Each tenant has a stream of chance of its own, so that changing one leaves the others' requests as they were.
 */
export function* describedLoad(
  tenants: readonly DescribedLoad[],
  span: { readonly from: Instant; readonly until: Instant },
  chance: Chance,
): Generator<LoadRequest> {
  const agenda = new Agenda<Stream>()
  for (const tenant of tenants) {
    const stream = { ...tenant, chance: chance.fork(), scale: scaleOf(tenant) }
    agenda.add(nextArrival(stream, span.from), 0, stream)
  }
  while (agenda.next < span.until) {
    const at = agenda.next as Instant
    const stream = agenda.take()
    yield request(stream, at)
    agenda.add(nextArrival(stream, at), 0, stream)
  }
}

/** Every hour alike. */
export const EVEN: readonly number[] = Array.from({ length: HOURS_OF_WEEK }, () => 1)
/** Mondays to Fridays from 8 to 18 UTC ten times what comes at night and at weekends. */
export const OFFICE: readonly number[] = EVEN.map((_, hour) => {
  const ofDay = hour % 24
  return hour < 5 * 24 && ofDay >= 8 && ofDay < 18 ? 10 : 1
})

interface Stream extends DescribedLoad {
  readonly chance: Chance
  /** Arrivals in an hour for a weight of 1. */
  readonly scale: number
}

const scaleOf = ({ perHour, pattern }: DescribedLoad): number => {
  const total = pattern.reduce((sum, weight) => sum + weight, 0)
  return total === 0 ? 0 : (perHour * HOURS_OF_WEEK) / total
}

/** Draws how much has to come together before the next arrival, and sees when it has: whole weeks first, then hour by hour. */
const nextArrival = ({ chance, pattern, scale, perHour }: Stream, after: Instant): number => {
  if (scale === 0) return Infinity
  const perWeek = perHour * HOURS_OF_WEEK
  const drawn = exponential(chance, 1)
  const weeks = Math.floor(drawn / perWeek)
  let owed = drawn - weeks * perWeek
  for (let at = after + weeks * HOURS_OF_WEEK * HOUR; ;) {
    const perMs = (scale * pattern[hourOfWeek(at as Instant)]!) / HOUR
    const end = (Math.floor(at / HOUR) + 1) * HOUR
    if (at + owed / perMs < end) return Math.ceil(at + owed / perMs)
    owed -= (end - at) * perMs
    at = end
  }
}

const request = (stream: Stream, at: Instant): LoadRequest => {
  const { chance, tenant, demand, counts, durationMs, priority = 0, early, impatient } = stream
  // Drawn always and in the same order, whatever comes of them.
  const count = weighted(chance, counts)
  const used = Math.ceil(around(chance, early.medianMs, early.spread))
  const isEarly = chance.chance(early.share)
  const isImpatient = chance.chance(impatient.share)
  return {
    at,
    tenant,
    demand: { ...demand, count },
    durationMs,
    priority,
    usedMs: isEarly ? used : null,
    patienceMs: isImpatient ? impatient.afterMs : null,
  }
}

const weighted = (chance: Chance, counts: DescribedLoad['counts']): number => {
  let rest = chance.next() * counts.reduce((sum, { weight }) => sum + weight, 0)
  for (const { count, weight } of counts) {
    rest -= weight
    if (rest < 0) return count
  }
  return counts.at(-1)!.count
}
