import type { Instant } from './id.ts'
import { DAY, HOUR } from './time.ts'

export const HOURS_OF_WEEK = 7 * 24

/** Whole hours since the Monday before 1970 at 00:00 UTC: 1970 began on a Thursday. */
export const hoursSinceMonday = (at: Instant): number => Math.floor((at + 3 * DAY) / HOUR)

/** When such an hour begins. */
export const beginningOf = (hour: number): Instant => (hour * HOUR - 3 * DAY) as Instant

/** 0 to 167, from Monday 00:00 UTC. */
export const hourOfWeek = (at: Instant): number => hoursSinceMonday(at) % HOURS_OF_WEEK
