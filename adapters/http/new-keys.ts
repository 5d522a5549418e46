import { randomUUID } from 'node:crypto'
import type { Command, TenantName } from '#core'
import type { Caller } from './api-key.ts'
import { newApiKey, v3KeyOf } from './api-key.ts'

/** A command with the keys that it wants made, and their texts, which are told in its answer and nowhere else. */
export interface Keyed {
  readonly command: Command
  readonly shown: Readonly<Record<string, string>>
}

/** Secrets are made here: what goes on to be decided has their digests alone. */
export function withNewKeys(command: Command, caller: Caller): Keyed | null {
  if (command.do === 'addTenant') {
    const { tenant } = command
    const key = newApiKey({ tenant, role: 'admin', note: 'made with the tenant' })
    const v3Key = command.v3Key ?? randomUUID()
    return {
      command: { ...command, v3Key: null, apiKeys: [key.apiKey, v3KeyOf(v3Key, tenant)] },
      shown: { key: key.text, v3Key },
    }
  }
  if (command.do !== 'addApiKey') return null
  const { role, note } = command.apiKey
  const tenant = command.apiKey.tenant === ('' as TenantName) ? caller.tenant : command.apiKey.tenant
  const key = newApiKey({ tenant, role, note })
  return { command: { do: 'addApiKey', apiKey: key.apiKey }, shown: { key: key.text } }
}
