import type {
  Address,
  AuditRecord,
  Change,
  Fleet,
  Instant,
  Lease,
  LeaseId,
  MachineName,
  MachineRequest,
  Message,
  Notice,
  PastRun,
  Personal,
  RequestId,
  RunEnding,
  RunId,
  TenantName,
  WebhookId,
} from '#core'

/** Where the log stands: how many batches were committed, and the last record. */
export interface Head {
  readonly turn: number
  readonly seq: number
  readonly hash: string
  /** When the last record was made; 0 if there is none. */
  readonly at: Instant
}

/** A record with the columns that it is found by. */
export interface NewRecord extends AuditRecord {
  readonly at: Instant
  readonly by: string
  readonly door: string
  /** The caller's id of the command. */
  readonly key: string | null
}

/** The store is no longer where it was: somebody removed or replaced it, and another Duffy may be at work on what is there now. */
export class Lost extends Error {
  override readonly name = 'Lost'
}

/** What a command was answered, for its repeats. */
export interface StoredAnswer {
  /** A digest of principal, door and id. */
  readonly key: string
  /** A digest of the command: the same key with another command is no repeat. */
  readonly command: string
  readonly answer: string
  readonly at: Instant
}

/** All that one batch of commands came to. */
export interface Batch {
  readonly at: Instant
  readonly records: readonly NewRecord[]
  readonly changes: readonly Change[]
  /** Of the runs that left the fleet in this batch. */
  readonly runEnds: ReadonlyMap<RunId, RunEnding>
  readonly answers: readonly StoredAnswer[]
  readonly notices: readonly Notice[]
}

/** A transaction that writes. Its first statement is to be `turn`; it is committed if `write` was called, else rolled back. */
export interface Turn {
  /** Takes the turn, which others who write then wait for: one more than that of the last commit. */
  turn(): Promise<number>
  recordsAfter(seq: number): Promise<readonly AuditRecord[]>
  /** What is not in the log, as far as it was written after that turn; an erased text is null. */
  personalAfter(turn: number): Promise<readonly { readonly ref: string; readonly text: string | null }[]>
  answers(keys: readonly string[]): Promise<readonly StoredAnswer[]>
  write(batch: Batch): Promise<void>
}

/** The process group that performs a run, as its host knows it. `startTicks` tells it from a later one of the same number. */
export interface ProcessGroup {
  readonly host: string
  readonly bootId: string
  /** Null from the claim until the process has been started. */
  readonly pgid: number | null
  readonly startTicks: number | null
}

export interface Claim extends ProcessGroup {
  readonly run: RunId
  readonly claimedAt: Instant
}

export interface DueNotice {
  readonly id: number
  readonly to: Address
  readonly message: Message
  readonly at: Instant
  /** Deliveries that failed. */
  readonly attempts: number
}

/** The lane's side: the state, and the one way to change it. */
export interface Ledger {
  /** Today's state and where the log stands. */
  load(): Promise<{ readonly fleet: Fleet; readonly head: Head }>
  transaction<T>(work: (turn: Turn) => Promise<T>): Promise<T>
}

/** What has been: rows of things that may have left the fleet. Newest first where there are several. */
export interface History {
  /** Records in order, from the one after `after`. */
  records(after: number, limit: number): Promise<readonly AuditRecord[]>
  request(id: RequestId): Promise<MachineRequest | undefined>
  lease(id: LeaseId): Promise<Lease | undefined>
  run(id: RunId): Promise<PastRun | undefined>
  runsOf(
    of: { readonly machine: MachineName } | { readonly lease: LeaseId },
    limit: number,
  ): Promise<readonly PastRun[]>
  /** `before`: the number of the last lease of the page before. */
  leasesOf(
    tenant: TenantName,
    page: { readonly ended: boolean; readonly before?: number; readonly limit: number },
  ): Promise<readonly Lease[]>
  /** All texts that can identify a person, for a replay. */
  personal(): Promise<readonly Personal[]>
  /** Reads the whole log. */
  verifyChain(): Promise<ChainReport>
}

export type ChainReport =
  | { readonly ok: true; readonly records: number; readonly hash: string }
  /** The first record that does not follow from the one before it, or is missing. */
  | { readonly ok: false; readonly brokenAt: number }

/** Which process performs which run. Outside the log: survives a killed Duffy, not a power cut, and need not. */
export interface Claims {
  claims(): Promise<readonly Claim[]>
  /** Says who performs a run, or now knows more of it. False: another host does. */
  claim(run: RunId, group: ProcessGroup, at: Instant): Promise<boolean>
  release(run: RunId): Promise<void>
}

/** Notices on their way: delivered at least once, since a mark that a power cut loses is no delivery lost. */
export interface Outbox {
  /** Oldest first: those for whom one is due, with all that they are to be told before it. `except`: recipients passed over. */
  dueNotices(at: Instant, limit: number, except?: readonly string[]): Promise<readonly DueNotice[]>
  noticeSent(id: number, at: Instant): Promise<void>
  /** `nextAt` null: it is given up; else whatever is for the same person waits until then as well. */
  noticeFailed(id: number, failure: string, at: Instant, nextAt: Instant | null): Promise<void>
}

/** A message in a chat that shows a lease, to be found again when the lease changes. `shown`: a digest of what it shows. */
export interface Card {
  readonly lease: LeaseId
  readonly channel: string
  readonly ts: string
  readonly shown: string
}

/** Which message shows which lease. Outside the log: one that a power cut loses is shown anew. */
export interface Cards {
  cards(): Promise<readonly Card[]>
  putCard(card: Card): Promise<void>
  removeCard(lease: LeaseId): Promise<void>
}

/** How far each webhook has been told. Outside the log: what a power cut loses is told twice. */
export interface Tellings {
  tellings(): Promise<readonly Telling[]>
  putTelling(telling: Telling): Promise<void>
  removeTelling(webhook: WebhookId): Promise<void>
}

export interface Telling {
  readonly webhook: WebhookId
  /** `index` is infinite where all of a record was told. */
  readonly upTo: { readonly seq: number; readonly index: number }
  readonly failures: number
  readonly nextAt: Instant
}

export interface Store extends Ledger, History, Claims, Outbox, Cards, Tellings, AsyncDisposable {
  readonly name: string
  /** Forgets answers and delivered notices from before, some thousands at a time; how many it forgot. */
  prune(before: Instant): Promise<number>
  close(): Promise<void>
}
