import type { Asked, Fleet, Instant, RunId, RunOrder, RunResult } from '#core'
import type { Log } from '../log.ts'

/** Enough to find a playbook's processes again and kill no others. */
export interface ProcessGroup {
  readonly host: string
  readonly bootId: string
  readonly pgid: number
  readonly startTicks: string
}

/** A run that a worker took up: written before the playbook starts, gone once its result is in the log. */
export interface Claim {
  readonly run: RunId
  readonly group: ProcessGroup
}

export interface Performance {
  /** Called with the process group before anything in it acts; the playbook starts when this has resolved. */
  readonly onGroup: (group: ProcessGroup) => Promise<void>
  readonly signal: AbortSignal
}

/** Carries out runs. Resolves for whatever a playbook does; rejects with `HostFault`, or when the performer itself is at fault. */
export interface Performer {
  perform(order: RunOrder, performance: Performance): Promise<RunResult>
  /** `elsewhere`: not this host, or not this boot of it. */
  killOrphan(group: ProcessGroup): Promise<'gone' | 'killed' | 'elsewhere'>
}

export interface WorkerPorts {
  ask(asked: Omit<Asked, 'at'>): Promise<unknown>
  read<T>(question: (fleet: Fleet, at: Instant) => T): Promise<T>
  onCommit(listener: () => void): () => void
  readonly claims: {
    all(): Promise<readonly Claim[]>
    put(claim: Claim): Promise<void>
    remove(run: RunId): Promise<void>
  }
  readonly performer: Performer
  readonly log: Log
}

export interface WorkerOptions {
  /** Playbooks at once. */
  readonly concurrency: number
  /** Places beside those, for letting people in: a user never waits behind recycling. */
  readonly reservedForGrants: number
  /** How often to look for runs that have become due, besides after every commit. */
  readonly lookEveryMs: number
  /** How long to leave off after a run that this host could not carry out. */
  readonly hostFaultPauseMs: number
}
