import type { Instant, LeaseId, MachineName, PlatformName, PoolName, RunId } from './id.ts'
import type { Before, MaintenanceWindow } from './maintenance.ts'
import type { JsonObject, OutcomeFigures, StepFailure } from './run.ts'

export const MACHINE_TYPES = ['metal', 'vm'] as const
export type MachineType = (typeof MACHINE_TYPES)[number]

/** One host that can be lent. */
export interface Machine {
  readonly name: MachineName
  /** From a counter, never used again. For clients that know machines by integer. */
  readonly number: number
  readonly pool: PoolName
  readonly type: MachineType
  readonly platform: PlatformName
  /** The enclosure, rack or host that it shares its fate with; null: the config does not say. */
  readonly chassis: string | null
  readonly arch: string
  /** Sorted, without repeats. */
  readonly labels: readonly string[]
  readonly variables: JsonObject
  /** False once the site's config no longer names it: it is lent no more, and retires when its lease is over. */
  readonly configured: boolean
  /** Raised by every run: what an older fence says of this machine changes nothing. */
  readonly fence: number
  /** Leases, burn-ins and failed provisionings together: what wear is levelled by. */
  readonly attempts: number
  readonly uses: number
  /** Burn-ins that it came through. */
  readonly burnins: number
  /** How long it has been somebody's, all leases that are over together. */
  readonly leasedMs: number
  /** When its last lease was over; null: it never had one. */
  readonly lastUsedAt: Instant | null
  /** When it was last worked, by a lease or a burn-in; when it was enrolled, if it never was. What its pool's idle limit counts from. */
  readonly workedAt: Instant
  /** Steps failed since the last one that shows the machine to be well. */
  readonly failures: number
  /** What its outcomes say of it. */
  readonly health: Health
  /** Since when it has been idle, or when it was enrolled. */
  readonly idleSince: Instant
  /** When it was last seen to be well. */
  readonly checkedAt: Instant
  readonly access: Access | null
  readonly facts: JsonObject
  /** What its last playbook wants to be told by the next; opaque. */
  readonly data: JsonObject
  /** When it is taken out of service, or was; null: never, as far as anybody has said. */
  readonly maintenance: MaintenanceWindow | null
  readonly state: MachineState
}

/** What steps and leases showed of a machine lately; of bounded size. */
export interface Health {
  /** Of checks, and of all else. */
  readonly checks: OutcomeCount
  readonly work: OutcomeCount
  /**
   * It must be installed anew and pass a check before it is ready again: it was quarantined for failures in a row or for its outcomes,
   * or whoever had it last said that it is bad. Null: nothing is the matter.
   */
  readonly probation: 'failures' | 'outcomes' | 'reported' | null
  /** When it was quarantined, of those that its pool's limit looks at; oldest first. */
  readonly quarantines: readonly Instant[]
}

/** Outcomes since the last time that nothing was held against it. */
export interface OutcomeCount {
  readonly outcomes: number
  readonly failed: number
  /** How many times likelier they are if its odds of failing are four times those of its platform; from 1. */
  readonly suspicion: number
}

const NOTHING: OutcomeCount = { outcomes: 0, failed: 0, suspicion: 1 }
export const NEW_HEALTH: Health = { checks: NOTHING, work: NOTHING, probation: null, quarantines: [] }

/** Where a machine answers. */
export interface Access {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly hostKeys: readonly string[]
}

/**
 * enrolled → provisioning → ready → leased → (collecting →) revoking → recycling | rebuilding | stopping → ready (or enrolled, if stopped);
 * ready → checking → ready; ready → burning → ready; any failed step, repeated, or failing more than its platform does
 * → quarantined → rebuilding → checking → ready (probation);
 * anything but leased, between two steps → maintenance → checking, or whatever else it lacks.
 */
export type MachineState =
  /** Known, and off: nothing has been made yet, or it was shut down. */
  | { readonly status: 'enrolled' }
  | {
      readonly status: 'provisioning' | 'checking' | 'burning' | 'recycling' | 'rebuilding' | 'stopping'
      readonly run: RunId
    }
  | { readonly status: 'ready' }
  /** `grant` is the run that is letting the tenant in, null once it has. */
  | { readonly status: 'leased'; readonly lease: LeaseId; readonly grant: RunId | null; readonly since: Instant }
  /** Its lease is over: what was asked for is taken from it, then whoever had it is shut out. */
  | { readonly status: 'collecting' | 'revoking'; readonly run: RunId; readonly lease: LeaseId }
  /** `probationAt` is when it is tried again; each time later. Null: when an operator says so. */
  | {
      readonly status: 'quarantined'
      readonly failure: StepFailure | OutcomeFigures
      readonly since: Instant
      readonly probationAt: Instant | null
    }
  /** Nothing is done with it until its window is over. */
  | { readonly status: 'maintenance'; readonly since: Instant; readonly was: Before }
  | { readonly status: 'retired'; readonly since: Instant }

export type MachineStatus = MachineState['status']

export const openRun = ({ state }: Machine): RunId | null => {
  switch (state.status) {
    case 'provisioning':
    case 'checking':
    case 'burning':
    case 'recycling':
    case 'rebuilding':
    case 'stopping':
    case 'collecting':
    case 'revoking':
      return state.run
    case 'leased':
      return state.grant
    case 'enrolled':
    case 'ready':
    case 'quarantined':
    case 'maintenance':
    case 'retired':
      return null
  }
}

/** Whether its tenant can log in. */
export const isOpen = ({ state }: Machine): boolean => state.status === 'leased' && state.grant === null

/** From when on it is not to be anybody's, by what is known now; null: nothing is. One in maintenance will be lent after it. */
export const closesAt = ({ maintenance, state }: Machine): Instant | null =>
  maintenance === null || state.status === 'maintenance' ? null : maintenance.from

/** Whether it is to go into maintenance as soon as what it does is over. */
export const isDueForMaintenance = ({ maintenance, configured }: Machine, at: Instant): boolean =>
  maintenance !== null && configured && maintenance.from <= at

/** Whether it will ever be lent (again): what decides if a request can be satisfied at all. */
export const inService = (machine: Machine): boolean => machine.configured && machine.state.status !== 'retired'
