import type {
  ApiKey,
  ApiKeyId,
  Asked,
  AuditRecord,
  Fleet,
  Instant,
  Lease,
  LeaseId,
  MachineName,
  MachineRequest,
  Outcome,
  Refusal,
  RequestId,
  Run,
  RunId,
  RunResult,
} from '#core'

/** What the HTTP door needs of the rest of Duffy. */
export interface Ports {
  /** Puts a command into the lane; rejects with a fault. The lane stamps it with the time. */
  readonly ask: (asked: Omit<Asked, 'at'>) => Promise<Reply>
  /** Looks at the fleet as of the last commit, other replicas' commits included. The look must not keep what it was shown. */
  readonly read: <T>(look: (fleet: Fleet) => T) => Promise<T>
  /** An API key as memory has it at once: maybe a moment behind another replica, so a miss is looked up again by `read`. */
  readonly apiKey: (id: ApiKeyId) => ApiKey | undefined
  /** Calls back after each commit, with the fleet as committed. Returns the way to stop it. */
  readonly onCommit: (listener: (fleet: Fleet) => void) => () => void
  /** Whether commands are being served. */
  readonly ready: () => boolean
  readonly store: History
  /** The kept output of a run from a byte on, or null if there is none. */
  readonly runLog: (id: RunId) => Promise<string | null>
  /** Checks the chain of records and whether replaying them gives today's tables. */
  readonly verify: () => Promise<Verification>
  /** Reads the site's config again and applies it, or only says what that would change. */
  readonly applySite: (options: { readonly dryRun: boolean }) => Promise<Applied>
  readonly clock: () => Instant
  readonly log: Log
}

/** What a command came to. `busy`: the queue is full; nothing was done. */
export type Reply =
  | { readonly type: 'accepted'; readonly outcome: Outcome }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'busy'; readonly retryAfterMs: number }

/** What is over, and so no longer in the fleet; undefined if there never was such a thing. */
export interface History {
  readonly lease: (id: LeaseId) => Promise<Lease | undefined>
  readonly request: (id: RequestId) => Promise<MachineRequest | undefined>
  readonly run: (id: RunId) => Promise<PastRun | undefined>
  /** Runs of a machine, the newest first, those still owed included. */
  readonly runsOf: (machine: MachineName, limit: number) => Promise<readonly PastRun[]>
  /** Runs of a lease, the newest first, those still owed included. */
  readonly runsOfLease: (lease: LeaseId, limit: number) => Promise<readonly PastRun[]>
  /** Records with a number above `after`, in order. */
  readonly records: (after: number, limit: number) => Promise<readonly AuditRecord[]>
}

export interface PastRun {
  readonly run: Run
  readonly ended: { readonly at: Instant; readonly result: RunResult } | null
}

export interface Verification {
  readonly ok: boolean
  readonly records: number
  /** Hash of the last record. */
  readonly head: string
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[]
}

export type Applied =
  | { readonly type: 'applied' | 'wouldApply'; readonly changes: readonly string[] }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'busy'; readonly retryAfterMs: number }

/** Where faults and refused callers are noted. Secrets never reach it. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  data?: Readonly<Record<string, unknown>>,
) => void
