import { brokenLink, NO_HASH, unspell, type AuditRecord, type Hash } from '#core'
import type { LeaseRow, RequestRow, Row, RunRow } from './entities.ts'
import { query, type Executor } from './executor.ts'
import { loadHead, loadPersonal } from './load.ts'
import type { ChainReport, Head, History } from './port.ts'
import { runs } from './rows/run.ts'
import { LASTING } from './tables.ts'

/** Records read at a time where the whole log is read. */
const PAGE = 2_000

/** Questions about what has been, answered from the tables. */
export const history = (sql: Executor, hash: Hash): History => {
  const { request, lease } = LASTING
  const records = (after: number, limit: number): Promise<readonly AuditRecord[]> =>
    query(sql, 'select seq, body as text, hash from record where seq > ? order by seq limit ?', [after, limit])

  return {
    records,
    async request(id) {
      const [row] = await query<Row<typeof RequestRow>>(sql, 'select * from request where number = ? and id = ?', [
        unspell(id),
        id,
      ])
      return row && request.read(row)
    },
    async lease(id) {
      const [row] = await query<Row<typeof LeaseRow>>(sql, 'select * from lease where number = ? and id = ?', [
        unspell(id),
        id,
      ])
      return row && lease.read(row)
    },
    async run(id) {
      const [row] = await query<Row<typeof RunRow>>(sql, 'select * from run where number = ? and id = ?', [
        unspell(id),
        id,
      ])
      return row && runs.readPast(row)
    },
    async runsOf(of, limit) {
      const [column, value] = 'machine' in of ? ['machine', of.machine] : ['lease', of.lease]
      const text = `select * from run where ${column} = ? order by number desc limit ?`
      return (await query<Row<typeof RunRow>>(sql, text, [value, limit])).map((row) => runs.readPast(row))
    },
    async leasesOf(tenant, { ended, before, limit }) {
      const text = `select * from lease where tenant = ? and number < ? and (status = 'ended') = ? order by number desc limit ?`
      const rows = await query<Row<typeof LeaseRow>>(sql, text, [
        tenant,
        before ?? Number.MAX_SAFE_INTEGER,
        Number(ended),
        limit,
      ])
      return rows.map((row) => lease.read(row))
    },
    personal: () => loadPersonal(sql),
    verifyChain: async () => verifyChain(records, hash, await loadHead(sql)),
  }
}

/** Up to where the log ended when the question was asked: it may grow meanwhile. */
const verifyChain = async (records: History['records'], hash: Hash, end: Head): Promise<ChainReport> => {
  let from = { seq: 0, hash: NO_HASH }
  while (from.seq < end.seq) {
    const page = await records(from.seq, Math.min(PAGE, end.seq - from.seq))
    const brokenAt = page.length === 0 ? from.seq + 1 : brokenLink(page, hash, from)
    if (brokenAt !== null) return { ok: false, brokenAt }
    from = page.at(-1)!
  }
  return from.hash === end.hash ? { ok: true, records: from.seq, hash: from.hash } : { ok: false, brokenAt: from.seq }
}
