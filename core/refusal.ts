import type { CannotCollect } from './collect.ts'
import type { Instant, LeaseId, MachineName, PlatformName, PoolName, RequestId, TenantName } from './id.ts'
import type { MachineStatus, MachineType } from './machine.ts'
import type { Awaited } from './policy/promised.ts'
import type { Target } from './policy/target.ts'
import type { Priority } from './request.ts'

/** A lawful "no", with what its sentence needs. Each door maps every one of them; see `sentences/refusal.ts` for the words. */
export type Refusal =
  /** No tenant has this identity among its members. */
  | { readonly type: 'stranger'; readonly identity: string }
  | { readonly type: 'operatorsOnly' }
  /** Said by an operator, elsewhere than in one of these. */
  | { readonly type: 'controlRoomOnly'; readonly rooms: readonly string[] }
  /** Of that tenant, or operators. */
  | { readonly type: 'adminsOnly'; readonly tenant: TenantName }
  | { readonly type: 'noSuchTenant'; readonly asked: string; readonly suggestion: string | null }
  | { readonly type: 'tenantExists'; readonly tenant: TenantName }
  | { readonly type: 'tenantRetired'; readonly tenant: TenantName }
  | { readonly type: 'badTenantName'; readonly asked: string }
  /** Its usual lease was to be shorter than any lease, or longer than its own longest. */
  | {
      readonly type: 'badUsualLease'
      readonly tenant: TenantName
      /** Whether it was to be added so; else it was to be set so. */
      readonly adding: boolean
      readonly asked: number
      readonly shortestMs: number
      readonly longestMs: number | null
    }
  | { readonly type: 'badMember'; readonly asked: string }
  /** Nobody speaks for two. */
  | { readonly type: 'memberElsewhere'; readonly member: string; readonly tenant: TenantName }
  | { readonly type: 'noSuchMember'; readonly asked: string; readonly tenant: TenantName }
  | { readonly type: 'noSuchApiKey'; readonly asked: string }
  | { readonly type: 'apiKeyExists'; readonly asked: string }
  | { readonly type: 'noSuchWebhook'; readonly asked: string }
  | { readonly type: 'webhookExists'; readonly asked: string }
  /** Without it nobody could make another. */
  | { readonly type: 'lastOperatorKey'; readonly apiKey: string }
  | {
      readonly type: 'noSuchType'
      readonly asked: string
      readonly suggestion: string | null
      readonly pools: readonly PoolChoice[]
    }
  | {
      readonly type: 'noSuchPool'
      readonly asked: string
      readonly suggestion: string | null
      readonly pools: readonly PoolChoice[]
    }
  | { readonly type: 'noSuchArch'; readonly asked: string; readonly known: readonly string[] }
  | { readonly type: 'noSuchLabel'; readonly asked: readonly string[]; readonly known: readonly string[] }
  /**
   * More machines than exist that would do; `elsewhere` counts those of all platforms, if that is what stands in the way. `allowed`:
   * as many as its tenant may have now, and may ask for at once.
   */
  | {
      readonly type: 'neverEnough'
      readonly count: number
      readonly most: number
      readonly machineType: MachineType
      readonly platform: PlatformName | null
      readonly elsewhere: number
      readonly allowed: number
    }
  | {
      readonly type: 'overQuota'
      readonly tenant: TenantName
      readonly count: number
      readonly held: number
      readonly quota: number
      /** What is held is reserved, for the same time. */
      readonly reserved?: true
    }
  | {
      readonly type: 'tooMany'
      readonly limit:
        | 'machinesPerRequest'
        | 'keysPerPerson'
        | 'keysPerRequest'
        | 'identitiesPerPerson'
        | 'openLinks'
        | 'mailsPerPerson'
        | 'labelsPerRequest'
        | 'metadataEntries'
        | 'tenants'
        | 'reservationsPerTenant'
        | 'membersPerTenant'
        | 'apiKeysPerTenant'
        | 'pathsPerRequest'
        | 'webhooksPerTenant'
      readonly most: number
    }
  | { readonly type: 'tooLongText'; readonly field: string; readonly most: number }
  | CannotCollect
  | { readonly type: 'badCount'; readonly count: number }
  | { readonly type: 'badPriority'; readonly asked: number; readonly most: Priority; readonly tenant: TenantName }
  | { readonly type: 'leaseTooShort'; readonly asked: number; readonly shortestMs: number }
  | { readonly type: 'leaseTooLong'; readonly asked: number; readonly longestMs: number; readonly of: string }
  | { readonly type: 'pollTooShort'; readonly asked: number; readonly shortestMs: number }
  | { readonly type: 'noKeys' }
  /** Asked not to wait. */
  | {
      readonly type: 'noneFree'
      readonly machineType: MachineType
      readonly count: number
      readonly platform: PlatformName | null
      readonly elsewhere: number
    }
  | {
      readonly type: 'queueFull'
      readonly limit: 'waitingRequests' | 'waitingRequestsPerTenant'
      readonly most: number
    }
  | { readonly type: 'noSuchLease'; readonly asked: string; readonly held: readonly Held[] }
  | { readonly type: 'noSuchRequest'; readonly asked: string; readonly waiting: readonly RequestId[] }
  | { readonly type: 'noSuchMachine'; readonly asked: string; readonly suggestion: string | null }
  /** None of theirs that is remembered: for so long, and so many of each tenant. */
  | { readonly type: 'noSuchRefusal'; readonly asked: string; readonly ms: number; readonly most: number }
  | { readonly type: 'holdsNothing' }
  | { readonly type: 'waitsForNothing' }
  | { readonly type: 'whichLease'; readonly held: readonly Held[] }
  /** Which of several is bad. */
  | { readonly type: 'whichMachine'; readonly machines: readonly MachineName[] }
  | { readonly type: 'notQuarantined'; readonly machine: MachineName; readonly status: MachineStatus }
  | { readonly type: 'whichRequest'; readonly waiting: readonly RequestId[] }
  | { readonly type: 'notActive'; readonly lease: LeaseId }
  /** It is as long already as a lease may be or, if it is held, a hold. */
  | {
      readonly type: 'cannotExtend'
      readonly lease: LeaseId
      readonly until: Instant
      readonly longestMs: number
      readonly held: boolean
    }
  /** It ends before that. */
  | { readonly type: 'snoozeTooLong'; readonly lease: LeaseId; readonly until: Instant }
  /** Nobody is told of it. */
  | { readonly type: 'toldNowhere'; readonly lease: LeaseId }
  /** It is asked to end when it would have ended anyway, or before. */
  | { readonly type: 'endsLater'; readonly lease: LeaseId; readonly until: Instant }
  /** Those who wait count on its machines at its end. */
  | { readonly type: 'awaited'; readonly lease: LeaseId; readonly until: Instant; readonly awaited: Awaited }
  /** More machines kept for debugging than the tenant may keep at once. */
  | {
      readonly type: 'tooManyHeld'
      readonly lease: LeaseId
      readonly tenant: TenantName
      readonly count: number
      readonly held: number
      readonly most: number
    }
  /** `last`: as late as it can be held. */
  | {
      readonly type: 'holdTooLong'
      readonly lease: LeaseId
      readonly asked: number
      readonly longestMs: number
      readonly of: string
      readonly last: Instant
    }
  | { readonly type: 'unknownKey'; readonly fingerprint: string }
  /** No code is, or it was used, or is older than it may be. `left`: how many more may be tried. */
  | { readonly type: 'noSuchCode'; readonly left: number }
  | { readonly type: 'tooManyCodes'; readonly until: Instant }
  /** Said where it was given. */
  | { readonly type: 'ownCode' }
  /** One with somebody else. */
  | { readonly type: 'linkedAlready'; readonly identity: string }
  /** Speaks for another tenant than the asker does. */
  | { readonly type: 'linkElsewhere'; readonly identity: string; readonly tenant: TenantName }
  /** This Duffy sends none. */
  | { readonly type: 'noMail' }
  /** Nobody says that they are the asker. */
  | { readonly type: 'noClaim' }
  /** The asker is not this. `others`: what they are. */
  | { readonly type: 'notLinked'; readonly identity: string; readonly others: readonly string[] }
  /** Without it the others would speak for nobody. */
  | {
      readonly type: 'speaksThrough'
      readonly identity: string
      readonly tenant: TenantName
      readonly others: readonly string[]
    }
  | {
      readonly type: 'noSuchPlatform'
      readonly asked: string
      readonly machineType: MachineType | null
      readonly suggestion: string | null
      readonly known: readonly PlatformName[]
    }
  /** `nearest`: when there would be; null: no such start is known. */
  | {
      readonly type: 'noRoom'
      readonly machineType: MachineType
      readonly count: number
      readonly from: Instant
      readonly nearest: Instant | null
    }
  | { readonly type: 'tooFarAhead'; readonly from: Instant; readonly mostMs: number }
  /** Neither a machine nor anything that machines have in common. */
  | { readonly type: 'noSuchTarget'; readonly asked: string; readonly suggestion: string | null }
  | { readonly type: 'endsBeforeStart'; readonly from: Instant; readonly until: Instant }
  /** None of it is in maintenance, or is to be; `every`: again and again. */
  | { readonly type: 'noMaintenance'; readonly what: Target; readonly every?: true }
  /** Maintenance that comes again is to last less than it takes to come again; null: nobody said how long. */
  | { readonly type: 'badRecurrence'; readonly forMs: number | null; readonly everyMs: number }
  /** A machine of the lease is wanted for maintenance, and the lease ends as late as it can before that. */
  | {
      readonly type: 'maintenanceAhead'
      readonly lease: LeaseId
      readonly machine: MachineName
      readonly from: Instant
      readonly until: Instant
      readonly reason: string
    }
  | { readonly type: 'badNotify'; readonly asked: string }
  /** The same caller's id stood on another command before. */
  | { readonly type: 'idUsedBefore'; readonly id: string }
  | { readonly type: 'badSite'; readonly faults: readonly string[] }
  /** What was said yes to would end other things by now. `again`: what to say to be asked anew. */
  | { readonly type: 'changedSince'; readonly again: string }
  /** A yes to nothing: nothing was asked there, or too long ago. */
  | { readonly type: 'nothingAsked'; readonly withinMs: number }
  /** A result from a run that no longer matters. */
  | { readonly type: 'staleRun' }

/** A refusal where an answer or a decision could have been. */
export interface RefusalAnswer {
  readonly type: 'refused'
  readonly refusal: Refusal
}

export interface PoolChoice {
  readonly pool: PoolName
  readonly type: MachineType
  readonly ready: number
  readonly waiting: number
}

export interface Held {
  readonly lease: LeaseId
  readonly machines: readonly MachineName[]
}

export type RefusalType = Refusal['type']
