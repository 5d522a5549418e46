import { SECOND } from '../time.ts'
import type { Waiting } from './queue.ts'

/** A look that came in time is on record by then, however busy Duffy is. */
const NOTED_MS = 5 * SECOND

/** When its asker is to have asked how it stands, if they do not want to lose it; null: they need not. */
export const pollBy = ({ poll }: Pick<Waiting, 'poll'>): number | null =>
  poll === null ? null : poll.seenAt + poll.withinMs

/** When it is given up if nobody asks. */
export const lostAt = (request: Waiting): number => (pollBy(request) ?? Infinity) + NOTED_MS
