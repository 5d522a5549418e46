import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId, RunOrder } from '#core'
import { hasCode } from './error.ts'

const LOG = 'log'
const VARIABLES = 'vars.json'

/** A run's own directory: only we can read it, and when the run is over nothing is left in it but the log. */
export interface RunDirectory {
  readonly path: string
  readonly variables: string
  close(log: string): Promise<void>
}

/** Makes it anew: what a run of the same number and attempt left when Duffy died is dropped. */
export async function openDirectory(runsDir: string, order: RunOrder, variables: string): Promise<RunDirectory> {
  const path = join(runsDir, directoryName(order.run, order.attempt))
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true, mode: 0o700 })
  const file = join(path, VARIABLES)
  await writeFile(file, variables, { mode: 0o600, flag: 'wx' })
  return {
    path,
    variables: file,
    async close(log) {
      const left = await readdir(path)
      await Promise.all(left.map((name) => rm(join(path, name), { recursive: true, force: true })))
      await writeFile(join(path, LOG), log, { mode: 0o600 })
    },
  }
}

/** The kept logs of a run by attempt. */
export async function readLogs(runsDir: string, run: RunId): Promise<ReadonlyMap<number, string>> {
  const prefix = directoryName(run, '')
  const names = await readdir(runsDir).catch(absent)
  const attempts = (names ?? [])
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .toSorted((a, b) => a - b)
  const texts = await Promise.all(
    attempts.map((attempt) => readFile(join(runsDir, directoryName(run, attempt), LOG), 'utf8').catch(absent)),
  )
  const logs = new Map<number, string>()
  for (const [index, attempt] of attempts.entries()) {
    const text = texts[index]
    if (typeof text === 'string') logs.set(attempt, text)
  }
  return logs
}

/** Removes the directories of runs that ended before an instant (milliseconds since 1970). How many. */
export async function pruneDirectories(
  runsDir: string,
  before: number,
  isOpen: (name: string) => boolean,
): Promise<number> {
  let removed = 0
  for (const name of (await readdir(runsDir).catch(absent)) ?? []) {
    const path = join(runsDir, name)
    const changed = await stat(path).catch(absent)
    if (changed === null || changed.mtimeMs >= before || isOpen(name)) continue
    await rm(path, { recursive: true, force: true })
    removed += 1
  }
  return removed
}

export function directoryName(run: RunId, attempt: number | ''): string {
  if (!/^[A-Za-z0-9]{1,40}$/.test(run)) throw new RangeError(`not the id of a run: ${JSON.stringify(run)}`)
  return `${run}-${attempt}`
}

function absent(error: unknown): null {
  if (hasCode(error, 'ENOENT')) return null
  throw error
}
