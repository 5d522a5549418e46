import type {
  AddressRef,
  Fingerprint,
  Identity,
  Instant,
  LeaseId,
  PersonId,
  PlatformName,
  PoolName,
  RequestId,
  TenantName,
} from './id.ts'
import type { Agent } from './agent.ts'
import type { Build, BuildEnd } from './build.ts'
import type { Estimate } from './estimate/calibration.ts'
import type { MachineType } from './machine.ts'
import type { Why } from './why.ts'

/**
 * `same`: only the class of the tenant's home, the home platform itself before those near it. `prefer`: that class if it
 * comes free in time, else the nearest other. `any`: whatever is free.
 */
export const PLATFORM_RULES = ['same', 'prefer', 'any'] as const
export type PlatformRule = (typeof PLATFORM_RULES)[number]

/**
 * How the machines of one request share chassis. `spread`: as few as can be on any one, so that a fault takes few with it. `pack`:
 * on as few chassis as can be, so that they are near each other. `any`: nobody minds.
 */
export const CHASSIS_RULES = ['spread', 'pack', 'any'] as const
export type ChassisRule = (typeof CHASSIS_RULES)[number]

/** 0 to 9; a request of a higher one is served first. */
export type Priority = number
export const HIGHEST_PRIORITY = 9

/** Which machines would do. */
export interface Demand {
  readonly type: MachineType
  readonly pool: PoolName | null
  readonly arch: string | null
  /** Sorted; a machine must have all of them. */
  readonly labels: readonly string[]
  readonly count: number
  readonly platform: PlatformRule
  /** Null: as the pool says. */
  readonly chassis: ChassisRule | null
}

/** Where notices about a request and its lease go: a person at a door, and the room they asked in. Duffy itself as a person: the room alone. */
export interface Address {
  readonly door: string
  readonly identity: Identity
  /** The name they went by when they asked; for greeting, never for trusting. */
  readonly nick: string
  readonly room: string | null
}

/** Wanted machines. */
export interface MachineRequest {
  readonly id: RequestId
  readonly number: number
  readonly tenant: TenantName
  readonly by: PersonId
  readonly demand: Demand
  readonly durationMs: number
  readonly priority: Priority
  /** How long after its end its lease can still be extended; from the pool, at the time of asking. */
  readonly graceMs: number
  readonly keys: readonly Fingerprint[]
  readonly reason: string
  readonly metadata: Readonly<Record<string, string>>
  /** Where its notices go; null: nowhere. */
  readonly address: AddressRef | null
  readonly askedAt: Instant
  /** When a `prefer` request stops waiting for home. */
  readonly preferUntil: Instant
  /** The first that was given of when it will be served, kept to be compared with what came; null: none so far. */
  readonly estimate: Estimate | null
  /**
   * Machines of its type granted, of all time, when it came to the head of its line with room in its tenant's quota; null behind
   * the head. What was granted since went to others.
   */
  readonly headSince: number | null
  /** Set if its machines are wanted from an instant ahead; null: from when they can be had. */
  readonly reserved: Reservation | null
  /** How its asker is known to be still there, where nothing else tells them; null: they need not ask. */
  readonly poll: Poll | null
  /** The build that it is for; null: none. */
  readonly build: Build | null
  /** Paths to be collected from its machines as they go back. Not given: none. */
  readonly collect?: readonly string[]
  /** What its machines are to have; null: none. */
  readonly agent: Agent | null
  readonly state: RequestState
}

/** A request that lasts only while somebody asks how it stands. */
export interface Poll {
  readonly withinMs: number
  /** When somebody last did, as far as that is on record: looks are noted late, but before they would be missed. */
  readonly seenAt: Instant
  /** Not given: its asker knows its id, and is granted machines between looks as well. */
  readonly kept?: KeptPlace
}

/** The place of an asker who knows of no request, and asks anew for the same: see `docs/decisions/0032-places-of-pollers.md`. */
export interface KeptPlace {
  /** What they have in common who may take it up. */
  readonly as: string
  /** Nobody waits at it just now, so it is granted nothing. */
  readonly left: boolean
  /** How often it had been overtaken at the head of its line when it was left. */
  readonly overtaken: number
}

/** A look of somebody's at a request. */
export interface NotedPoll {
  readonly request: RequestId
  readonly at: Instant
}

/** Machines are kept for it from its start on. From then on it is before all who wait. */
export interface Reservation {
  readonly from: Instant
  /** Where there was room for it when it was made; null: anywhere. */
  readonly platform: PlatformName | null
  /** What its owner was told of it: that it begins soon, or that it could not begin. */
  readonly told: 'soon' | 'late' | null
}

export type RequestState =
  /** `why` it could not be granted at once; null only within the decision that grants it. */
  | { readonly status: 'waiting'; readonly why: Why | null }
  | { readonly status: 'granted'; readonly at: Instant; readonly lease: LeaseId }
  | { readonly status: 'cancelled'; readonly at: Instant; readonly by: Canceller }
  | { readonly status: 'cancelled'; readonly at: Instant; readonly by: 'gone'; readonly how: Absence }
  /** It became impossible while it waited. */
  | { readonly status: 'unsatisfiable'; readonly at: Instant; readonly because: Hopeless }

export type Canceller = 'owner' | 'operator'

/**
 * Why nobody is there any more. `closed`: the connection that asked, before any answer. `unpolled`: nobody asked for so long how it
 * stands. The others: the build that it was for is over.
 */
export type Absence =
  | { readonly type: 'closed' }
  | { readonly type: BuildEnd }
  | { readonly type: 'unpolled'; readonly withinMs: number; readonly seenAt: Instant }

/**
 * Why a request can never be served: whoever asked may speak for its tenant no more, its tenant may not hold so many, or there are not
 * so many (on its home platform, if that is named).
 */
export type Hopeless =
  | { readonly type: 'noLongerSpeaks' | 'retired'; readonly tenant: TenantName }
  | { readonly type: 'quota'; readonly tenant: TenantName; readonly quota: number }
  | { readonly type: 'tooFew'; readonly most: number; readonly platform: PlatformName | null }

/** How a platform was settled on, for the record. */
export interface PlatformChoice {
  readonly platform: PlatformName
  /** `near home`: another of its class, for home had too few free. `instead of home`: of another class, after waiting. */
  readonly reason: 'home' | 'first' | 'near home' | 'instead of home' | 'any'
  /** What it is instead of the tenant's home; null: it is the home, or nothing says that it should be. */
  readonly departure: Departure | null
}

/** A platform other than the tenant's home. */
export interface Departure {
  readonly home: PlatformName
  /** None, if the config says the same of both. */
  readonly differs: readonly Difference[]
}

/** Null: the config does not say. */
export interface Difference {
  readonly trait: 'arch' | 'vendor' | 'model' | 'memoryGiB'
  readonly home: string | number | null
  readonly here: string | number | null
}
