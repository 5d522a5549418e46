import { z } from 'zod'
import { issuesOf, readQuery } from '../query.ts'
import { refuse } from '../refuse.ts'
import { misread } from '../problem.ts'
import { cursorOf, pageQuery } from '../page.ts'
import { ok, type KeyedRoute } from '../route.ts'

const page = pageQuery({})
const applying = z.strictObject({ dryRun: z.boolean().default(false) })

/** What concerns the whole site: its record and its config. */
export const site: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/audit',
    who: 'operator',
    summary: 'records after a number, in order; "text" is the body exactly as hashed',
    ...readQuery(page, async ({ door: { ports, bounds } }, _caller, query) => {
      const { after, limit } = cursorOf(query, bounds)
      const records = await ports.store.records(after, limit)
      return ok({
        records: records.map(({ seq, hash, text }) => ({ seq, hash, body: JSON.parse(text) as unknown, text })),
        next: records.length === limit ? records.at(-1)!.seq : null,
      })
    }),
  },
  {
    method: 'GET',
    path: '/api/v2/verify',
    who: 'operator',
    summary: 'whether the chain of records holds, and the tables are what it gives',
    answer: async ({ door }) => ok(await door.ports.verify()),
  },
  {
    method: 'POST',
    path: '/api/v2/config',
    who: 'operator',
    summary: 'reads the site config again and applies it; {"dryRun": true} only says what would change',
    body: { shape: applying, example: { dryRun: true } },
    answer: async ({ door, body }, caller) => {
      const read = applying.safeParse(body ?? {})
      if (!read.success) return misread('Send {} or {"dryRun": true}.', issuesOf(read.error))
      const applied = await door.ports.applySite({ ...read.data, by: caller.identity })
      if (applied.type === 'refused') return refuse(door, applied.refusal)
      return ok({ applied: applied.type === 'applied', changes: applied.changes })
    },
  },
]
