import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKey, ApiKeyId, Identity, Role, TenantName } from '#core'
import { sha256 } from '../digest.ts'
import type { Ports } from './ports.ts'

/** Who calls, once their key has been checked. */
export interface Caller {
  readonly identity: Identity
  readonly key: ApiKeyId
  readonly tenant: TenantName
  readonly role: Role
}

/** What checking a key needs to see of the fleet. */
export type Keys = Pick<Ports, 'apiKey'> & { readonly lane: Pick<Ports['lane'], 'read'> }

/** A key as its holder has it: the id, and the secret. */
const TEXT = 'dfy_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{43})'
const KEY = new RegExp(`^${TEXT}$`)
const BEARER = new RegExp(`^Bearer ${TEXT}$`, 'i')

/**
 * The caller that an `Authorization` header proves, or null. A key that memory does not know, or whose secret differs, is
 * looked up once more when whatever is being committed is durable; unknown id and wrong secret go the same way, in the same time.
 */
export async function callerOf(header: string | undefined, keys: Keys): Promise<Caller | null> {
  const [, id, secret] = (header !== undefined && header.length < 200 && BEARER.exec(header)) || []
  if (id === undefined || secret === undefined) return null
  const known = proven(keys.apiKey(id as ApiKeyId), secret)
  return known ?? proven(await keys.lane.read((fleet) => fleet.apiKeys.get(id as ApiKeyId)), secret)
}

/** Compared with where no key is known, so that it takes as long as where one is. */
const NOBODY = Buffer.alloc(32)

export const proven = (key: ApiKey | undefined, secret: string): Caller | null => {
  const given = hash('sha256', secret, 'buffer')
  const digest = key === undefined ? NOBODY : Buffer.from(key.digest, 'hex')
  const same = digest.length === given.length && timingSafeEqual(digest, given)
  if (!same || key === undefined) return null
  return { identity: `key:${key.id}` as Identity, key: key.id, tenant: key.tenant, role: key.role }
}

/** A new key: the text to show once, and what is kept of it. */
export function newApiKey(of: KeyTerms): { readonly text: string; readonly apiKey: ApiKey } {
  const text = `dfy_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`
  return { text, apiKey: keyOf(text, of)! }
}

export type KeyTerms = Pick<ApiKey, 'tenant' | 'role' | 'note'>

/** What is kept of a key whose text is at hand; null if that is no key. */
export function keyOf(text: string, of: KeyTerms): ApiKey | null {
  const [, id, secret] = KEY.exec(text) ?? []
  if (id === undefined || secret === undefined) return null
  return { ...of, id: id as ApiKeyId, digest: sha256(secret) }
}

/**
 * What is kept of a UUID that clients of Duffy v3 and before name themselves with. Its id comes from the UUID, so that one who
 * gives nothing but the UUID is found by it; as a bearer's secret it is too short to be taken.
 */
export function v3KeyOf(uuid: string, tenant: TenantName): ApiKey {
  const digest = sha256(uuid.toLowerCase())
  return {
    id: `v3-${digest.slice(0, 16)}` as ApiKeyId,
    tenant,
    role: 'member',
    digest,
    note: 'for clients of Duffy v3',
  }
}
