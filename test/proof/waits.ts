import {
  chanceFrom,
  decide,
  describedLoad,
  describedSteps,
  DUFFY,
  estimate,
  EVEN,
  Fleet,
  OFFICE,
  simulate,
  type Asked,
  type Decision,
  type DescribedLoad,
  type Estimate,
  type Instant,
  type RequestId,
  type Site,
} from '#core'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { DAY, HOUR, MINUTE, START, WEEK, type Size } from './week.ts'

/** One estimate, and what became of whoever was given it. */
interface Told {
  readonly estimate: Estimate
  /** Machines asked for. */
  readonly count: number
  /** Gone: cancelled while waiting, so that nobody knows how long it would have been. */
  readonly end: 'served' | 'gone'
  readonly at: Instant
}

interface Shares {
  readonly served: number
  readonly inside90: number
  readonly inside50: number
}

/** What the estimates of a week came to. */
export interface Coverage {
  readonly seed: number
  readonly served: number
  /** Of those served, the shares that were served within the interval that was to hold nine tenths, and half. */
  readonly inside90: number
  readonly inside50: number
  /** The same shares of those who asked for one machine, and of those who asked for several together. */
  readonly one: Shares
  readonly several: Shares
  /** How far `inside90` may be off by chance: the standard error, where waits of one day go together. */
  readonly error90: number
  /** The share served by the time that was to be in time for 5, 25, 50, 75 and 95 in 100. */
  readonly by: readonly number[]
  readonly gone: number
  /** Of those gone, whoever had waited past the interval already. */
  readonly goneLate: number
  /** Of the intervals that were to hold nine tenths, in minutes. */
  readonly widthMinutes: number
}

/** Six in ten machines lent on average; in office hours more is asked for than there is. */
export const CROWDED: Size = { tenants: 200, machines: 500, perHour: 52 }

/** What is to be learned of habits and scores comes from the first week, the second counts; then all that wait are served. */
const COUNTED = (START + WEEK) as Instant
const COUNTED_UNTIL = (COUNTED + WEEK) as Instant
const UNTIL = (COUNTED_UNTIL + 2 * DAY) as Instant

/** Each request that waits is given an estimate when it is made, which is put on record, and scored when it is served. */
export const coverage = (seed: number, size: Size = CROWDED): Coverage => {
  const chance = chanceFrom(seed)
  const load = describedLoad(crowdedTenants(size), { from: START, until: UNTIL }, chance.fork())
  const open = new Map<RequestId, Omit<Told, 'end' | 'at'>>()
  const told: Told[] = []
  const ended = (request: RequestId, end: Told['end'], at: Instant): void => {
    const known = open.get(request)
    open.delete(request)
    if (known !== undefined && known.estimate.at >= COUNTED && known.estimate.at < COUNTED_UNTIL)
      told.push({ ...known, end, at })
  }
  const watch = (fleet: Fleet, { at, command }: Asked, decision: Decision): void => {
    if (decision.type === 'refused') return
    for (const event of decision.events) {
      if (event.type === 'leaseGranted') ended(event.request, 'served', at)
      else if (event.type === 'requestCancelled') ended(event.request, 'gone', at)
    }
    if (command.do !== 'get' || decision.outcome.type !== 'waiting') return
    const request = fleet.requests.need(decision.outcome.request)
    const one = estimate(fleet, [request], at).get(request.id)
    if (one === undefined) return
    open.set(request.id, { estimate: one, count: request.demand.count })
    const note = { do: 'noteEstimates', given: [{ request: request.id, estimate: one }] } as const
    decide(fleet, { id: null, by: DUFFY, door: 'proof', at, command: note })
    fleet.journal.keep()
  }
  const scenario = { site: crowdedSite(size), from: START, until: UNTIL, load, steps: crowdedSteps }
  simulate({ ...scenario, fleet: new Fleet(), chance: chance.fork(), watch })
  for (const request of open.keys()) ended(request, 'gone', UNTIL)
  return coverageOf(seed, told)
}

