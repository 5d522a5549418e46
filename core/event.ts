import type {
  ApiKeyId,
  Fingerprint,
  Instant,
  LeaseId,
  MachineName,
  PersonId,
  PlatformName,
  PoolName,
  RequestId,
  RunId,
  TenantName,
  WebhookId,
} from './id.ts'
import type { BuildUrl } from './build.ts'
import type { Estimate } from './estimate/calibration.ts'
import type { Hold, LeaseEnd } from './lease.ts'
import type { MachineType } from './machine.ts'
import type { Before, MaintenanceWindow } from './maintenance.ts'
import type { OperatorPlace } from './operators.ts'
import type { Platform, Pool } from './pool.ts'
import type { Absence, Canceller, Hopeless, MachineRequest, NotedPoll, PlatformChoice } from './request.ts'
import type { JsonObject, OutcomeFigures, Run, RunResult, StepFailure } from './run.ts'
import type { ApiKey, RecordedSettings } from './tenant.ts'
import type { Limits } from './limits.ts'
import type { Webhook } from './webhook.ts'
import type { Why } from './why.ts'

/** A fact. `evolve` says what follows from each; nothing else changes a fleet. */
export type Event =
  /** `operators`: where they are told things; not given: nowhere. */
  | {
      readonly type: 'siteConfigured'
      readonly digest: string
      readonly limits: Limits
      readonly controlRooms: readonly string[]
      readonly operators?: readonly OperatorPlace[]
    }
  /** They know of what was quarantined up to then, and of pools that have no machine left. */
  | { readonly type: 'operatorsTold'; readonly upTo: Instant; readonly empty: readonly PoolName[] }
  | { readonly type: 'poolConfigured'; readonly pool: Pool }
  | { readonly type: 'platformConfigured'; readonly platform: Platform }
  | {
      readonly type: 'machineEnrolled'
      readonly machine: MachineName
      readonly number: number
      readonly pool: PoolName
      readonly platform: PlatformName
      readonly chassis: string | null
      readonly labels: readonly string[]
      readonly variables: JsonObject
      /** What it starts with: the fewest of its platform, so that a new machine is not worn first. */
      readonly attempts: number
    }
  | {
      readonly type: 'machineConfigured'
      readonly machine: MachineName
      readonly chassis: string | null
      readonly labels: readonly string[]
      readonly variables: JsonObject
    }
  /** The config no longer names it. */
  | { readonly type: 'machineDrained'; readonly machine: MachineName }
  | { readonly type: 'machineRetired'; readonly machine: MachineName }
  | { readonly type: 'machineReadied'; readonly machine: MachineName }
  | { readonly type: 'machineStopped'; readonly machine: MachineName }
  | {
      readonly type: 'machineQuarantined'
      readonly machine: MachineName
      readonly failure: StepFailure | OutcomeFigures
      /** Null: only an operator brings it back. */
      readonly probationAt: Instant | null
    }
  /** An operator has it tried again, and what it went through before is forgotten. */
  | { readonly type: 'machineReadmitted'; readonly machine: MachineName }
  /** By whoever holds it. */
  | {
      readonly type: 'machineReported'
      readonly machine: MachineName
      readonly lease: LeaseId
      readonly reason: string
    }
  /** In place of the window that it had, if it had one. */
  | { readonly type: 'maintenanceSet'; readonly machine: MachineName; readonly window: MaintenanceWindow }
  /** Nothing is done with it from here on. */
  | { readonly type: 'maintenanceBegun'; readonly machine: MachineName; readonly was: Before }
  /** Its window is over or was taken back; what becomes of a machine that was in it follows as further events. */
  | { readonly type: 'maintenanceEnded'; readonly machine: MachineName }
  | ({ readonly type: 'tenantAdded'; readonly tenant: TenantName; readonly number: number } & RecordedSettings)
  | ({ readonly type: 'tenantConfigured'; readonly tenant: TenantName } & RecordedSettings)
  | {
      /** Chosen by its first grant; moved by its people or an operator. */
      readonly type: 'homeChosen' | 'homeMoved'
      readonly tenant: TenantName
      readonly machineType: MachineType
      readonly platform: PlatformName
    }
  | { readonly type: 'apiKeyAdded'; readonly apiKey: ApiKey }
  | { readonly type: 'apiKeyRevoked'; readonly apiKey: ApiKeyId }
  | { readonly type: 'webhookAdded'; readonly webhook: Webhook }
  | { readonly type: 'webhookRemoved'; readonly webhook: WebhookId }
  /** It failed so often in a row that it is given up. */
  | {
      readonly type: 'webhookDisabled'
      readonly webhook: WebhookId
      readonly tenant: TenantName | null
      readonly failures: number
      readonly because: string
    }
  | { readonly type: 'personJoined'; readonly person: PersonId; readonly number: number }
  /** A code to become one with somebody by, in place of the one that they had. */
  | {
      readonly type: 'linkOffered'
      readonly person: PersonId
      readonly digest: Fingerprint
      readonly until: Instant
      readonly sentFor: PersonId | null
    }
  /** They tried a code that is none; `until`: when that is forgotten, unless it was not the first. */
  | { readonly type: 'linkMissed'; readonly person: PersonId; readonly until: Instant }
  /** `by` says that they are the same, which `person` is to confirm. */
  | { readonly type: 'linkClaimed'; readonly person: PersonId; readonly by: PersonId }
  /** These are one from here on, with all others of that number. */
  | { readonly type: 'personsLinked'; readonly persons: readonly PersonId[]; readonly number: number }
  | { readonly type: 'personUnlinked'; readonly person: PersonId }
  /** They are told only what they cannot do without; `until` null: everything again. */
  | { readonly type: 'personMuted'; readonly person: PersonId; readonly until: Instant | null }
  | { readonly type: 'sshKeyAdded'; readonly person: PersonId; readonly fingerprint: Fingerprint }
  | { readonly type: 'sshKeyRemoved'; readonly person: PersonId; readonly fingerprint: Fingerprint }
  /** `why` it waits; null if the same decision grants it. */
  | {
      readonly type: 'requestMade'
      readonly request: Omit<MachineRequest, 'state' | 'estimate' | 'headSince'>
      readonly why: Why | null
    }
  /** Its asker was told when it will likely be served. */
  | { readonly type: 'estimateGiven'; readonly request: RequestId; readonly estimate: Estimate }
  | { readonly type: 'reservationTold'; readonly request: RequestId; readonly what: 'soon' | 'late' }
  | { readonly type: 'requestCancelled'; readonly request: RequestId; readonly by: Canceller }
  /** Nobody is there any more who would take what it is granted. */
  | { readonly type: 'requestAbandoned'; readonly request: RequestId; readonly how: Absence }
  /** Somebody asked how these stand; no earlier than was known. */
  | { readonly type: 'pollsNoted'; readonly polls: readonly NotedPoll[] }
  /** Nobody waits at this place until somebody takes it up: it keeps its rank and is granted nothing. */
  | { readonly type: 'placeLeft'; readonly request: RequestId }
  /** Somebody asked for the same again. */
  | { readonly type: 'placeTaken'; readonly request: RequestId }
  /** Their Jenkins said that they run: from here on its silence counts. */
  | { readonly type: 'buildsSeen'; readonly builds: readonly BuildUrl[] }
  | { readonly type: 'requestUnsatisfiable'; readonly request: RequestId; readonly because: Hopeless }
  /** Its machines are its holder's from here on; each is owed a grant before the lease is active. */
  | {
      readonly type: 'leaseGranted'
      readonly lease: LeaseId
      readonly number: number
      readonly request: RequestId
      readonly machines: readonly MachineName[]
      readonly choice: PlatformChoice
      readonly why: Why
      readonly giveUpAt: Instant
    }
  /** In place of one that failed. */
  | { readonly type: 'machineSupplied'; readonly lease: LeaseId; readonly machine: MachineName }
  /** Access has been given; the machine's part of the lease is ready. */
  | { readonly type: 'machineOpened'; readonly lease: LeaseId; readonly machine: MachineName }
  /** `failed`: it is to be replaced. `returned`: given back early. */
  | {
      readonly type: 'machineLeft'
      readonly lease: LeaseId
      readonly machine: MachineName
      readonly how: 'failed' | 'returned'
    }
  | { readonly type: 'leaseActivated'; readonly lease: LeaseId; readonly until: Instant }
  | { readonly type: 'leaseExtended' | 'leaseShortened'; readonly lease: LeaseId; readonly until: Instant }
  /** Kept for debugging, until then at least. */
  | { readonly type: 'leaseHeld'; readonly lease: LeaseId; readonly until: Instant; readonly hold: Hold }
  | { readonly type: 'leaseWarned'; readonly lease: LeaseId; readonly minutes: number }
  /** Its last warning came so late, since Duffy was away, that its end is moved: warned first, ended after. */
  | { readonly type: 'leaseSpared'; readonly lease: LeaseId; readonly until: Instant }
  /** Its last warning was written, and Duffy went away before it could try to give it: it is to be given anew. */
  | { readonly type: 'warningMissed'; readonly lease: LeaseId }
  /** `at`: when its owner wants to be told of its end once more. */
  | { readonly type: 'reminderSet'; readonly lease: LeaseId; readonly at: Instant }
  | { readonly type: 'leaseReminded'; readonly lease: LeaseId }
  /** Its machines leave it; what becomes of each follows as further events. */
  | { readonly type: 'leaseEnded'; readonly lease: LeaseId; readonly how: LeaseEnd }
  /** The machine is in this step from here on. */
  | { readonly type: 'runOwed'; readonly run: Run }
  | { readonly type: 'runEnded'; readonly run: RunId; readonly result: RunResult }
  /** Nobody waits for its outcome any more. */
  | { readonly type: 'runDropped'; readonly run: RunId }
