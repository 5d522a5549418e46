import type {
  ApiKeyId,
  Fingerprint,
  Identity,
  Instant,
  LeaseId,
  MachineName,
  PlatformName,
  RequestId,
  RunId,
  TenantName,
} from './id.ts'
import type { AskedAgent } from './agent.ts'
import type { Build, BuildCommand, BuildEnded } from './build.ts'
import type { Estimate } from './estimate/calibration.ts'
import type { GivenBack } from './lease.ts'
import type { Recurring } from './instant.ts'
import type { Extended } from './lease.ts'
import type { MachineType } from './machine.ts'
import type { Awaited } from './policy/promised.ts'
import type { Target } from './policy/target.ts'
import type { Held, Refusal } from './refusal.ts'
import type { Address, ChassisRule, NotedPoll, PlatformRule, Priority } from './request.ts'
import type { Site } from './site.ts'
import type { RunResult } from './run.ts'
import type { SshKey } from './ssh-key.ts'
import type { ApiKey, TenantTerms } from './tenant.ts'
import type { WebhookCommand, WebhookOutcome } from './webhook.ts'

/** A command as it reaches `decide`: stamped by the lane, vouched for by a door. */
export interface Asked {
  /** The caller's own id for it, so that a repeat finds its answer; null: the caller has none, and cannot repeat it. */
  readonly id: string | null
  readonly by: Identity
  readonly door: string
  /** Where it was said, as a site names its control rooms: `irc:<network>:<#channel>`, `slack:<channel id>`. Left out: in private. */
  readonly room?: string | null
  readonly at: Instant
  readonly command: Command
}

export interface GetCommand {
  readonly do: 'get'
  /** A type (`metal`, `vm`) or a pool's name, as the person typed it. */
  readonly type: string
  readonly pool: string | null
  readonly arch: string | null
  readonly labels: readonly string[]
  readonly count: number
  readonly platform: PlatformRule
  /** Not given: as the pool says. */
  readonly chassis?: ChassisRule | null
  readonly durationMs: number | null
  readonly priority: Priority
  readonly keys: readonly SshKey[]
  readonly reason: string
  readonly metadata: Readonly<Record<string, string>>
  /** How long `prefer` waits for home; unless given, as long as the pool says. */
  readonly preferMs?: number
  /** For whom an operator asks, if not for their own. */
  readonly tenant?: TenantName
  /** False: be refused rather than wait. */
  readonly queue: boolean
  /** Wait on when the caller's connection closes before an answer, and though nobody asks how things stand. */
  readonly keepPlace: boolean
  /** Give the place up once nobody has asked how things stand for so long; null: as `keepPlace`, `address` and the site's limits say. */
  readonly pollWithinMs: number | null
  /**
   * The asker knows of no request and will ask anew: the place is kept for whoever of the same tenant asks again for the same under this
   * name. Not given: the request is known by its id.
   */
  readonly keepAs?: string
  /** The build that it is for. Not given: none. */
  readonly build?: Omit<Build, 'seen'> | null
  /** Paths to be collected from the machines as they go back, however that comes about. Not given: none. */
  readonly collect?: readonly string[]
  /** An agent of a Jenkins on each machine, of one that is named by now. Not given: none. */
  readonly agent?: AskedAgent | null
  readonly address: Address | null
}

