import type { Instant } from '../id.ts'
import type { Lease, LeaseEnd } from '../lease.ts'

/**
 * How much of the time that they ask for a tenant's leases really last: how many ended in each class below, the older ones
 * fading. Empty while none has ended.
 */
export type Habit = readonly number[]

/** Twentieths of the time asked for; then those that ran to their planned end; then those that were extended past it. */
const EARLY = 20
const PLANNED = EARLY
/** Upper bounds of the classes past the planned end, as multiples of the time asked for. */
const LATE = [1.25, 1.5, 2, 4] as const
const CLASSES = EARLY + 1 + LATE.length

/** Evidence beyond this fades: what is new counts as much as all that is older. */
const MOST_EVIDENCE = 128
/** Less than this is forgotten, so that a habit stays short to write. */
const LEAST_EVIDENCE = 1 / 16

/** The habit after one more lease. One that nobody ever could log in to tells nothing. */
export const withLease = (habit: Habit, lease: Lease, how: LeaseEnd, at: Instant): Habit => {
  if (lease.state.status !== 'active' || how === 'unprepared') return habit
  const counts = habit.length === 0 ? Array<number>(CLASSES).fill(0) : [...habit]
  counts[classOf(lease.durationMs, lease.state, how, at)]! += 1
  return total(counts) < MOST_EVIDENCE ? counts : counts.map(halved)
}

const halved = (count: number): number => (count / 2 < LEAST_EVIDENCE ? 0 : count / 2)

const classOf = (
  durationMs: number,
  { since, until }: { readonly since: Instant; readonly until: Instant },
  how: LeaseEnd,
  at: Instant,
): number => {
  const end = Math.min(at, until)
  const extended = until > since + durationMs
  if (!extended && (how === 'expired' || at >= until)) return PLANNED
  const share = (end - since) / durationMs
  if (share < 1) return Math.floor(share * EARLY)
  const late = LATE.findIndex((bound) => share <= bound)
  return PLANNED + 1 + (late < 0 ? LATE.length - 1 : late)
}

/** How much the site's habit weighs beside a tenant's own, in leases. */
const SITE_WEIGHT = 8
/** What is thought of a site of which nothing is known, in leases: half run to their end, the rest end at any time before. */
const UNKNOWN_WEIGHT = 4

/** What all tenants do, taken together. */
export const habitOfAll = (habits: Iterable<Habit>): Habit => {
  const sum = Array.from({ length: CLASSES }, (_, index) => {
    if (index < EARLY) return UNKNOWN_WEIGHT / 2 / EARLY
    return index === PLANNED ? UNKNOWN_WEIGHT / 2 : 0
  })
  for (const habit of habits) for (let index = 0; index < habit.length; index += 1) sum[index]! += habit[index]!
  return sum
}

/** Chances of ending, added up class by class; the last is 1. */
export type Curve = readonly number[]

/** A tenant's own habit, drawn towards the site's while there is little of it. */
export const curveOf = (own: Habit, site: Habit): Curve => {
  const weight = SITE_WEIGHT / total(site)
  const all = total(own) + SITE_WEIGHT
  let sum = 0
  return site.map((count, index) => (sum += ((own[index] ?? 0) + count * weight) / all))
}

/** It lasts to its planned end and its grace. */
export const TO_THE_END = -1

/**
 * How long a lease lasts, as a share of the time asked for, given that it has lasted `from` of it: the share of which `luck`
 * of the chances that are left fall short. `TO_THE_END`: as planned, which is also what is thought where there is no chance left.
 */
export const draw = (curve: Curve, { from, passed }: Passed, luck: number): number => {
  if (!(passed < 1)) return TO_THE_END
  const target = passed + luck * (1 - passed)
  let index = 0
  while (index < CLASSES && curve[index]! <= target) index += 1
  if (index === CLASSES) return TO_THE_END
  if (index === PLANNED) return TO_THE_END
  const before = index === 0 ? 0 : curve[index - 1]!
  const part = (target - before) / (curve[index]! - before)
  const [low, high] = boundsOf(index)
  return Math.max(from, low + part * (high - low))
}

/** How much of the time asked for has passed, and the chance to have ended by then: it is the same in every future. */
export interface Passed {
  readonly from: number
  readonly passed: number
}

export const NONE_PASSED: Passed = { from: 0, passed: 0 }
export const passedBy = (curve: Curve, share: number): Passed => ({ from: share, passed: chanceBy(curve, share) })

/** The chance to have ended by then. */
const chanceBy = (curve: Curve, share: number): number => {
  if (share <= 0) return 0
  let index = Math.floor(share * EARLY)
  if (share >= 1) {
    const late = LATE.findIndex((bound) => share < bound)
    if (late < 0) return 1
    index = PLANNED + 1 + late
  }
  const before = index === 0 ? 0 : curve[index - 1]!
  const [low, high] = boundsOf(index)
  return before + ((share - low) / (high - low)) * (curve[index]! - before)
}

const boundsOf = (index: number): readonly [number, number] => {
  if (index < EARLY) return [index / EARLY, (index + 1) / EARLY]
  const late = index - PLANNED - 1
  return [late === 0 ? 1 : LATE[late - 1]!, LATE[late]!]
}

const total = (counts: readonly number[]): number => {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
