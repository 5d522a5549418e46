import type { Agent } from './agent.ts'
import type { Collection } from './collect.ts'
import type { Access } from './machine.ts'
import type { Instant, LeaseId, MachineName, PlatformName, RunId } from './id.ts'

/** Everything Duffy ever does to a machine. Each is one playbook per driver. */
export const STEPS = [
  'provision',
  'check',
  'grant',
  'revoke',
  'collect',
  'recycle',
  'rebuild',
  'shutdown',
  'burnin',
] as const
export type Step = (typeof STEPS)[number]

/** What a playbook is told about its machine; `variables` come from the site's config, `data` from the run before. */
export interface RunMachine {
  readonly name: MachineName
  readonly driver: string
  readonly variables: JsonObject
  readonly data: JsonObject
  /** Where it answers, as far as a run has said. */
  readonly access?: Access
}

/** What a playbook is told about the lease that it serves. Keys are canonical OpenSSH lines: type and blob, no options. */
export interface RunLease {
  readonly id: LeaseId
  readonly tenant: string
  readonly keys: readonly string[]
  /** An agent of a Jenkins that it wants on the machine; null: none. */
  readonly agent: Agent | null
}

/** One Ansible execution of a step on a machine, complete: its performer has nothing left to choose. */
export interface RunOrder {
  readonly run: RunId
  readonly step: Step
  readonly attempt: number
  /** The machine's fence when the run was owed; a result with an older fence changes nothing. */
  readonly fence: number
  readonly deadlineMs: number
  readonly machine: RunMachine
  readonly lease: RunLease | null
  /** What to collect, and how much of it at most; of the step `collect` alone. */
  readonly collect?: CollectOrder
  /** What the playbook is told of the agent that it is to start: put in by whoever has it performed, and in no record. */
  readonly agent?: JsonObject
}

/** A collection as whoever performs it is to be told. */
export interface CollectOrder {
  readonly lease: LeaseId
  readonly tenant: string
  readonly paths: readonly string[]
  readonly mostFiles: number
  readonly mostBytes: number
  /** The folder that they are to be put in; said by whoever keeps them. */
  readonly into?: string
}

/** How a machine is reached and what it turned out to be, as its playbook reported (`set_fact: duffy_out`). */
export interface RunReport {
  readonly address?: string
  readonly port?: number
  readonly user?: string
  readonly hostKeys?: readonly string[]
  readonly facts?: JsonObject
  readonly power?: 'on' | 'off'
  readonly wipe?: { readonly method: string; readonly ok: boolean }
  /** Opaque to Duffy, given back to the machine's next run. */
  readonly data?: JsonObject
  /** What is kept of a collection: Duffy's own count, never the playbook's. */
  readonly collected?: { readonly files: number; readonly bytes: number; readonly leftOut: number }
}

/**
 * How a run ended. `failed`: a task failed; `unreachable`: the machine did not answer; `deadline`: killed for taking too long;
 * `stopped`: killed because it was superseded or Duffy stopped, its outcome unknown; `broken`: the playbook broke the
 * contract (no `duffy_out`, or ansible itself failed).
 */
export type RunResult =
  | { readonly outcome: 'ok'; readonly report: RunReport }
  | { readonly outcome: 'failed' | 'unreachable' | 'deadline' | 'stopped' | 'broken'; readonly message: string }

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** What a machine was put in quarantine for: the last of its failures in a row. */
export interface StepFailure {
  readonly type: 'inARow'
  readonly step: Step
  readonly inARow: number
  readonly message: string
}

/** What a machine was put in quarantine for: it failed more often than its platform does. */
export interface OutcomeFigures {
  readonly type: 'outcomes'
  readonly failed: number
  readonly outcomes: number
  readonly platform: PlatformName
  /** The share that fails of all that its platform does. */
  readonly usual: number
  /** What failed last; empty: nobody said. */
  readonly message: string
}

/** A run that is owed: written with the decision that wants it, performed afterwards, gone from the fleet when it has ended. */
export interface Run {
  readonly id: RunId
  readonly number: number
  readonly step: Step
  readonly machine: MachineName
  readonly lease: LeaseId | null
  readonly fence: number
  /** From 1; a failed run is owed again under a new id with the next attempt. */
  readonly attempt: number
  readonly owedAt: Instant
  /** Not to be started before. */
  readonly dueAt: Instant
  /** Of the step `collect` alone. */
  readonly collect?: Collection
}

/** How a run ended; `dropped`: nobody waited for it any more. */
export interface RunEnding {
  readonly at: Instant
  readonly outcome: RunResult['outcome'] | 'dropped'
  readonly message: string
}

/** A run that may have left the fleet. */
export interface PastRun {
  readonly run: Run
  /** Null while it is owed. */
  readonly ended: RunEnding | null
}