const coverageOf = (seed: number, told: readonly Told[]): Coverage => {
  const served = told.filter(({ end }) => end === 'served')
  const gone = told.filter(({ end }) => end === 'gone')
  const share = (isSo: (one: Told) => boolean): number => served.filter(isSo).length / served.length
  const is90 = (one: Told): boolean => isInside(one, 'at90')
  const is50 = (one: Told): boolean => isInside(one, 'at50')
  const inside90 = share(is90)
  const shares = (some: readonly Told[]): Shares => ({
    served: some.length,
    inside90: some.filter(is90).length / some.length,
    inside50: some.filter(is50).length / some.length,
  })
  const days = Map.groupBy(served, ({ estimate: { at } }) => Math.floor((at - START) / DAY))
  const offs = [...days.values()].map((day) => day.filter(is90).length - day.length * inside90)
  return {
    seed,
    served: served.length,
    inside90,
    inside50: share(is50),
    one: shares(served.filter(({ count }) => count === 1)),
    several: shares(served.filter(({ count }) => count > 1)),
    error90: Math.sqrt(offs.reduce((sum, off) => sum + off ** 2, 0)) / served.length,
    by: [
      share(({ estimate: { at90 }, at }) => at <= at90[0]),
      share(({ estimate: { at50 }, at }) => at <= at50[0]),
      share(({ estimate: { middle }, at }) => at <= middle),
      share(({ estimate: { at50 }, at }) => at <= at50[1]),
      share(({ estimate: { at90 }, at }) => at <= at90[1]),
    ],
    gone: gone.length,
    goneLate: gone.filter(({ estimate: { at90 }, at }) => at > at90[1]).length,
    widthMinutes: served.reduce((sum, { estimate: { at90 } }) => sum + at90[1] - at90[0], 0) / served.length / MINUTE,
  }
}

const isInside = ({ estimate: told, at }: Told, interval: 'at50' | 'at90'): boolean =>
  told[interval][0] <= at && at <= told[interval][1]

export const crowdedSteps = describedSteps({
  provision: { medianMs: 6 * MINUTE, spread: 1.3, failures: 0.01 },
  grant: { medianMs: 5_000, spread: 1.3, failures: 0.002 },
  revoke: { medianMs: 5_000, spread: 1.3, failures: 0 },
  recycle: { medianMs: 4 * MINUTE, spread: 1.3, failures: 0.01 },
})

/** Four platforms of two classes, not all of one size. */
export const crowdedSite = ({ tenants, machines }: Size): Site =>
  siteOf({
    platforms: [
      platformOf('intel-a', { vendor: 'intel' }),
      platformOf('intel-b', { vendor: 'intel' }),
      platformOf('amd-a', { vendor: 'amd' }),
      platformOf('amd-b', { vendor: 'amd' }),
    ],
    pools: [poolOf('metal', { ready: machines, steps: ['provision', 'grant', 'revoke', 'recycle'] })],
    machines: [
      ...machinesOf('metal', 'intel-a', Math.round(machines * 0.4)),
      ...machinesOf('metal', 'intel-b', Math.round(machines * 0.2)),
      ...machinesOf('metal', 'amd-a', Math.round(machines * 0.3)),
      ...machinesOf('metal', 'amd-b', Math.round(machines * 0.1)),
    ],
    tenants: Array.from({ length: tenants }, (_, index) =>
      tenantOf(nameOf(index), { quota: 12, weight: index % 10 === 0 ? 2 : 1 }),
    ),
  })

/** Most keep to their platform; one in ten takes any, and one in ten waits for its own for a while only. */
export const crowdedTenants = ({ tenants, perHour }: Size): DescribedLoad[] =>
  Array.from({ length: tenants }, (_, index) => ({
    tenant: nameOf(index),
    demand: {
      type: 'metal',
      pool: null,
      arch: null,
      labels: [],
      chassis: null,
      platform: RULES[index % RULES.length]!,
    },
    counts: [
      { count: 1, weight: 16 },
      { count: 2, weight: 3 },
      { count: 4, weight: 1 },
    ],
    perHour: (perHour / tenants) * (0.4 + 0.4 * (index % 4)),
    pattern: index % 5 === 0 ? EVEN : OFFICE,
    durationMs: 8 * HOUR,
    // Each gives back in a way of its own.
    early: { share: 0.5 + 0.1 * (index % 5), medianMs: (100 + 30 * (index % 5)) * MINUTE, spread: 1.5 },
    impatient: { share: 0.05, afterMs: 4 * HOUR },
  }))

const RULES = ['same', 'same', 'same', 'any', 'same', 'same', 'prefer', 'same', 'same', 'same'] as const
const nameOf = (index: number): DescribedLoad['tenant'] => `t${index + 1}` as DescribedLoad['tenant']
