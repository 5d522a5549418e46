import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { STEPS, type Step } from '#core'

/** The drivers there are, each with the steps for which it has a playbook. */
export type Drivers = ReadonlyMap<string, readonly Step[]>

/** The folder of drivers that Duffy brings along. */
export const OWN_DRIVERS = resolve(import.meta.dirname, '../../playbooks/drivers')

/** Looks through folders of drivers; of two with one name the first counts. Throws where a folder cannot be read. */
export async function findDrivers(folders: readonly string[]): Promise<Drivers> {
  const drivers = new Map<string, Step[]>()
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || drivers.has(entry.name)) continue
      const files = await readdir(join(folder, entry.name))
      drivers.set(
        entry.name,
        STEPS.filter((step) => files.includes(`${step}.yml`)),
      )
    }
  }
  return drivers
}
