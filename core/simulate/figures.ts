import type { TenantName } from '../id.ts'
import type { MachineType } from '../machine.ts'
import type { RefusalType } from '../refusal.ts'

/** What a simulated stretch of time came to. */
export interface Figures {
  /** Requests made or refused. Each is in exactly one of the next seven. */
  readonly asked: number
  /** Those whose owner could log in. */
  readonly served: number
  /** In line, or being prepared, at the end. */
  readonly waiting: number
  readonly preparing: number
  readonly cancelled: number
  /** They became impossible while they waited. */
  readonly unsatisfiable: number
  /** Granted, and ended before their owner could log in. */
  readonly unprepared: number
  readonly refused: Readonly<Partial<Record<RefusalType, number>>>
  /** From asking to being able to log in, of those served. */
  readonly wait: Waits
  readonly waitByType: Readonly<Partial<Record<MachineType, Waits>>>
  readonly waitByTenant: ReadonlyMap<TenantName, Waits>
  /** The waits themselves, in order of length. */
  readonly waits: readonly number[]
  /** Of the time of all machines in service, the share in which they were leased. */
  readonly utilisation: number
  /** Hours in which machines were on, and in which they were leased. */
  readonly machineHours: number
  readonly leasedHours: number
  readonly wear: readonly WearFigures[]
  readonly hours: readonly HourFigures[]
  readonly failedRuns: number
  readonly commands: number
  readonly events: number
}

/** In milliseconds; all 0 if there were none. */
export interface Waits {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly most: number
}

/** Leases that the machines of a platform got: the fewest and the most, and their difference. */
export interface WearFigures {
  readonly platform: string
  readonly machines: number
  readonly least: number
  readonly most: number
  readonly spread: number
}

/** Averages over one hour; the last may be shorter. */
export interface HourFigures {
  readonly leased: number
  readonly on: number
  readonly inService: number
  readonly waiting: number
}

/** How long requests waited, of any number of them. */
export const waitsOf = (lengths: readonly number[]): Waits => {
  if (lengths.length === 0) return { count: 0, mean: 0, p50: 0, p95: 0, most: 0 }
  const sorted = lengths.toSorted((a, b) => a - b)
  const mean = sorted.reduce((sum, wait) => sum + wait, 0) / sorted.length
  return { count: sorted.length, mean, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), most: sorted.at(-1)! }
}

/** The least value that at least this share of all is no greater than. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
