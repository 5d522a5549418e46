import type { PersonId, TenantName } from '../id.ts'
import { SECOND } from '../time.ts'
import type { Waiting } from './queue.ts'

/** A look that came in time is on record by then, however busy Duffy is. */
const NOTED_MS = 5 * SECOND

/** Whether it is a kept place at which nobody waits just now. */
export const isLeft = ({ poll }: Pick<Waiting, 'poll'>): boolean => poll?.kept?.left === true

/** Whether it stands in line: what is reserved has an hour instead, and a place that was left is passed. */
export const isInLine = (request: Pick<Waiting, 'poll' | 'reserved'>): boolean =>
  request.reserved === null && !isLeft(request)

/** By what those find a place that was left who may take it up. */
export const placeName = (tenant: TenantName, by: PersonId, as: string): string => `${tenant} ${by} ${as}`

/** When its asker is to have asked how it stands, if they do not want to lose it; null: they need not. */
export const pollBy = ({ poll }: Pick<Waiting, 'poll'>): number | null =>
  poll === null ? null : poll.seenAt + poll.withinMs

/** When it is given up if nobody asks. */
export const lostAt = (request: Waiting): number => (pollBy(request) ?? Infinity) + NOTED_MS
