import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RunId } from '#core'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { ENTITIES } from '../../../adapters/store/entities.ts'
import { openStore } from '../../../adapters/store/open.ts'
import {
  disagreements,
  duffy,
  get,
  openLane,
  person,
  setUp,
  sha256,
  siteWith,
  temporaryDirectory,
  temporaryStore,
} from '../../kit/store.ts'
import { storeContract } from './contract.ts'

describe('the store on SQLite', () => {
  storeContract(temporaryStore)

  test('the tables are as the entities say', async () => {
    await using temporary = await temporaryStore()
    for (const { tableName, properties } of ENTITIES) {
      const columns = temporary.database.prepare(`select name from pragma_table_info(?)`).all([tableName]) as {
        name: string
      }[]
      expect(columns.map(({ name }) => name).toSorted(), tableName).toEqual(Object.keys(properties).toSorted())
    }
  })

  test('opens again what it wrote, without migrating twice', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'duffy.db')
    const first = await openStore({ file, hash: sha256 })
    const lane = await openLane(first)
    await setUp(lane, siteWith(3))
    await lane.ask(person('ann', get()))
    await first.close()
    await using second = await openStore({ file, hash: sha256 })
    expect(await disagreements(second, lane.fleet)).toEqual([])
  })

  test('waits for the disk at every commit, and again after what need not survive a power cut', async () => {
    await using temporary = await temporaryStore()
    const { database, store } = temporary
    for (let n = 0; n < 2; n += 1) {
      expect(database.pragma('synchronous')).toEqual([{ synchronous: 2 }])
      await store.release('N222' as RunId)
    }
    expect(database.pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(database.pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }])
  })

  test.each([`update record set body = '{}' where seq = 1`, 'delete from record where seq = 1'])(
    'a record withstands: %s',
    async (sql) => {
      await using temporary = await temporaryStore()
      const lane = await openLane(temporary.store)
      await setUp(lane, siteWith(1))
      expect(() => temporary.database.exec(sql)).toThrow('records are append-only')
    },
  )

  test.each([
    [`update record set body = replace(body, 'n01', 'n02') where seq = 1`, 1],
    ['delete from record where seq = 2', 2],
    [`update record set hash = (select hash from record where seq = 1) where seq = 2`, 2],
  ])('the chain shows it when the database itself is edited: %s', async (sql, brokenAt) => {
    await using temporary = await temporaryStore()
    const lane = await openLane(temporary.store)
    await setUp(lane, siteWith(1))
    await lane.ask(person('ann', get()))
    expect(lane.state().head.seq).toBe(2)
    temporary.database.exec('drop trigger record_no_update; drop trigger record_no_delete')
    temporary.database.exec(sql)
    expect(await temporary.store.verifyChain()).toEqual({ ok: false, brokenAt })
  })

  test('a record cannot leave a gap', async () => {
    await using temporary = await temporaryStore()
    const insert = () => temporary.database.exec(`insert into record values (2, 0, 'duffy', 'test', null, '{}', 'x')`)
    expect(insert).toThrow('records are gapless')
  })

  test('a disk that is full fails the commands, hangs nothing, and is got over', async () => {
    await using temporary = await temporaryStore()
    const { store, database } = temporary
    const lane = await openLane(store)
    await setUp(lane, siteWith(40))
    const [pages] = database.prepare('pragma page_count').all([]) as { page_count: number }[]
    database.pragma(`max_page_count = ${pages!.page_count}`)
    const big = (n: number) => person('ann', get({ metadata: { n: 'x'.repeat(400) } }), `full ${n}`)
    const answers = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => lane.ask(big(n))))
    const faults = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as Error)
    expect(faults.length).toBeGreaterThan(0)
    for (const fault of faults)
      expect(fault).toMatchObject({ name: 'Fault', outcome: 'notDone', cause: { code: 'SQLITE_FULL' } })
    expect(await disagreements(store, lane.fleet)).toEqual([])
    database.pragma('max_page_count = 1000000')
    const again = await Promise.all(Array.from({ length: 30 }, (_, n) => lane.ask(big(n))))
    expect(again.every(({ type }) => type === 'accepted')).toBe(true)
    expect(lane.fleet.leases.size).toBe(30)
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('a transaction that SQLite has rolled back by itself fails for its own reason, and hangs nothing', async () => {
    await using temporary = await temporaryStore()
    const { store, database } = temporary
    const broken = store.transaction(async (turn) => {
      await turn.turn()
      database.exec('rollback')
      throw new Error('the disk is on fire')
    })
    await expect(broken).rejects.toThrow('the disk is on fire')
    expect(await store.transaction((turn) => turn.turn())).toBe(1)
  })

  test('a transaction that could not be rolled back does not stand in the way of the next', async () => {
    await using temporary = await temporaryStore()
    const { store, database } = temporary
    database.exec('begin; update turn set turn = 7')
    expect(await store.transaction((turn) => turn.turn())).toBe(1)
  })

  test('a file that cannot be written fails the commands, still answers questions, and is got over', async () => {
    await using temporary = await temporaryStore()
    const { store, database } = temporary
    const lane = await openLane(store)
    await setUp(lane, siteWith(4))
    database.pragma('query_only = on')
    const failed = lane.ask(person('ann', get()))
    await expect(failed).rejects.toMatchObject({
      name: 'Fault',
      outcome: 'notDone',
      cause: { code: 'SQLITE_READONLY' },
    })
    expect(await lane.read((fleet) => fleet.leases.size)).toBe(0)
    database.pragma('query_only = off')
    await expect(lane.ask(person('ann', get()))).resolves.toMatchObject({ type: 'accepted' })
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('another program that holds the file fails commands only while it does', async () => {
    await using temporary = await temporaryStore()
    const { store, file } = temporary
    const lane = await openLane(store)
    await setUp(lane, siteWith(4))
    const other = new Database(file)
    other.exec('begin immediate')
    await expect(lane.ask(person('ann', get()))).rejects.toMatchObject({ cause: { code: 'SQLITE_BUSY' } })
    other.exec('rollback')
    other.close()
    await expect(lane.ask(duffy({ do: 'sweep' }))).resolves.toMatchObject({ type: 'accepted' })
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })
})

describe('two Duffys on one file', () => {
  const holder = async (file: string) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'holder.child.ts'), file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return child
  }

  test('the second is told which process has it', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'duffy.db')
    const child = await holder(file)
    await expect(openStore({ file, hash: sha256 })).rejects.toThrow(
      `Another Duffy (process ${child.pid}) has ${file} open. Stop it first, or give this one a file of its own.`,
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  test('one that was killed leaves nothing in the way', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'duffy.db')
    const child = await holder(file)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await using store = await openStore({ file, hash: sha256 })
    expect((await store.load()).head.seq).toBe(0)
  })

  test('nor does one that was closed', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'duffy.db')
    await (await openStore({ file, hash: sha256 })).close()
    await using store = await openStore({ file, hash: sha256 })
    await expect(openStore({ file, hash: sha256 })).rejects.toThrow(`Another Duffy (process ${process.pid})`)
    expect(store.name).toBe('sqlite')
  })
})
