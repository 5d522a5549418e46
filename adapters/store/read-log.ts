import Database from 'better-sqlite3'
import type { AuditRecord } from '#core'

/** Records read at a time: no read is so long that it keeps the write-ahead log from being emptied. */
const PAGE = 2_000
/** How long to wait for a Duffy that is at work on the file. */
const BUSY_MS = 5_000

/** The log of a SQLite file, which a Duffy may have open: read only, in order, up to where it ends when it is reached. */
export function* readLog(file: string): Generator<AuditRecord> {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  try {
    const page = database.prepare('select seq, body as text, hash from record where seq > ? order by seq limit ?')
    for (let after = 0; ;) {
      const records = page.all([after, PAGE]) as AuditRecord[]
      yield* records
      if (records.length < PAGE) return
      after = records.at(-1)!.seq
    }
  } finally {
    database.close()
  }
}

/** When its last record was made; 0 if it has none. */
export const lastRecordAt = (file: string): number => {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  try {
    const [row] = database.prepare('select at from record order by seq desc limit 1').all([]) as {
      readonly at: number
    }[]
    return row?.at ?? 0
  } finally {
    database.close()
  }
}
