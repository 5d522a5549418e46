import {
  estimate,
  type Estimate,
  type Estimates,
  type Fleet,
  type GivenEstimate,
  type Instant,
  type MachineRequest,
  type RequestId,
} from '#core'
import { Bounded } from '../bounded.ts'

/**
 * Estimates as doors give them. Making one takes milliseconds in which nothing else happens, so one that was given is given
 * again for a few seconds, and those who were told theirs before have it made anew along with somebody else's. Where many are
 * wanted at once some go without.
 */
export interface EstimateDesk {
  at(fleet: Fleet, at: Instant): Estimates
  /** The first that each request was given, as far as they were not taken before: they are to be put on record. */
  takeGiven(): GivenEstimate[]
}

/** An estimate is told again for that long. */
const FRESH_MS = 5_000
/** Of the time, the part that estimating may take, and how much of it may be saved up. */
const SHARE = 0.1
const SAVED_MS = 100
/** Those who were told before, and are told anew along with somebody. */
const MOST_ALONG = 50
/** Estimates kept, to be told again or to be put on record. */
const MOST_KEPT = 2_000
/** On record at once; the rest goes with the next tick. */
const MOST_TAKEN = 250

const NONE: ReadonlyMap<RequestId, Estimate> = new Map()

export function estimateDesk(monotonic: () => number = () => performance.now()): EstimateDesk {
  const told = new Bounded<RequestId, Estimate>(MOST_KEPT)
  const given = new Bounded<RequestId, Estimate>(MOST_KEPT)
  let credit = SAVED_MS
  let credited = monotonic()

  const isFresh = (known: Estimate | undefined, at: Instant): known is Estimate =>
    known !== undefined && at - known.at < FRESH_MS && at >= known.at

  /** A future that is lived for one is lived for all: who looks next finds theirs made. */
  const along = (fleet: Fleet, stale: readonly MachineRequest[], at: Instant): MachineRequest[] => {
    const own = new Set(stale.map(({ id }) => id))
    const types = new Set(stale.map(({ demand }) => demand.type))
    const others: MachineRequest[] = []
    for (const [id, known] of told) {
      if (others.length === MOST_ALONG) break
      const request = own.has(id) || isFresh(known, at) ? undefined : fleet.requests.get(id)
      if (request !== undefined && types.has(request.demand.type)) others.push(request)
    }
    return others
  }

  /** Whether there is time to spend on estimates now. */
  const hasTime = (): boolean => {
    const now = monotonic()
    credit = Math.min(SAVED_MS, credit + (now - credited) * SHARE)
    credited = now
    return credit > 0
  }

  const make = (fleet: Fleet, requests: readonly MachineRequest[], at: Instant): ReadonlyMap<RequestId, Estimate> => {
    const began = monotonic()
    const made = estimate(fleet, requests, at)
    credit -= monotonic() - began
    return made
  }

  return {
    at: (fleet, at) => (requests, how) => {
      if (how === 'tried') return hasTime() ? make(fleet, requests, at) : NONE
      const stale = requests.filter(({ id }) => !isFresh(told.get(id), at))
      if (stale.length > 0 && hasTime()) {
        const wanted = [...stale, ...along(fleet, stale, at)]
        const made = make(fleet, wanted, at)
        for (const { id, estimate: first } of wanted) {
          told.delete(id)
          const one = made.get(id)
          if (one === undefined) continue
          told.set(id, one)
          if (first === null && !given.has(id)) given.set(id, one)
        }
      }
      return new Map(
        requests.flatMap(({ id }) => {
          const known = told.get(id)
          return isFresh(known, at) ? [[id, known]] : []
        }),
      )
    },
    takeGiven() {
      const taken = [...given].slice(0, MOST_TAKEN).map(([request, one]) => ({ request, estimate: one }))
      for (const { request } of taken) given.delete(request)
      return taken
    },
  }
}
