import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy } from '../kit/duffy.ts'
import type { Timing } from './callers.ts'

const LOAD = resolve(import.meta.dirname, 'load.ts')
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

/** Machines of driver null without steps: what a request costs when no playbook has to run. */
const site = (machines: number): Config => ({
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' }, amd: { arch: 'x86_64', vendor: 'amd' } },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      steps: [],
      machines: Array.from({ length: machines }, (_, index) => ({
        name: `m${index}`,
        platform: index % 2 === 0 ? 'intel' : 'amd',
      })),
    },
  },
  tenants: { local: { quota: machines, keys: [KEY] } },
})

/** Requests a second over HTTP, half of them `get` and half `done`, and how long a `get` takes. */
export const benchHttp = async (clients: readonly number[], ms: number): Promise<readonly Timing[]> => {
  await using duffy = await runDuffy({ config: site(10_000), warm: false })
  const key = readFileSync(join(duffy.dataDir, 'local.key'), 'utf8').trim()
  const load = async (count: number, duration: number): Promise<Timing> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      LOAD,
      duffy.url,
      key,
      String(count),
      String(duration),
    ])
    return JSON.parse(stdout)
  }
  await load(8, ms / 2)
  const timings: Timing[] = []
  for (const count of clients) timings.push(await load(count, ms))
  return timings
}
