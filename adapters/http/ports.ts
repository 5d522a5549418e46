import type { Readable } from 'node:stream'
import type {
  ApiKey,
  ApiKeyId,
  Artifact,
  Asked,
  AuditRecord,
  BuildUrl,
  Candidate,
  Change,
  Estimates,
  Fleet,
  Identity,
  Instant,
  Launch,
  Lease,
  LeaseId,
  MachineName,
  MachineRequest,
  Outcome,
  PastCollections,
  PastRun,
  Refusal,
  RefusalAnswer,
  RefusalRef,
  RequestId,
  RunId,
  TenantName,
  Verification,
  WebhookId,
  LogPosition,
  Tidings,
} from '#core'
import type { Log } from '../log.ts'
import type { Remembered } from '../past.ts'
import type { SendCode } from '../link-code.ts'
import type { Mount } from './mount.ts'

/** What the HTTP door needs of the rest of Duffy. */
export interface Ports {
  readonly lane: Lane
  /** An API key as memory has it at once: maybe a moment behind what is durable, so a miss is looked up again by `read`. */
  readonly apiKey: (id: ApiKeyId) => ApiKey | undefined
  /** Whether commands are being served. */
  readonly ready: () => boolean
  readonly store: History
  /** Refusals that are remembered, by their references. */
  readonly refusals: Remembered
  /** Estimates of waits, for a fleet at a time. */
  readonly estimates: (fleet: Fleet, at: Instant) => Estimates
  /** Addresses that other doors answer. Default: none. */
  readonly mounts?: readonly Mount[]
  readonly presence: Presence
  readonly feed: Feed
  /** The Jenkinses of the site. Default: there are none. */
  readonly jenkins?: Jenkinses
  /** Where what happens is posted to. Default: nowhere. */
  readonly webhooks?: Webhooks
  /** What a decision chose from, recomputed from the log. */
  readonly candidates: CandidatesPort
  /** The kept output of a run, or null if there is none. */
  readonly runLog: (id: RunId) => Promise<string | null>
  /** What was collected from machines. Default: nothing is. */
  readonly artifacts?: Artifacts
  /** Sends a code to link by. Default: this Duffy sends no mail. */
  readonly sendCode?: SendCode | null
  /** Checks the chain of records and whether replaying them gives today's tables. */
  readonly verify: () => Promise<Verification>
  /** Reads the site's config again and applies it, or only says what that would change. Rejects as `ask` does. */
  readonly applySite: (options: { readonly dryRun: boolean; readonly by: Identity }) => Promise<Applied>
  readonly clock: () => number
  /** Where faults and refused callers are noted. Secrets never reach it. */
  readonly log: Log
}

/** The way in for commands, and for looking at what is durable. */
export interface Lane {
  /**
   * Resolves once the decision is durable. Rejects with an error named `Busy` (with `retryAfterMs`; nothing was done),
   * `Stopped` (Duffy is stopping; nothing was done), or anything else: a fault.
   */
  ask(asked: Omit<Asked, 'at'>): Promise<Reply>
  /** The look must not keep what it was shown. */
  read<T>(look: (fleet: Fleet, at: Instant) => T): Promise<T>
  /** Calls back after each commit with what changed; the result ends it. */
  onCommit(listener: (commit: { readonly changes: readonly Change[] }) => void): () => void
}

/** `repeat`: the command was decided before, and this is the answer that it got then. */
export type Reply = { readonly repeat?: true } & (
  | { readonly type: 'accepted'; readonly outcome: Outcome }
  | {
      readonly type: 'refused'
      readonly refusal: Refusal
      /** Where its reasons are to be had, and whether they say more than it does. */
      readonly why?: { readonly ref: RefusalRef; readonly more: boolean }
    }
)

/** Who is still there of those that wait. */
export interface Presence {
  /** Somebody of the tenant asked how these stand. */
  seen(requests: readonly RequestId[]): void
  /** The same for as long as somebody has the question open; the result ends it. */
  attend(request: RequestId): () => void
  /** The connection that asked for it closed before any answer: the request, or the lease it is being granted, is to end. */
  left(request: RequestId, tenant: TenantName): void
  /**
   * Nobody waits at this place until somebody asks for the same again. Resolves once that is so; if Duffy is too busy for it now, rejects
   * as `ask` does, and it comes to be as soon as it can.
   */
  leavePlace(request: RequestId): Promise<void>
}

/** What happened, in the order of the log. */
export interface Feed {
  /** The number of the last record. */
  head(): number
  /** What follows a place, of at most so many records; `upTo` is the last of them. */
  after(
    from: LogPosition,
    records: number,
  ): Promise<{ readonly tidings: readonly Tidings[]; readonly upTo: LogPosition }>
  /** The place that the id of an event names; null: it is none. */
  read(id: string): LogPosition | null
  /** Calls back when there may be more; the result ends it. */
  onNews(listener: () => void): () => void
}

/** Webhooks as far as their door has to know them. */
export interface Webhooks {
  /** What is wrong with an address, as a sentence; null: nothing that is known before it is posted to. */
  faultOf(url: string): string | null
  /** What is posted to it is signed with. */
  secretOf(webhook: WebhookId): string
}

/** Jenkinses whose builds may ask for machines. */
export interface Jenkinses {
  /** Where they are. */
  readonly urls: readonly string[]
  /** Whether a build is of one of them. */
  knows(build: BuildUrl): boolean
  /** Whose secret that is; null: nobody's. */
  bySecret(secret: string): KnownJenkins | null
  named(name: string): KnownJenkins | null
  /** Which Jenkins an agent would be of, by its name; or why there is none, with what to do about it. */
  agentsOf(build: BuildUrl | null, launch: Launch): { readonly name: string } | { readonly problem: string }
}

export interface KnownJenkins {
  readonly name: string
  readonly url: string
  /** Whether a build is of this one. */
  owns(build: BuildUrl): boolean
}

/** What is over, and so no longer in the fleet; undefined if there never was such a thing. Newest first where there are several. */
export interface History {
  records(after: number, limit: number): Promise<readonly AuditRecord[]>
  request(id: RequestId): Promise<MachineRequest | undefined>
  lease(id: LeaseId): Promise<Lease | undefined>
  run(id: RunId): Promise<PastRun | undefined>
  runsOf(
    of: { readonly machine: MachineName } | { readonly lease: LeaseId },
    limit: number,
  ): Promise<readonly PastRun[]>
}

/** What was collected of leases. Whoever asks sees to it that it is theirs. */
export interface Artifacts {
  of(lease: LeaseId): Promise<PastCollections>
  /** Null: there is none by that name any more. */
  named(id: string): Promise<{ readonly artifact: Artifact; readonly lease: LeaseId; read(): Promise<Readable> } | null>
}

/** What applying the site's config came to, or would come to. */
export type Applied = { readonly type: 'applied' | 'wouldApply'; readonly changes: readonly string[] } | RefusalAnswer

export type CandidatesPort = (decision: {
  readonly about: RequestId | LeaseId
  readonly position: number
}) => Promise<Candidates>

/** `tooFar`: it would take more records, or longer, than is allowed. */
export type Candidates =
  | { readonly type: 'found'; readonly position: number; readonly list: readonly Candidate[] }
  | { readonly type: 'tooFar'; readonly position: number; readonly limit: 'records' | 'ms'; readonly most: number }
