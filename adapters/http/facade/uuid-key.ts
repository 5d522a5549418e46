import type { TenantName } from '#core'
import { proven, v3KeyOf, type Caller, type Keys } from '../api-key.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether it looks like a key of an older Duffy. What does not is turned away before anything is looked up. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** Whose UUID this is, or null. A key that memory does not know is looked up once more among what is durable. */
export async function callerOfUuid(uuid: string, keys: Keys): Promise<Caller | null> {
  if (!isUuid(uuid)) return null
  const secret = uuid.toLowerCase()
  const { id } = v3KeyOf(secret, '' as TenantName)
  return proven(keys.apiKey(id), secret) ?? proven(await keys.lane.read((fleet) => fleet.apiKeys.get(id)), secret)
}