export type Command =
  | GetCommand
  /** Machines of several pools: all of the parts are granted in one decision, or none is. None of them waits. */
  | { readonly do: 'getAll'; readonly parts: readonly GetCommand[] }
  /**
   * `what`: a lease's id or a machine's name; null: the only one the asker holds; `all`: all of them. `bad`: what is wrong with the
   * machine, if anything is. `collect`: paths beside those that were named at first. `only`: refused if it ends anything else by now.
   */
  | {
      readonly do: 'done'
      readonly what: string | null
      readonly bad?: string
      readonly collect?: readonly string[]
      readonly only?: readonly Held[]
    }
  /** A quarantined machine is mended, an operator says. */
  | { readonly do: 'readmit'; readonly machine: string }
  | { readonly do: 'extend'; readonly what: string | null; readonly byMs: number }
  | { readonly do: 'extend'; readonly what: string | null; readonly until: Instant }
  /** Moves the end forward to an instant that is still to come; what ends earlier already stays as it is. */
  | { readonly do: 'shorten'; readonly what: string; readonly until: Instant }
  /** Keep machines for debugging; `forMs` counts from now, null: the usual time. */
  | { readonly do: 'hold'; readonly what: string | null; readonly forMs: number | null; readonly reason: string }
  /** As `get`, from an instant ahead. */
  | { readonly do: 'reserve'; readonly get: GetCommand; readonly from: Instant }
  | { readonly do: 'cancel'; readonly what: string | null }
  /** Tell of its end once more, after so long; null: in a while. Its end stays where it is. */
  | { readonly do: 'snooze'; readonly what: string | null; readonly forMs: number | null }
  /** Tell the asker nothing but what they cannot do without; `forMs` null: everything again. */
  | { readonly do: 'mute'; readonly forMs: number | null }
  /** `type` null: that of the platform; `tenant` null: the asker's. */
  | {
      readonly do: 'moveHome'
      readonly type: MachineType | null
      readonly platform: string
      readonly tenant: string | null
    }
  | { readonly do: 'addKey'; readonly key: SshKey }
  | { readonly do: 'removeKey'; readonly fingerprint: Fingerprint }
  /** A code for the asker, who is to become one with whoever says it. `address`: where they are told things; null: nowhere. */
  | { readonly do: 'offerLink'; readonly digest: Fingerprint; readonly address: Address | null }
  /** Whoever was given this code is the asker; unless `sure`, only who that is. */
  | {
      readonly do: 'link'
      readonly digest: Fingerprint
      readonly sure: boolean
      readonly address: Address | null
    }
  /** The asker reads what comes to this address of mail; the code goes there. */
  | { readonly do: 'offerMail'; readonly digest: Fingerprint; readonly mail: string }
  /** The asker is whoever said that they are. */
  | { readonly do: 'agreeLink' }
  /** `identity` null: the asker's of this moment. `sure`: even if it leaves somebody who speaks for nobody. */
  | { readonly do: 'unlink'; readonly identity: string | null; readonly sure: boolean }
  /** What `terms` leaves out is as `DEFAULT_TERMS` says. */
  | {
      readonly do: 'addTenant'
      readonly tenant: TenantName
      readonly terms: Partial<TenantTerms>
      readonly keys: readonly SshKey[]
      readonly apiKeys: readonly ApiKey[]
      /** Of an older Duffy, to be kept; the door makes an API key of it, since secrets go no further. */
      readonly v3Key: string | null
    }
  /** What `terms` leaves out stays; `keys` null: they stay. */
  | {
      readonly do: 'setTenant'
      readonly tenant: TenantName
      readonly terms: Partial<TenantTerms>
      readonly keys: readonly SshKey[] | null
    }
  /** Nobody speaks for it from then on; its leases end. */
  | { readonly do: 'retireTenant'; readonly tenant: TenantName; readonly only?: readonly Held[] }
  | { readonly do: 'reviveTenant'; readonly tenant: TenantName }
  /** `tenant` null: the asker's own. */
  | { readonly do: 'addMember'; readonly tenant: TenantName | null; readonly member: string; readonly admin: boolean }
  | { readonly do: 'removeMember'; readonly tenant: TenantName | null; readonly member: string }
  | { readonly do: 'addApiKey'; readonly apiKey: ApiKey }
  | { readonly do: 'revokeApiKey'; readonly apiKey: ApiKeyId }
  /** `what`: a machine, pool, platform, chassis or label. `from` null: now. Neither `until` nor `forMs`: until somebody ends it. */
  | {
      readonly do: 'setMaintenance'
      readonly what: string
      readonly from: Instant | null
      readonly until: Instant | null
      readonly forMs: number | null
      readonly reason: string
      /** Again and again, instead of `from` and `until`. */
      readonly every?: Recurring | null
    }
  /** `every`: what comes again and again, and not only the next. */
  | { readonly do: 'endMaintenance'; readonly what: string; readonly every?: boolean }
  | { readonly do: 'configure'; readonly site: Site }
  | { readonly do: 'finishRun'; readonly run: RunId; readonly fence: number; readonly result: RunResult }
  /** What askers were told of their waits since this was last said. */
  | { readonly do: 'noteEstimates'; readonly given: readonly GivenEstimate[] }
  /** When somebody last asked how these requests stand: their askers are still there. */
  | { readonly do: 'notePolls'; readonly polls: readonly NotedPoll[] }
  /** The connection that asked for it closed before an answer. `tenant`: the request's. */
  | { readonly do: 'leave'; readonly request: RequestId; readonly tenant: TenantName }
  /** Nobody waits at these places any more until somebody takes them up again. */
  | { readonly do: 'leavePlaces'; readonly requests: readonly RequestId[] }
  /** Warnings that were written before Duffy last stopped, and that nobody had tried to give by then. */
  | { readonly do: 'noteUnwarned'; readonly leases: readonly LeaseId[] }
  | BuildCommand
  | WebhookCommand
  /** Time has passed: warn, end, retry, check, fill. */
  | { readonly do: 'sweep' }

