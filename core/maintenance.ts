import type { Instant } from './id.ts'

/** A stretch of time in which a machine is its operators' alone. A machine has one at most, ahead or begun. */
export interface MaintenanceWindow {
  /** It begins then, or when the lease or run that the machine is in by then is over. */
  readonly from: Instant
  /** Null: until an operator ends it. */
  readonly until: Instant | null
  readonly reason: string
  /** When it was set: leases of before keep their end, whatever that is. */
  readonly setAt: Instant
  /** What comes after it, again and again; not given: nothing does. */
  readonly again?: Recurrence
  /** It is one of those itself. */
  readonly recurs?: true
}

/** A window that comes every day or every week at the same time in UTC, all year round. */
export interface Recurrence {
  /** One of its beginnings; the others are whole numbers of `everyMs` away. */
  readonly from: Instant
  readonly everyMs: number
  readonly forMs: number
  readonly reason: string
}

/** The first beginning at or after an instant. */
export const nextBeginning = ({ from, everyMs }: Recurrence, at: number): Instant =>
  (from + Math.max(0, Math.ceil((at - from) / everyMs)) * everyMs) as Instant

/**
 * What a machine was when it went into maintenance, and so how it comes back: `clean` by way of a check, `used` made clean first,
 * `faulty` as one in quarantine that is tried again; `off` stays off.
 */
export type Before = 'clean' | 'used' | 'faulty' | 'off'
