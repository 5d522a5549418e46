import { callers } from '../bench/callers.ts'
import type { RunningDuffy } from '../kit/duffy.ts'
import { KEY } from '../kit/key.ts'

/** A tenant as older clients know it: by its name and a UUID. */
export interface OlderClient {
  readonly uuid: string
  v3(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }>
  legacy(path: string): Promise<{ readonly status: number; readonly text: string }>
}

export const olderClient = async (duffy: RunningDuffy, name: string, quota: number): Promise<OlderClient> => {
  const added = await duffy.operate('POST', '/api/v2/tenants', { name, quota, keys: [KEY] })
  if (added.status !== 201) throw new Error(`${added.status}: ${JSON.stringify(added.body)}`)
  const uuid = added.body.v3Key as string
  const authorization = `Basic ${Buffer.from(`${name}:${uuid}`).toString('base64')}`
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(duffy.url + path, init)
    return { status: response.status, text: await response.text() }
  }
  return {
    uuid,
    v3: (method, path, body) =>
      ask(`/api/v1${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    legacy: (path) => ask(`${path}${path.includes('?') ? '&' : '?'}key=${uuid}`, {}),
  }
}

export interface Soaked {
  readonly sessions: number
  /** Answers that a client would take for a fault, by what they were. */
  readonly odd: Readonly<Record<string, number>>
}

/** So many callers take and give back sessions as fast as they can, every other one over the API before v3. */
export const soak = async (client: OlderClient, count: number, ms: number): Promise<Soaked> => {
  const odd: Record<string, number> = {}
  const note = (what: string): void => void (odd[what] = (odd[what] ?? 0) + 1)
  let sessions = 0
  const overV3 = async (): Promise<void> => {
    const got = await client.v3('POST', '/sessions', { tenant_id: null, nodes_specs: [{ pool: 'metal', quantity: 2 }] })
    if (got.status !== 201) return note(`POST ${got.status} ${got.text}`)
    const { id, nodes } = (JSON.parse(got.text) as { session: { id: number; nodes: unknown[] } }).session
    if (nodes.length !== 2) note(`${nodes.length} nodes`)
    const put = await client.v3('PUT', `/sessions/${id}`, { active: false, expires_at: null })
    if (put.status !== 200) note(`PUT ${put.status} ${put.text}`)
    sessions += 1
  }
  const before = async (): Promise<void> => {
    const got = await client.legacy('/Node/get?count=2')
    const { hosts, ssid } = JSON.parse(got.text) as { hosts?: readonly string[]; ssid?: string }
    if (got.status !== 200 || hosts?.length !== 2) return note(`get ${got.status} ${got.text}`)
    const rows = JSON.parse((await client.legacy('/Inventory')).text) as readonly (readonly [string, string])[]
    if (rows.filter(([, session]) => session === ssid).length !== 2) note('hosts are not in the inventory')
    const done = await client.legacy(`/Node/done?ssid=${ssid}`)
    if (done.text !== '"Done"\n') note(`done ${done.status} ${done.text}`)
    sessions += 1
  }
  await callers(count, ms, (caller) => (caller % 2 === 0 ? overV3() : before()))
  return { sessions, odd }
}
