import type { Span } from './kinds.ts'

/** Six fields, seconds first, or five. */
export interface CronConfig {
  /** How often due things are looked for: warnings, ends, retries, checks, filling. Default: every second. */
  readonly sweep?: string
  /** When what retention no longer covers is removed. Default: 03:23 every night. */
  readonly prune?: string
}

export interface RetentionConfig {
  /** How long the answer to a command is kept for a repeat of it. Default: `24h`. */
  readonly answers?: Span
  /** How long the logs of runs are kept. Default: `30d`. */
  readonly runs?: Span
  /** How long artifacts are kept, from when they were collected. Default: `7d`. */
  readonly artifacts?: Span
}

/** Where what is collected from machines goes. `docs/artifacts.md` says how. */
export interface ArtifactsConfig {
  /** Default: `artifacts` in the data directory. */
  readonly folder?: string
  /** All tenants together; what there is no room for is left out, and said to be. Default: 10. */
  readonly mostGiB?: number
  /** One tenant. Default: 4. */
  readonly mostPerTenantGiB?: number
}
