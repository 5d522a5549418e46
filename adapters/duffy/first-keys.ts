import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DUFFY, type Fleet, type Role, type TenantName } from '#core'
import { keyOf, newApiKey } from '../http/api-key.ts'
import type { Lane } from '../lane.ts'

/** The tenant that a first start makes keys for. */
const TENANT = 'local' as TenantName

const FILES: readonly { readonly file: string; readonly role: Role }[] = [
  { file: 'local.key', role: 'member' },
  { file: 'operator.key', role: 'operator' },
]

/**
 * Sees to it that the data directory holds a key of tenant `local` and an operator's, readable by Duffy's own user only.
 * The file comes first: a start that was cut off finds it, and makes its key good. Once there are keys, a file that an
 * operator took away stays away.
 */
export const firstKeys = async (dataDir: string, lane: Lane): Promise<void> => {
  const isFirst = await lane.read((fleet) => fleet.apiKeys.size === 0 && hasTenant(fleet))
  for (const { file, role } of FILES) {
    const path = join(dataDir, file)
    const text = (await present(path)) ?? (isFirst ? await write(path, newApiKey(termsOf(role)).text) : null)
    const apiKey = text === null ? null : keyOf(text, termsOf(role))
    if (apiKey === null) continue
    const known = await lane.read((fleet) => fleet.apiKeys.has(apiKey.id) || !hasTenant(fleet))
    if (!known) await lane.ask({ id: null, by: DUFFY, door: 'start', command: { do: 'addApiKey', apiKey } })
  }
}

const termsOf = (role: Role) => ({ tenant: TENANT, role, note: 'made by the first start' })

const hasTenant = (fleet: Fleet): boolean => fleet.tenants.has(TENANT)

const present = async (path: string): Promise<string | null> => {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

const write = async (path: string, text: string): Promise<string> => {
  const half = `${path}.new`
  const file = await open(half, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(`${text}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(half, path)
  return text
}
