import type { Call } from '../call.ts'
import type { Exit } from '../world.ts'

/** A subcommand that is no verb: it concerns the site, its record, or this machine. */
export interface Command {
  readonly name: string
  readonly usage: string
  readonly summary: string
  /** What `--help` says beyond that: options, and what they take. */
  readonly more?: string
  readonly run: (call: Call) => Promise<Exit>
  /** After which operands the rest of the words is not for Duffy to read. */
  readonly whole?: (operands: readonly string[]) => boolean
}
