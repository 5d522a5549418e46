import type { AddressRef, Fingerprint, Instant, LeaseId, MachineName, PersonId, RequestId, TenantName } from './id.ts'
import type { Agent } from './agent.ts'
import type { Build, BuildEnd } from './build.ts'
import { byText } from './collections/indexes.ts'
import type { Awaited } from './policy/promised.ts'
import type { Held } from './refusal.ts'
import type { Demand, PlatformChoice } from './request.ts'
import type { Why } from './why.ts'

/** The right to a set of machines until an instant. */
export interface Lease {
  readonly id: LeaseId
  readonly number: number
  readonly request: RequestId
  readonly tenant: TenantName
  readonly by: PersonId
  readonly demand: Demand
  readonly durationMs: number
  readonly graceMs: number
  readonly keys: readonly Fingerprint[]
  readonly reason: string
  readonly metadata: Readonly<Record<string, string>>
  /** Where its notices go; null: nowhere. */
  readonly address: AddressRef | null
  readonly grantedAt: Instant
  readonly choice: PlatformChoice
  readonly why: Why
  /** Fewer than asked for while a machine that failed is being replaced, or after some were given back. */
  readonly machines: readonly Holding[]
  /** Machines given back early; they are not replaced. */
  readonly returned: number
  /** The last warning given for the present end, in minutes before it; null if none. */
  readonly warned: number | null
  /** When its owner wants to hear of its end once more; null: when they are warned anyway. */
  readonly remindAt: Instant | null
  /** Its end was moved past what others counted on, since its last warning could not be given in time. */
  readonly spared: boolean
  /** Set once it is kept for debugging. */
  readonly hold: Hold | null
  /** The build that it is for, whose end is its own unless it is held by then; null: none. */
  readonly build: Build | null
  /** Paths that are collected from its machines as they go back. Not given: none. */
  readonly collect?: readonly string[]
  /** What is to be on its machines; null: none. */
  readonly agent: Agent | null
  /** When time next changes something about it: a warning, its end, or the end of patience with its preparation. */
  readonly dueAt: Instant
  readonly state: LeaseState
}

/** A lease kept after a failure, for its tenant to look into: it may outlast the longest ordinary lease, but not `last`. */
export interface Hold {
  /** Since when it is held. */
  readonly at: Instant
  /** The latest instant to which it can be extended. */
  readonly last: Instant
  readonly reason: string
}

/** A machine of a lease: its fence is the machine's own while it is held. */
export interface Holding {
  readonly machine: MachineName
  readonly fence: number
}

export type LeaseState =
  | { readonly status: 'preparing'; readonly giveUpAt: Instant }
  /** Its tenant can log in to every machine. */
  | { readonly status: 'active'; readonly since: Instant; readonly until: Instant }
  | { readonly status: 'ended'; readonly at: Instant; readonly how: LeaseEnd }

/**
 * `done`: by its holder or an operator. `expired`: time was over. `unprepared`: no machine could be made to let its tenant in.
 * `gone`: the connection that asked for it closed before anybody could log in. The others: the build that it was for is over.
 */
export type LeaseEnd = 'done' | 'expired' | 'unprepared' | 'gone' | BuildEnd

/** What came of asking for more time. `cutTo`: its end, if that is not as late as was asked; `awaited`: for whom, if for anybody. */
export interface Extended {
  readonly lease: LeaseId
  readonly until: Instant
  readonly cutTo: Instant | null
  readonly awaited: Awaited | null
}

/** What was given back with a `done`. */
export interface GivenBack {
  readonly type: 'done'
  readonly leases: readonly LeaseId[]
  readonly machines: readonly MachineName[]
  /** That one is bad, as its holder says. */
  readonly bad?: MachineName
  /** Of these something is collected first. */
  readonly collecting?: readonly LeaseId[]
}

/** Machines that it is good for, those included that are still to replace ones that failed: what counts against a quota. */
export const entitlement = (lease: Lease): number => lease.demand.count - lease.returned

/** Machines it still wants. */
export const missing = (lease: Lease): number => entitlement(lease) - lease.machines.length

export const heldOf = ({ id, machines }: Lease): Held => ({
  lease: id,
  machines: machines.map(({ machine }) => machine).toSorted(byText),
})
