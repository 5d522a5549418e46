import type { Habit } from './estimate/habit.ts'
import { DAY } from './time.ts'
import type { ApiKeyId, Fingerprint, Instant, PersonId, PlatformName, TenantName } from './id.ts'
import type { MachineType } from './machine.ts'
import type { Priority } from './request.ts'

/** A letter or digit first, and nothing that a URL, an HTTP Basic user name or a line of chat would take apart. */
export const TENANT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/** What a tenant may have. */
export interface TenantTerms {
  /** Machines it may hold at once. */
  readonly quota: number
  /** Its share of what is scarce: a tenant of weight 2 gets twice as much as one of weight 1. Above 0. */
  readonly weight: number
  /** The highest priority that it may ask for. */
  readonly priority: Priority
  /** How long its leases last where nobody says, if not as the pool has it. No longer than its longest. */
  readonly defaultMs: number | null
  /** Its own longest lease, if shorter than the pool's. */
  readonly longestMs: number | null
  /** Machines that it may keep for debugging at once; they count against its quota as well. */
  readonly holds: number
  /** How long it may keep one so, from when it says that it does. */
  readonly holdMs: number
}

export const DEFAULT_TERMS: TenantTerms = {
  quota: 10,
  weight: 1,
  priority: 0,
  defaultMs: null,
  longestMs: null,
  holds: 1,
  holdMs: DAY,
}

/** The project that leases are charged to. */
export interface Tenant extends TenantTerms {
  readonly name: TenantName
  readonly number: number
  /** Who sets its terms and members: the site's config, or, from their first change on, operators and its admins. */
  readonly owner: 'config' | 'people'
  /** False once it is retired: nobody speaks for it. */
  readonly active: boolean
  /** Identities that speak for it: `irc:<network>:<account>`, `slack:<team>:<user>`, or with `*` in the last place all that the door vouches for. */
  readonly members: readonly string[]
  /** Those of its members who may change who else is one. */
  readonly admins: readonly string[]
  /** Let in where neither the request nor its person names a key. */
  readonly keys: readonly Fingerprint[]
  readonly addedAt: Instant
  /** Null while it is active. */
  readonly retiredAt: Instant | null
  readonly homes: Readonly<Partial<Record<MachineType, PlatformName>>>
  /** Machines that its leases are good for, those being prepared or replaced included. */
  readonly held: number
  /** How early its leases end. */
  readonly habit: Habit
}

/** What is set about a tenant, by whoever owns it. */
export type TenantSettings = TenantTerms & Pick<Tenant, 'owner' | 'active' | 'members' | 'admins' | 'keys'>

/** The same as records have it: old ones know of no length of its own. */
export type RecordedSettings = Omit<TenantSettings, 'defaultMs'> & Partial<Pick<TenantSettings, 'defaultMs'>>

/** Somebody who has spoken to Duffy. What identifies them stands in the side table under their id, so that it can be erased. */
export interface Person {
  readonly id: PersonId
  readonly number: number
  readonly keys: readonly Fingerprint[]
  /** The same for all who are one: somebody at several doors. Null: they are known at this one alone. */
  readonly linked: number | null
  /** The code that they were last given to become one with somebody; null once it has served. */
  readonly code: LinkCode | null
  /** Wrong codes that they tried, and when those are forgotten. */
  readonly misses: Misses | null
  /** Until then they are told only what they cannot do without; null: everything. */
  readonly muted: Instant | null
}

export interface LinkCode {
  /** Of the code, which nothing here has in clear. */
  readonly digest: Fingerprint
  readonly until: Instant
  /** Who said that they are the same, and waits for a yes from here. */
  readonly claimedBy: PersonId | null
  /** Who had it sent, if it was not given to whoever asked for it. */
  readonly sentFor: PersonId | null
}

export interface Misses {
  readonly count: number
  readonly until: Instant
}

/** `admin`: of its own tenant. `operator`: of the site. */
export const ROLES = ['member', 'admin', 'operator'] as const
export type Role = (typeof ROLES)[number]

export interface ApiKey {
  readonly id: ApiKeyId
  readonly tenant: TenantName
  readonly role: Role
  /** SHA-256 of the secret, in hex. */
  readonly digest: string
  /** What it is for, in its maker's words. */
  readonly note: string
}
