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
  legacy: { rate: false },
})

/** Requests a second over HTTP, half of them `get` and half `done`, and how long a `get` takes. */
export const benchHttp = async (clients: readonly number[], ms: number): Promise<readonly Timing[]> => {
  await using duffy = await runDuffy({ config: site(10_000), warm: false })
  const key = readFileSync(join(duffy.dataDir, 'local.key'), 'utf8').trim()
  const load = loader(duffy.url, key)
  await load(8, ms / 2)
  const timings: Timing[] = []
  for (const count of clients) timings.push(await load(count, ms))
  return timings
}

/** The same over the doors for older clients, with as many machines as such a site may have ready. */
export const benchOlder = async (
  clients: readonly number[],
  ms: number,
): Promise<Readonly<Record<'v3' | 'legacy', readonly Timing[]>>> => {
  await using duffy = await runDuffy({ config: site(3_000), warm: false })
  const { body } = await duffy.operate('POST', '/api/v2/tenants', { name: 'infra', quota: 3_000, keys: [KEY] })
  const timings: { v3: Timing[]; legacy: Timing[] } = { v3: [], legacy: [] }
  for (const api of ['v3', 'legacy'] as const) {
    const load = loader(duffy.url, api === 'v3' ? `infra:${body.v3Key}` : body.v3Key, api)
    await load(8, ms / 2)
    for (const count of clients) timings[api].push(await load(count, ms))
  }
  return timings
}

const loader =
  (url: string, key: string, api = 'native') =>
  async (count: number, duration: number): Promise<Timing> => {
    const words = [LOAD, url, key, String(count), String(duration), api]
    const { stdout } = await promisify(execFile)(process.execPath, words)
    return JSON.parse(stdout)
  }
