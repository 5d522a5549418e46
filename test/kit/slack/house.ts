import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../../adapters/config/config.ts'
import { duffy } from '../../../adapters/duffy.ts'
import { scratch } from '../scratch.ts'
import { APP, slackEnvironment, type Json, type Workspace } from './workspace.ts'
import { KEY } from '../key.ts'

/** A whole Duffy in this process, with machines that need no playbook; `log` is all that it said. */
export interface House extends AsyncDisposable {
  readonly url: string
  readonly log: readonly string[]
  leases(): Promise<Json[]>
  api(method: string, path: string, body?: object): Promise<Json>
}

export const house = async (
  slack: Workspace,
  { environment = {}, config = {} }: { environment?: Record<string, string>; config?: Partial<Config> } = {},
): Promise<House> => {
  const dataDir = mkdtempSync(join(scratch(), 'duffy-slack-'))
  const file = join(dataDir, 'site.config.ts')
  const pool = { type: 'metal', driver: 'null', steps: [], longest: '6h', grace: '0s' } as const
  const machines = ['m1', 'm2', 'm3'].map((name) => ({ name, platform: 'intel' }))
  const site: Config = {
    platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
    pools: { metal: { ...pool, machines } },
    tenants: { local: { quota: 3, keys: [KEY], members: [`slack:${APP.team}:*`] } },
    ...config,
  }
  writeFileSync(file, `export default ${JSON.stringify(site)}\n`)
  const log: string[] = []
  const running = await duffy({
    environment: {
      DUFFY_CONFIG: file,
      DUFFY_DATA_DIR: dataDir,
      DUFFY_PORT: '0',
      PATH: process.env['PATH'],
      ...slackEnvironment(slack),
      ...environment,
    },
    clock: Date.now,
    log: (level, message, data) => void log.push(`${level} ${message} ${JSON.stringify(data ?? {})}`),
  })
  const key = readFileSync(join(dataDir, 'operator.key'), 'utf8').trim()
  const api: House['api'] = async (method, path, body) => {
    const answer = await fetch(running.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return answer.json()
  }
  return {
    url: running.url,
    log,
    api,
    leases: async () => (await api('GET', '/api/v2/leases?all=true')).leases,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
