import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Faults } from './faults.ts'

/** Files that a config names. */
export interface Files {
  /** A path written in the config starts at the config's folder. */
  readonly besideConfig: (path: string) => string
  /** A path in an environment variable starts where Duffy was started. */
  readonly besideShell: (path: string) => string
  /** The text of a file; null, and a fault, where it cannot be read. */
  readonly read: (path: string, where: readonly PropertyKey[]) => Promise<string | null>
}

export const filesOf = (config: string, faults: Faults): Files => ({
  besideConfig: (path) => resolve(dirname(config), path),
  besideShell: (path) => resolve(path),
  read: async (path, where) => {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      faults.add(where, `The file ${path} cannot be read (${codeOf(error)}); correct its path or its permissions.`)
      return null
    }
  },
})

/** `ENOENT`, `EACCES`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
