import { existsSync } from 'node:fs'
import { lastRecordAt, readLog as recordsOf } from '../store/read-log.ts'
import { EXIT, Stop, type World } from './world.ts'

/** The log in a database file, which is read only. Throws `Stop` for a file that is none of Duffy's. */
export const readLog: World['readLog'] = (file) => {
  if (!existsSync(file))
    throw new Stop(EXIT.misread, `there is no database ${file}; Duffy keeps its own in var/duffy.db`)
  try {
    return Promise.resolve({ lastAt: lastRecordAt(file), records: recordsOf(file) })
  } catch (cause) {
    throw new Stop(
      EXIT.misread,
      `${file} cannot be read as a database of Duffy: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    )
  }
}
