import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from '#core'

/** Where playbooks are looked for: `drivers/<driver>/<step>.yml` in each directory, the first that has it. */
export type PlaybookDirs = readonly string[]

const DRIVER = /^[a-z][a-z0-9-]{0,40}$/

/** The playbook of a step, or a sentence that names the file one expected. */
export function findPlaybook(dirs: PlaybookDirs, driver: string, step: Step): { path: string } | { missing: string } {
  if (!DRIVER.test(driver)) return { missing: `${JSON.stringify(driver.slice(0, 40))} cannot be the name of a driver` }
  const name = join('drivers', driver, `${step}.yml`)
  const path = dirs.map((dir) => join(dir, name)).find((file) => existsSync(file))
  return path === undefined ? { missing: `there is no playbook ${name} in ${dirs.join(' or ')}` } : { path }
}
