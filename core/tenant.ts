import type { ApiKeyId, Fingerprint, PersonId, PlatformName, TenantName } from './id.ts'
import type { MachineType } from './machine.ts'

/** The project that leases are charged to. */
export interface Tenant {
  readonly name: TenantName
  readonly number: number
  /** Machines it may hold at once. */
  readonly quota: number
  /** Its own longest lease, if shorter than the pool's. */
  readonly longestMs: number | null
  /** Identities that speak for it: `irc:<network>:<account>`, or `irc:<network>:*` for all that the network vouches for. */
  readonly members: readonly string[]
  /** Let in where neither the request nor its person names a key. */
  readonly keys: readonly Fingerprint[]
  readonly homes: Readonly<Partial<Record<MachineType, PlatformName>>>
  /** Machines that its leases are good for, those being prepared or replaced included. */
  readonly held: number
}

/** Somebody who has spoken to Duffy. What identifies them stands in the side table under their id, so that it can be erased. */
export interface Person {
  readonly id: PersonId
  readonly number: number
  readonly keys: readonly Fingerprint[]
}

export type Role = 'member' | 'operator'

export interface ApiKey {
  readonly id: ApiKeyId
  readonly tenant: TenantName
  readonly role: Role
  /** SHA-256 of the secret, in hex. */
  readonly digest: string
}
