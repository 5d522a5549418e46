import type { Instant } from '../id.ts'
import type { Lease } from '../lease.ts'
import { MINUTE } from '../time.ts'

/** When time next changes something about a lease: its next warning, its end, or the end of patience with its preparation. */
export const dueAt = (warnMinutes: readonly number[], lease: Lease): Instant => {
  switch (lease.state.status) {
    case 'preparing':
      return lease.state.giveUpAt
    case 'active': {
      const minutes = nextWarning(warnMinutes, lease)
      const next = minutes === null ? lease.state.until + lease.graceMs : lease.state.until - minutes * MINUTE
      return Math.min(next, lease.remindAt ?? Infinity) as Instant
    }
    case 'ended':
      return lease.state.at
  }
}

/** When its machines are taken back if it is neither extended nor given back early: at the earliest, if its time has yet to begin. */
export const plannedEnd = ({ state, grantedAt, durationMs, graceMs }: Lease): Instant => {
  switch (state.status) {
    case 'preparing':
      return (grantedAt + durationMs + graceMs) as Instant
    case 'active':
      return (state.until + graceMs) as Instant
    case 'ended':
      return state.at
  }
}

/** The same at the latest: the time of one that has yet to begin counts from when its holder can log in, if that comes to anything. */
export const latestEnd = (lease: Lease): Instant => {
  const { state, durationMs, graceMs } = lease
  return state.status === 'preparing' ? ((state.giveUpAt + durationMs + graceMs) as Instant) : plannedEnd(lease)
}

/** The next warning that is still to be given for the present end, in minutes before it; null: none. */
export const nextWarning = (warnMinutes: readonly number[], lease: Lease): number | null => {
  const minutes = owed(warnMinutes, lease)
  return minutes.length === 0 ? null : Math.max(...minutes)
}

/** Of the warnings whose time has come, the last; several may have, if Duffy was away. Null: none has. */
export const dueWarning = (warnMinutes: readonly number[], lease: Lease, at: Instant): number | null => {
  const { state } = lease
  if (state.status !== 'active') return null
  const due = owed(warnMinutes, lease).filter((minutes) => state.until - minutes * MINUTE <= at)
  return due.length === 0 ? null : Math.min(...due)
}

/** The warning after which none comes, in minutes before the end; null: the lease is too short for any. */
export const lastWarning = (warnMinutes: readonly number[], lease: Lease): number | null => {
  const minutes = owed(warnMinutes, { ...lease, warned: null })
  return minutes.length === 0 ? null : Math.min(...minutes)
}

/** A last warning is on time while so much of what it leaves, or half of it, is still to come. */
const LATE_MS = MINUTE

/**
 * The end that a lease is to have whose last warning is given only now: its own, or, if that is nearer than the warning says, so long
 * from now. No lease ends whose last warning could not be given in time.
 */
export const endAfterWarning = (minutes: number, until: Instant, at: Instant): Instant => {
  const leadMs = minutes * MINUTE
  return until - at < leadMs - Math.min(LATE_MS, leadMs / 2) ? ((at + leadMs) as Instant) : until
}

/** Warnings not given yet. A warning needs a lease twice as long. */
const owed = (warnMinutes: readonly number[], { warned, state }: Lease): number[] => {
  if (state.status !== 'active') return []
  const lasts = state.until - state.since
  return warnMinutes.filter((minutes) => (warned === null || minutes < warned) && lasts >= 2 * minutes * MINUTE)
}
