import type { Instant, MachineName, PlatformName } from './id.ts'
import type { MachineStatus } from './machine.ts'
import type { ChassisRule } from './request.ts'

export const DROP_RULES = [
  'platform',
  'busy',
  'arch',
  'labels',
  'pool',
  'quarantined',
  'maintenance',
  'off',
  'aside',
] as const
/** Why a machine of the right type was not taken. */
export type DropRule = (typeof DROP_RULES)[number]

/** A machine that was not taken, and what explains it. */
export interface Dropped {
  readonly machine: MachineName
  readonly rule: DropRule
  readonly status: MachineStatus
  /** Since when it was lent, in quarantine, or off; from when on it was to be in maintenance. */
  readonly since: Instant | null
  /** When its lease or its maintenance was to end, when it was to be tried again, or until when it was set aside. */
  readonly until: Instant | null
  /** Its own platform, architecture or pool, the labels that it lacked, the cause of its quarantine or maintenance, or the tenant for whom it was set aside. */
  readonly has: string | null
}

/** The reasons of a decision, in bounded size: counts for each rule, and the best few. Replaying the log up to it gives the rest. */
export interface Why {
  readonly rule: 'granted' | 'busy' | 'home busy'
  /** Machines of the type asked for. */
  readonly considered: number
  readonly dropped: Readonly<Partial<Record<DropRule, number>>>
  /** A few of those, at most one a rule. */
  readonly examples: readonly Dropped[]
  readonly chosen: readonly Considered[]
  /** The next in order, at most three. */
  readonly next: readonly Considered[]
  /** Where the platform mattered: those allowed, in the order in which they were tried, at most four. */
  readonly platforms: readonly ConsideredPlatform[]
  readonly home: PlatformName | null
  /** Ready machines of other platforms that would do under `any`, and are kept for nobody else. */
  readonly elsewhere: number
  /** Null: where they stand did not matter, or none were chosen. */
  readonly chassis: ChassisChoice | null
}

/** How chosen machines share chassis. Of what has no known chassis the worst is thought: all on one, or each on its own. */
export interface ChassisChoice {
  readonly rule: Exclude<ChassisRule, 'any'>
  /** The request said it, not its pool. */
  readonly asked: boolean
  /** Chassis that they are on. */
  readonly on: number
  /** The most that are on one. */
  readonly together: number
  /** Those of which the config names no chassis. */
  readonly unknown: number
  /** By how many attempts at most one of them is ahead of a free one that was passed over for it. */
  readonly ahead: number
}

export interface Considered {
  readonly machine: MachineName
  readonly platform: PlatformName
  readonly attempts: number
  readonly idleSince: Instant
}

/** A platform as it was when it was tried. */
export interface ConsideredPlatform {
  readonly platform: PlatformName
  /** From the tenant's home; null: it had none, or this is of another class. */
  readonly distance: number | null
  readonly ready: number
  readonly inService: number
}
