import { DAY } from '../time.ts'
import type { Kind, Names } from './kind.ts'

/** What is too much for any site, and so not even asked; a site's own limits are met in `decide`, as refusals. */
export const MOST_MACHINES = 1000
export const LONGEST_LEASE_MS = 3650 * DAY
/** How far ahead machines may be reserved, or taken into maintenance. */
export const LONGEST_AHEAD_MS = 366 * DAY
/** Characters of what somebody gives as a reason. */
export const LONGEST_REASON = 2000
const LONGEST_NAME = 100

export const nameOf = (names: readonly Names[], example: string): Kind => ({
  type: 'word',
  longest: LONGEST_NAME,
  example,
  names,
})
