import type { Wanting } from '../command.ts'
import type { Instant, LeaseId, PlatformName, RefusalRef, RequestId, TenantName } from '../id.ts'
import type { Refusal } from '../refusal.ts'
import { DAY } from '../time.ts'
import type { Why } from '../why.ts'

/**
 * A refusal as it is remembered for whoever asks why: what was asked for, and the figures of that moment, in bounded size. It is in
 * no record, since it changed nothing, and nobody can fill the log by asking in vain.
 */
export interface Refused {
  readonly ref: RefusalRef
  readonly at: Instant
  /** Whose it is to know. */
  readonly tenant: TenantName
  /** Without keys and what a person wrote. */
  readonly asked: Wanting
  readonly refusal: Refusal
  readonly grounds: Grounds
}

/** What a rule had before it when it said no. What it did not look at is empty. */
export interface Grounds {
  /** What became of each machine of the type, where machines were lacking. */
  readonly why: Why | null
  /** What its tenant had, or had reserved, where it might have no more: the first to end first. */
  readonly charged: readonly Charged[]
  /** For whom machines were kept, the first to begin first. */
  readonly claims: readonly Claimed[]
  /** Where a reservation was tried, and how many machines would have been free there for all of its time. */
  readonly rooms: readonly Roomy[]
}

export interface Charged {
  readonly id: LeaseId | RequestId
  /** Machines. */
  readonly count: number
  readonly from: Instant
  readonly until: Instant
}

export interface Claimed {
  readonly request: RequestId
  readonly tenant: TenantName
  readonly count: number
  readonly from: Instant
  /** It was settled beforehand; else it is for somebody who waits. */
  readonly reserved: boolean
}

export interface Roomy {
  /** Null: any. */
  readonly platform: PlatformName | null
  readonly free: number
}

/** How long refusals are remembered, how many of a tenant, and how many of all: the oldest go first, of whoever has the most. */
export const REMEMBERED = { ms: DAY, perTenant: 50, most: 2000 } as const

/** Whether there is more to say than the refusal itself does. */
export const saysMore = ({ grounds }: Pick<Refused, 'grounds'>): boolean =>
  grounds.why !== null || [grounds.charged, grounds.claims, grounds.rooms].some((of) => of.length > 0)