/** Commands that want machines, or more time with them. */
export type Wanting = Extract<Command, { readonly do: 'get' | 'reserve' | 'extend' | 'hold' }>

export interface GivenEstimate {
  readonly request: RequestId
  readonly estimate: Estimate
}

export interface ReservationHit {
  readonly request: RequestId
  readonly tenant: TenantName
  readonly count: number
  readonly from: Instant
  readonly lacking: number
}

/** What a command came to, in ids: what those stand for is read from the fleet when the answer is told. */
export type Outcome =
  | { readonly type: 'granted'; readonly request: RequestId; readonly lease: LeaseId }
  | { readonly type: 'waiting'; readonly request: RequestId }
  | GivenBack
  | { readonly type: 'readmitted'; readonly machine: MachineName }
  | ({ readonly type: 'extended' } & Extended)
  /** All of the asker's; `kept`: those whose end could not be moved, the soonest to end first. */
  | { readonly type: 'extendedAll'; readonly leases: readonly Extended[]; readonly kept: readonly LeaseId[] }
  | { readonly type: 'held'; readonly lease: LeaseId; readonly until: Instant; readonly awaited: Awaited | null }
  | { readonly type: 'reserved'; readonly request: RequestId; readonly from: Instant }
  | { readonly type: 'cancelled'; readonly request: RequestId }
  | { readonly type: 'snoozed'; readonly lease: LeaseId; readonly at: Instant; readonly until: Instant }
  | { readonly type: 'muted'; readonly until: Instant | null }
  /** `from` null: it had none; the same as `platform`: nothing moved. */
  | {
      readonly type: 'homeMoved'
      readonly tenant: TenantName
      readonly machineType: MachineType
      readonly from: PlatformName | null
      readonly platform: PlatformName
    }
  | { readonly type: 'keyAdded' | 'keyRemoved' | 'keyKnown'; readonly fingerprint: Fingerprint }
  /** Whoever was given the code is told it by the door that made it. */
  | { readonly type: 'linkOffered'; readonly identity: Identity; readonly until: Instant }
  /** `linkFound`: nothing has happened yet. `linkClaimed`: `identity` is to say yes. */
  | { readonly type: 'linkFound' | 'linkClaimed'; readonly identity: Identity; readonly tenant: TenantName }
  /** `others`: with whom it is one, or was. */
  | { readonly type: 'linked' | 'unlinked'; readonly identity: Identity; readonly others: readonly Identity[] }
  /** A refusal that is on record, since it counts how often. */
  | { readonly type: 'counted'; readonly refusal: Refusal }
  /** `taken`: the config set it before, and does so no more. */
  | {
      readonly type: 'tenantAdded' | 'tenantSet' | 'tenantRetired' | 'tenantRevived'
      readonly tenant: TenantName
      readonly taken: boolean
    }
  | { readonly type: 'memberAdded' | 'memberRemoved'; readonly tenant: TenantName; readonly member: string }
  | { readonly type: 'apiKeyAdded' | 'apiKeyRevoked'; readonly apiKey: ApiKeyId; readonly tenant: TenantName }
  | {
      readonly type: 'maintenanceSet'
      readonly what: Target
      readonly machines: readonly MachineName[]
      readonly from: Instant
      readonly until: Instant | null
      /** What is reserved and has too few machines by this: so many are lacking. */
      readonly reservations: readonly ReservationHit[]
      /** It comes again after so long; null: it does not. */
      readonly everyMs: number | null
    }
  | {
      readonly type: 'maintenanceLifted'
      readonly what: Target
      readonly machines: readonly MachineName[]
      /** When one of them goes into maintenance again; null: none does. */
      readonly again: Instant | null
      /** What came again and again comes no more. */
      readonly every: boolean
    }
  | WebhookOutcome
  | BuildEnded
  | { readonly type: 'configured'; readonly changes: readonly string[] }
  | { readonly type: 'nothing' }
  | { readonly type: 'accepted' }
