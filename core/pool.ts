import type { PlatformName, PoolName } from './id.ts'
import type { MachineType } from './machine.ts'
import type { ChassisRule } from './request.ts'
import type { Step } from './run.ts'

/** Machines under one policy and one driver. */
export interface Pool {
  readonly name: PoolName
  readonly type: MachineType
  readonly driver: string
  /** `elastic`: its machines exist only while they are wanted. `fixed`: they always do. */
  readonly kind: 'fixed' | 'elastic'
  /** How many machines to keep ready ahead of demand: always so many, or as many as demand makes likely. */
  readonly ready: number | PredictedLevel
  /** What follows a lease: made clean in place, installed anew, or turned off (and made clean when next provisioned). */
  readonly afterLease: 'recycle' | 'rebuild' | 'shutdown'
  /** The steps its driver needs; another step counts as done without a run. */
  readonly steps: readonly Step[]
  readonly defaultMs: number
  readonly longestMs: number
  /** How long after its end a lease can still be extended before the machine is taken back. */
  readonly graceMs: number
  /** How long a lease may be `preparing` before it is given up. */
  readonly prepareMs: number
  /** How long a `prefer` request waits for its home platform. */
  readonly preferMs: number
  /** How the machines of a request share chassis where it does not say; among equally worn ones only. */
  readonly chassis: ChassisRule
  /** How long a ready machine may go without a check. */
  readonly checkEveryMs: number
  /** Every healthy machine of a fixed pool gets a lease or a burn-in run within it. */
  readonly idleLimitMs: number
  readonly deadlineMs: Readonly<Record<Step, number>>
  /** Failures in a row that quarantine a machine. */
  readonly failureLimit: number
  /** The pause before a failed step is tried again; doubled each time. */
  readonly backoffMs: number
  /** The pause before a quarantined machine is tried again; doubled each time. */
  readonly probationMs: number
  readonly health: HealthTerms
  /** False once the site's config no longer names it; its machines go as their leases end. */
  readonly configured: boolean
}

/** A level that follows demand, as the hours of the weeks before have shown it. */
export interface PredictedLevel {
  /** The chance, between 0 and 1, that more is wanted while a machine is made than is ready. */
  readonly missProbability: number
  readonly least: number
  readonly most: number
  /** The level until a week has been seen. */
  readonly atFirst: number
}

/** When a machine is taken for unwell, and what then. */
export interface HealthTerms {
  /** How likely it must be that it fails more than its platform: a machine that does not is taken for unwell once in so many outcomes, at most. */
  readonly falseAlarmEvery: number
  /** Of the pool's machines, the share that may be away for their outcomes at the same time; at least one machine, none if 0. */
  readonly mostShare: number
  /** A machine quarantined more often than this within a time stays so until an operator says otherwise. */
  readonly quarantinesMost: number
  readonly withinMs: number
}

/** What makes two machines alike for a user. */
export interface Platform {
  readonly name: PlatformName
  readonly arch: string
  /** Who made the processor. With `arch` the hard class: no request that keeps to its home is given another. */
  readonly vendor: string
  /** Of the server or the processor; null: the config does not say. */
  readonly model: string | null
  readonly memoryGiB: number | null
  readonly description: string
}
