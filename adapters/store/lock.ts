import { readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/**
 * Makes this process the only Duffy on a file: two would each decide from their own memory. The lock is SQLite's own on a
 * file beside it, which the kernel gives back however this process ends, so that none is ever stale. Throws `InUse`.
 */
export const lock = (file: string): { release(): void } => {
  const database = new Database(lockOf(file), { timeout: 0 })
  const note = `${file}.pid`
  try {
    // Enough to keep other writers out, and it lasts until rolled back.
    database.exec('begin immediate')
  } catch (cause) {
    database.close()
    if ((cause as { readonly code?: unknown }).code !== 'SQLITE_BUSY') throw cause
    throw new InUse(file, holderOf(note), cause)
  }
  writeFileSync(note, `${process.pid}\n`)
  return {
    release() {
      database.exec('rollback')
      database.close()
    },
  }
}

export const lockOf = (file: string): string => `${file}.lock`

export class InUse extends Error {
  constructor(file: string, pid: string | null, cause: unknown) {
    const who = pid === null ? 'Another Duffy' : `Another Duffy (process ${pid})`
    super(`${who} has ${file} open. Stop it first, or give this one a file of its own.`, { cause })
    this.name = 'InUse'
  }
}

const holderOf = (note: string): string | null => {
  try {
    return readFileSync(note, 'utf8').trim() || null
  } catch {
    // It holds the lock and has not yet written who it is; the sentence does without.
    return null
  }
}
