import { DUFFY, type ApiKey, type ApiKeyId, type Role, type TenantName } from '#core'
import { sha256 } from '../../digest.ts'
import { v3KeyOf, type Caller } from '../api-key.ts'
import type { Ports } from '../ports.ts'
import type { HashChecks } from './hash-checks.ts'

const idOf = (tenant: TenantName): ApiKeyId => `v3-import-${sha256(tenant).slice(0, 16)}` as ApiKeyId

/** What a key is for that was imported, and has been used since. */
export const USED_NOTE = 'of Duffy v3'

const HASH = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/

/** Whether a text is a hash as Duffy v3 kept them. */
export const isBcrypt = (text: string): boolean => HASH.test(text)

/** A key of which nothing is known but its bcrypt hash. No key proves itself against it: it only waits to be replaced. */
export const importedKey = (hash: string, tenant: TenantName, role: Role): ApiKey => ({
  id: idOf(tenant),
  tenant,
  role,
  digest: hash,
  note: 'of Duffy v3, not used yet',
})

/**
 * At its first use an imported key is looked at once, and kept as SHA-256 from then on: a UUID has 122 random bits, which no
 * slow hash is needed for. Null: it is not that tenant's key.
 */
export async function firstUse(
  uuid: string,
  tenant: TenantName,
  { ports, checks }: { readonly ports: Pick<Ports, 'lane' | 'apiKey'>; readonly checks: HashChecks },
): Promise<Caller | 'busy' | null> {
  const imported = ports.apiKey(idOf(tenant))
  if (imported === undefined || !isBcrypt(imported.digest)) return null
  const secret = uuid.toLowerCase()
  const same = await checks.matches(secret, imported.digest)
  if (same !== true) return same === 'busy' ? 'busy' : null
  const apiKey = { ...v3KeyOf(secret, tenant), role: imported.role, note: USED_NOTE }
  const tell = { id: null, by: DUFFY, door: 'import' } as const
  // Refused if another call did the same a moment before.
  await ports.lane.ask({ ...tell, command: { do: 'addApiKey', apiKey } })
  await ports.lane.ask({ ...tell, command: { do: 'revokeApiKey', apiKey: imported.id } })
  return { identity: `key:${apiKey.id}` as Caller['identity'], key: apiKey.id, tenant, role: apiKey.role }
}
