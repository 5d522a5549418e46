import { statSync } from 'node:fs'
import { MikroORM } from '@mikro-orm/sqlite'
import { Migrator } from '@mikro-orm/migrations'
import type { Kysely } from 'kysely'
import type { AuditRecord, Hash, Personal } from '#core'
import { ENTITIES } from './entities.ts'
import { execute, query, type Executor } from './executor.ts'
import { history } from './history.ts'
import { loadFleet, loadHead } from './load.ts'
import { lock, lockOf } from './lock.ts'
import { SQLITE_MIGRATIONS } from './migrations/sqlite/index.ts'
import { cards, claims, outbox, tellings, type Operate } from './operation.ts'
import { Lost, type Store, type StoredAnswer, type Turn } from './port.ts'
import { SQLITE, SqliteFile } from './sqlite.ts'
import { writeBatch } from './write.ts'

/** Rows that one `prune` deletes of each table, so that nobody waits long behind it. */
const PRUNED_AT_ONCE = 2_000

export interface StoreOptions {
  readonly file: string
  readonly hash: Hash
  /** For tests, which have to get at the connection to make it fail. */
  readonly connect?: (file: string) => SqliteFile
}

/**
 * Opens the store in a SQLite file, which is made, or brought up to date, as needed. One process at a time: throws `InUse`
 * while another has it. Everything goes through one connection, in the order of asking.
 */
export const openStore = async ({
  file,
  hash,
  connect = (path) => new SqliteFile(path),
}: StoreOptions): Promise<Store> => {
  await using opening = new AsyncDisposableStack()
  const held = lock(file)
  opening.defer(() => held.release())
  const sqlite = connect(file)
  const orm = await MikroORM.init({
    dbName: file,
    driverOptions: () => sqlite,
    entities: ENTITIES,
    logger: () => {},
    extensions: [Migrator],
    migrations: {
      migrationsList: SQLITE_MIGRATIONS,
      tableName: 'migration',
      snapshot: false,
      disableForeignKeys: false,
    },
  })
  opening.defer(() => orm.close(true))
  await orm.migrator.up()
  const inPlace = placeWatch([file, lockOf(file)])
  const sql = orm.em.getKysely() as unknown as Kysely<unknown>
  const open = opening.move()
  const close = () => open.disposeAsync()

  return {
    name: 'sqlite',
    load: () => sql.connection().execute(async (one) => ({ fleet: await loadFleet(one), head: await loadHead(one) })),
    async transaction(work) {
      inPlace()
      return transaction(sql, work)
    },
    ...history(sql, hash),
    ...claims(sql, operator(sql)),
    ...outbox(sql, operator(sql)),
    ...cards(sql, operator(sql)),
    ...tellings(sql, operator(sql)),
    async prune(before) {
      // Answers are numbered in the order of time.
      const answers = `delete from answer where at < ? and id in (select id from answer order by id limit ${PRUNED_AT_ONCE})`
      const notices = `delete from outbox where id in (select id from outbox where over_at < ? limit ${PRUNED_AT_ONCE})`
      return (await operator(sql)(answers, [before])) + (await operator(sql)(notices, [before]))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * A file that was removed goes on working for whoever has it open, while another Duffy may start on a new one of the same
 * name: both would lend the same machines. Throws `Lost` once a path has another file than at the start, or none. Looking
 * costs a microsecond, so every transaction looks.
 */
const placeWatch = (files: readonly string[]): (() => void) => {
  const identity = (file: string): string => {
    const found = statSync(file, { throwIfNoEntry: false })
    return found === undefined ? 'nothing' : `${found.dev}:${found.ino}`
  }
  const opened = files.map(identity)
  return () => {
    const lost = files.find((file, index) => identity(file) !== opened[index])
    if (lost === undefined) return
    throw new Lost(
      `${lost} was removed or replaced while Duffy had it open. Find out which data is right, then start again.`,
    )
  }
}

const transaction = async <T>(sql: Kysely<unknown>, work: (turn: Turn) => Promise<T>): Promise<T> => {
  let result: { readonly value: T } | null = null
  let written = false
  try {
    await sql.transaction().execute(async (one) => {
      result = { value: await work(turnOn(one, () => (written = true))) }
      if (!written) throw NOTHING_WRITTEN
    })
  } catch (error) {
    if (error !== NOTHING_WRITTEN) throw error
  }
  return (result as unknown as { readonly value: T }).value
}
/** Kysely rolls back on an error only. */
const NOTHING_WRITTEN = new Error('nothing was written')

const turnOn = (sql: Executor, onWrite: () => void): Turn => {
  let number = 0
  return {
    async turn() {
      const [row] = await query<{ turn: number }>(sql, 'update turn set turn = turn + 1 returning turn')
      if (row === undefined) throw new Error('the turn row is missing')
      number = row.turn
      return number
    },
    recordsAfter: (seq) =>
      query<AuditRecord>(sql, 'select seq, body as text, hash from record where seq > ? order by seq', [seq]),
    personalAfter: (turn) => query<Personal>(sql, 'select ref, text from personal where turn > ?', [turn]),
    answers(keys) {
      const text = `select "key", command, answer, at from answer where "key" in ${SQLITE.oneOf}`
      return query<StoredAnswer>(sql, text, [JSON.stringify(keys)])
    },
    async write(batch) {
      await writeBatch(sql, number, batch)
      onWrite()
    },
  }
}

/** Nobody waits for the disk here: see `Operate`. */
const operator =
  (sql: Kysely<unknown>): Operate =>
  (text, parameters) =>
    sql.connection().execute(async (one) => {
      await execute(one, SQLITE.relaxed)
      try {
        return await execute(one, text, parameters)
      } finally {
        await execute(one, SQLITE.durable)
      }
    })
