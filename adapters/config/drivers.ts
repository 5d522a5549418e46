import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { STEPS, type Step } from '#core'

/** The drivers there are, each with the steps for which it has a playbook. */
export type Drivers = ReadonlyMap<string, readonly Step[]>

/** The playbooks that Duffy brings along. */
export const OWN_PLAYBOOKS = resolve(import.meta.dirname, '../../playbooks')

/** Looks for `drivers/<driver>/<step>.yml` in some folders. Throws where one of them cannot be read. */
export async function findDrivers(folders: readonly string[]): Promise<Drivers> {
  const files = new Map<string, Set<string>>()
  for (const folder of folders) {
    const drivers = join(folder, 'drivers')
    for (const entry of await readdir(drivers, { withFileTypes: true })) {
      if (!entry.isDirectory() && !entry.isSymbolicLink()) continue
      const known = files.get(entry.name) ?? new Set()
      for (const file of await readdir(join(drivers, entry.name))) known.add(file)
      files.set(entry.name, known)
    }
  }
  return new Map([...files].map(([driver, names]) => [driver, STEPS.filter((step) => names.has(`${step}.yml`))]))
}
