import { setTimeout as pause } from 'node:timers/promises'
import type { TenantName } from '#core'
import { v3KeyOf } from '../../../../adapters/http/api-key.ts'
import type { HttpOptions } from '../../../../adapters/http/options.ts'
import { serve, type Served, type Told } from '../fake.ts'

export const KEYS = {
  alice: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  bob: '3f2504e0-4f89-41d3-9a0c-0305e82c3302',
} as const

export interface Legacy extends Served {
  ask(path: string): Promise<Told>
}

/** A fake Duffy whose tenants have keys of old, and whose machines let people in at once. */
export const serveLegacy = async (options: HttpOptions = {}): Promise<Legacy> => {
  const served = await serve({ ...options, legacy: { waitMs: 0, ...options.legacy } })
  const { duffy } = served
  duffy.prompt = true
  for (const who of ['alice', 'bob'] as const)
    duffy.does({ do: 'addApiKey', apiKey: v3KeyOf(KEYS[who], who as TenantName) })
  const ask: Legacy['ask'] = (path) => served.call('GET', path, { as: null })
  return { ...served, ask, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() }
}

export interface CicoHost {
  readonly hostname: string
  readonly ip: string | null
  readonly comment: string
}

/** What cico makes of answers: JSON or nothing, whatever the status; nothing is tried again, and what is no object is the end. */
export const cico = (served: Legacy, key: string) => {
  const body = async (path: string): Promise<unknown> => {
    const { text } = await served.ask(path)
    try {
      return JSON.parse(text) as unknown
    } catch {
      return null
    }
  }
  const inventory = async (): Promise<CicoHost[]> => {
    const rows = (await body('/Inventory')) as readonly unknown[][]
    return rows.map((row) => {
      if (row.length !== 14) throw new Error(`a row of ${row.length}`)
      return { hostname: row[1] as string, ip: row[2] as string | null, comment: row[6] as string }
    })
  }
  return {
    inventory,
    async nodeGet({ count = 1, retries = 0 }: { count?: number; retries?: number } = {}) {
      for (let tries = 0; ; tries += 1) {
        const found = await body(`/Node/get?key=${key}&ver=7&arch=x86_64&count=${count}`)
        if (found === null && tries < retries) await pause(20)
        else if (found === null) throw new Error('NoInventory')
        else if (typeof found !== 'object') throw new Error(`ValueError: ${JSON.stringify(found)}`)
        else if (!('hosts' in found)) throw new Error(`KeyError: ${JSON.stringify(found)}`)
        else {
          const { hosts, ssid } = found as unknown as { hosts: readonly string[]; ssid: string }
          const shown = (await inventory()).filter(({ hostname }) => hosts.some((host) => host.includes(hostname)))
          return { hosts, ssid, shown }
        }
      }
    },
    /** Sends nothing unless the inventory has hosts of that session, compared as text. */
    async nodeDone(ssid: string) {
      const rows = (await body(`/Inventory?key=${key}`)) as readonly (readonly [string, string])[]
      const hosts = rows.filter(([, session]) => session === ssid).map(([host]) => host)
      if (hosts.length > 0) await body(`/Node/done?key=${key}&ssid=${ssid}`)
      return hosts
    },
  }
}
