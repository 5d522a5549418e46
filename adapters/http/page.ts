import { z } from 'zod'
import type { Bounds } from './bounds.ts'

/** Where a page starts: after the row of this number. */
export interface Cursor {
  readonly after: number
  readonly limit: number
}

const AFTER = 'give what "next" was in the page before'
const LIMIT = 'give a number of rows, from 1'

/** The query of a list, `?after=12&limit=50`, with whatever else it takes. */
export const pageQuery = <Shape extends z.ZodRawShape>(more: Shape) =>
  z.strictObject({
    after: z.coerce.number({ error: AFTER }).int({ error: AFTER }).min(0, { error: AFTER }).optional(),
    limit: z.coerce.number({ error: LIMIT }).int({ error: LIMIT }).min(1, { error: LIMIT }).optional(),
    ...more,
  })

export const cursorOf = (
  query: { readonly after?: number | undefined; readonly limit?: number | undefined },
  { pageRows, defaultRows }: Pick<Bounds, 'pageRows' | 'defaultRows'>,
): Cursor => ({ after: query.after ?? 0, limit: Math.min(query.limit ?? defaultRows, pageRows) })

/**
 * The rows after the cursor, in order of number, and the number to go on after (null: there are no more). One pass, in which
 * rows that come in order cost a comparison each: a table of 100,000 machines is nearly sorted already.
 */
export function pageOf<T extends { readonly number: number }>(
  rows: Iterable<T>,
  { after, limit }: Cursor,
): { readonly rows: readonly T[]; readonly next: number | null } {
  const kept: T[] = []
  let more = false
  for (const row of rows) {
    if (row.number <= after) continue
    if (kept.length === limit) {
      more = true
      if (row.number > kept.at(-1)!.number) continue
    }
    let at = kept.length
    while (at > 0 && kept[at - 1]!.number > row.number) at -= 1
    kept.splice(at, 0, row)
    if (kept.length > limit) kept.pop()
  }
  return { rows: kept, next: more ? (kept.at(-1)?.number ?? null) : null }
}
