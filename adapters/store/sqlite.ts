import Database from 'better-sqlite3'
import { SqliteDialect, SqliteDriver, type DatabaseConnection, type Driver } from 'kysely'

/** How long a statement waits for another program that holds the file. Everything in this process waits with it. */
const BUSY_MS = 1_000
const CACHED_STATEMENTS = 256
const LONGEST_CACHED = 8_000
/** Pages in the write-ahead log before they are moved into the file: a page changed often is moved once. */
const CHECKPOINT_PAGES = 4_000
/** What a checkpoint leaves of a write-ahead log that one large transaction has blown up. */
const WAL_BYTES = 64 * 1024 * 1024

/** One SQLite file under Kysely, set up so that a committed transaction survives a power cut. */
export class SqliteFile extends SqliteDialect {
  readonly database: Database

  constructor(file: string) {
    const database = new Database(file, { timeout: BUSY_MS })
    database.pragma('journal_mode = wal')
    database.pragma('synchronous = full')
    database.pragma('foreign_keys = on')
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    database.pragma(`journal_size_limit = ${WAL_BYTES}`)
    super({ database: withStatementCache(database) })
    this.database = database
  }

  override createDriver(): Driver {
    return new TolerantDriver(this.database)
  }
}

/**
 * Kysely's driver, but a rollback cannot fail: on a full disk or a failed write SQLite has rolled back by itself, and a
 * second rollback would throw in place of the reason. Should one fail all the same, the next transaction makes up for it.
 */
class TolerantDriver extends SqliteDriver {
  readonly #database: Database

  constructor(database: Database) {
    super({ database: withStatementCache(database) })
    this.#database = database
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) this.#database.exec('rollback')
    await super.beginTransaction(connection)
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection)
  }
}

/** Kysely prepares each statement anew, which costs more than running it. */
const withStatementCache = (database: Database) => {
  const statements = new Map<string, Database.Statement>()
  return {
    close: () => database.close(),
    prepare(sql: string): Database.Statement {
      let statement = statements.get(sql)
      if (statement === undefined) {
        statement = database.prepare(sql)
        // A pragma takes effect when it is prepared: kept, it would do nothing the second time.
        if (!sql.startsWith('pragma') && sql.length <= LONGEST_CACHED && statements.size < CACHED_STATEMENTS)
          statements.set(sql, statement)
      }
      return statement
    },
  }
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

/** SQL as only SQLite speaks it, or speaks it best. */
export const SQLITE = {
  insert: (table: string, columns: readonly string[], rows: number): string => {
    const row = `(${columns.map(() => '?').join(', ')})`
    return `insert into "${table}" (${quoted(columns)}) values ${Array.from({ length: rows }, () => row).join(', ')}`
  },

  /** Replaces the row with this key, if the condition holds for it. */
  onConflict: (columns: readonly string[], key: readonly string[], condition = 'true'): string => {
    const rest = columns.filter((column) => !key.includes(column))
    const update = rest.map((column) => `"${column}" = excluded."${column}"`).join(', ')
    return `on conflict (${quoted(key)}) do update set ${update} where ${condition}`
  },

  /** For `where x in …`; the parameter is a JSON array of plain values. */
  oneOf: '(select value from json_each(?))',

  /** What follows need not survive a power cut, only a killed process: no waiting for the disk. */
  relaxed: 'pragma synchronous = normal',
  durable: 'pragma synchronous = full',
} as const
