import { hash } from 'node:crypto'
import Database from 'better-sqlite3'

/** The sliver of better-sqlite3 that the probe uses. */
interface Raw {
  pragma(text: string): unknown
  exec(sql: string): void
  prepare(sql: string): { run(...values: (number | string)[]): { changes: number }; get(): { id: number } | undefined }
  transaction<A extends unknown[], R>(body: (...values: A) => R): (...values: A) => R
  close(): void
}

/**
 * The floor that everything is held against: bare better-sqlite3, one durable transaction for each allocation, with a lease
 * row, a machine row and a chained record. Allocations a second.
 */
export const rawAllocations = (
  file: string,
  { machines, ms }: { readonly machines: number; readonly ms: number },
): number => {
  const database = new Database(file) as unknown as Raw
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = full')
  database.exec(`
    create table machine (id integer primary key, state text not null, uses integer not null) strict;
    create table lease (id integer primary key, machine integer not null, tenant text not null, until integer not null) strict;
    create table record (seq integer primary key, body text not null, hash text not null) strict;
    create index ready on machine (uses, id) where state = 'ready';
  `)
  const add = database.prepare(`insert into machine values (?, 'ready', 0)`)
  database.transaction(() => {
    for (let id = 1; id <= machines; id += 1) add.run(id)
  })()
  const first = database.prepare(`select id from machine where state = 'ready' order by uses, id limit 1`)
  const take = database.prepare(`update machine set state = 'leased', uses = uses + 1 where id = ? and state = 'ready'`)
  const give = database.prepare(`update machine set state = 'ready' where id = ?`)
  const lease = database.prepare('insert into lease values (?, ?, ?, ?)')
  const record = database.prepare('insert into record values (?, ?, ?)')
  let seq = 0
  let link = ''
  const log = (event: object): void => {
    seq += 1
    const body = JSON.stringify({ seq, at: Date.now(), event })
    link = hash('sha256', `${link}\n${seq}\n${body}`)
    record.run(seq, body, link)
  }
  const allocate = database.transaction((): number => {
    const { id } = first.get()!
    if (take.run(id).changes !== 1) throw new Error('taken twice')
    lease.run(seq + 1, id, 'bench', Date.now() + 7_200_000)
    log({ type: 'granted', machine: id, tenant: 'bench' })
    return id
  })
  const release = database.transaction((id: number): void => {
    give.run(id)
    log({ type: 'ended', machine: id })
  })
  let done = 0
  const end = performance.now() + ms
  let spent = 0
  while (performance.now() < end) {
    const began = performance.now()
    const id = allocate()
    spent += performance.now() - began
    done += 1
    release(id)
  }
  database.close()
  return (done / spent) * 1000
}
