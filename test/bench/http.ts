import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { olderClient } from '../e2e/older-clients.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { KEY } from '../kit/key.ts'
import { manyMachines } from '../kit/null-site.ts'
import { timing, type Timing } from './callers.ts'

const LOAD = resolve(import.meta.dirname, 'load.ts')

/** Requests a second over HTTP, half of them `get` and half `done`, and how long a `get` takes. */
export const benchHttp = async (clients: readonly number[], ms: number): Promise<readonly Timing[]> => {
  await using duffy = await runDuffy({ config: manyMachines(10_000), warm: false })
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
  await using duffy = await runDuffy({ config: manyMachines(3_000), warm: false })
  const { body } = await duffy.operate('POST', '/api/v2/tenants', { name: 'infra', quota: 3_000, keys: [KEY] })
  const timings: { v3: Timing[]; legacy: Timing[] } = { v3: [], legacy: [] }
  for (const api of ['v3', 'legacy'] as const) {
    const load = loader(duffy.url, api === 'v3' ? `infra:${body.v3Key}` : body.v3Key, api)
    await load(8, ms / 2)
    for (const count of clients) timings[api].push(await load(count, ms))
  }
  return timings
}

/**
 * The same with real machines (nsbox) and real Ansible, the default config: one client after the other takes a machine that it can log in
 * to, and gives it back. How long a `get` takes.
 */
export const benchOlderGrants = async (rounds: number): Promise<Readonly<Record<'v3' | 'legacy', Timing>>> => {
  await using duffy = await runDuffy()
  const client = await olderClient(duffy, 'infra', 2)
  const ways: Readonly<Record<'v3' | 'legacy', () => Promise<void>>> = {
    async v3() {
      const body = { tenant_id: null, nodes_specs: [{ pool: 'metal', quantity: 1 }] }
      const got = await client.v3('POST', '/sessions', body)
      if (got.status !== 201) throw new Error(`${got.status}: ${got.text}`)
      const { session } = JSON.parse(got.text) as { readonly session: { readonly id: number } }
      given = () => client.v3('PUT', `/sessions/${session.id}`, { active: false, expires_at: null })
    },
    async legacy() {
      const { text } = await client.legacy('/Node/get')
      const { ssid } = JSON.parse(text) as { readonly ssid: string }
      given = () => client.legacy(`/Node/done?ssid=${ssid}`)
    },
  }
  let given: () => Promise<unknown> = async () => {}
  const times: { v3: number[]; legacy: number[] } = { v3: [], legacy: [] }
  for (const api of ['v3', 'legacy'] as const) {
    for (let round = 0; round < rounds; round += 1) {
      const start = performance.now()
      await ways[api]()
      times[api].push(performance.now() - start)
      await given()
      await readyAgain(duffy)
    }
  }
  return { v3: timing(times.v3, Infinity), legacy: timing(times.legacy, Infinity) }
}

/** Until the pool has a machine to give, so that nobody is timed who waits for one to be made clean. */
const readyAgain = async (duffy: RunningDuffy): Promise<void> => {
  for (;;) {
    const { body } = await duffy.api('GET', '/api/v1/pools/metal')
    if (body.pool.levels.ready >= 2) return
    await pause(20)
  }
}

const loader =
  (url: string, key: string, api = 'native') =>
  async (count: number, duration: number): Promise<Timing> => {
    const words = [LOAD, url, key, String(count), String(duration), api]
    const { stdout } = await promisify(execFile)(process.execPath, words)
    return JSON.parse(stdout)
  }
