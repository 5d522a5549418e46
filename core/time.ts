import type { Instant } from './id.ts'

/** In milliseconds, as all lengths of time are. */
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** An instant as ISO 8601 in UTC with milliseconds: `2026-11-23T20:10:29.000Z`. Years 0 to 9999. */
export function isoTime(instant: Instant): string {
  const day = Math.floor(instant / DAY)
  const { year, month, date } = civil(day)
  const rest = instant - day * DAY
  const hours = Math.floor(rest / HOUR)
  const minutes = Math.floor(rest / MINUTE) % 60
  const seconds = Math.floor(rest / SECOND) % 60
  return `${pad(year, 4)}-${pad(month)}-${pad(date)}T${pad(hours)}:${pad(minutes)}:${pad(seconds)}.${pad(rest % 1000, 3)}Z`
}

/** Days from 1970-01-01 to a date of the Gregorian calendar, the years 0 to 9999; null if there is no such date. */
export const dayOf = (year: number, month: number, date: number): number | null => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1
  const day = era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  const back = civil(day)
  return back.year === year && back.month === month && back.date === date ? day : null
}

const pad = (n: number, width = 2): string => String(n).padStart(width, '0')

/** Days since 1970 → Gregorian date. Eras of 400 years starting in March (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
const civil = (days: number): { year: number; month: number; date: number } => {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const ofEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const date = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date }
}
