import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readEnvironment, type Environment } from './environment.ts'
import { Faults, type Fault } from './faults.ts'
import { filesOf } from './files.ts'
import { readSettings } from './read.ts'
import type { Settings } from './settings.ts'

export interface ConfigSource {
  /** The config file; without it `DUFFY_CONFIG` names it, else `duffy.config.ts` where Duffy was started. */
  readonly file?: string
  /** Handed in, for only the composition root reads `process.env`. */
  readonly environment: Environment
}

export type LoadedConfig =
  | { readonly status: 'loaded'; readonly file: string; readonly settings: Settings }
  /** All that is wrong, never empty. */
  | { readonly status: 'faulty'; readonly file: string; readonly faults: readonly Fault[] }

/** Reads a site's config anew, with whatever has changed in its file since the last time. Never throws for what the file says. */
export async function loadConfig({ file: given, environment }: ConfigSource): Promise<LoadedConfig> {
  const file = resolve(given ?? (environment['DUFFY_CONFIG'] || 'duffy.config.ts'))
  const faults = new Faults()
  const files = filesOf(file, faults)
  const spoken = readEnvironment(environment, faults)
  const written = await importConfig(file, faults)
  const settings = written === null ? null : await readSettings(written.value, { environment, spoken, files, faults })
  if (settings === null || faults.list.length > 0) return { status: 'faulty', file, faults: faults.list }
  return { status: 'loaded', file, settings }
}

const importConfig = async (file: string, faults: Faults): Promise<{ value: unknown } | null> => {
  try {
    await access(file)
  } catch {
    faults.add([], `There is no config at ${file}; write one there, or set DUFFY_CONFIG to where it is.`)
    return null
  }
  try {
    // A name of its own each time: a module is read once for each name, and a reload must see what the file says now.
    const module: unknown = await import(`${pathToFileURL(file).href}?read=${randomUUID()}`)
    return { value: Reflect.get(Object(module), 'default') }
  } catch (error) {
    faults.add([], `The file ${file} could not be run: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}
