import type { Instant } from './id.ts'
import { DAY, HOUR, MINUTE, SECOND, dayOf } from './time.ts'

/** `noTime`: a day without a time of day. `noSuchDate`: no calendar has it. */
export type InstantProblem = 'nonsense' | 'noTime' | 'noSuchDate' | 'past' | 'tooFar'

const LONGEST_TEXT = 40
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** A time of day in UTC, as its end says or not: a date alone may name another zone. */
const CLOCK = String.raw`(\d{1,2}):(\d\d)(?::(\d\d))?`
const DAYS = `today|tomorrow|(?:${WEEKDAYS.map((day) => `${day.slice(0, 3)}(?:${day.slice(3)})?`).join('|')})`
const BY_DAY = new RegExp(`^(?:(${DAYS})(?: at)? )?${CLOCK}(?: ?(?:z|utc))?$`)
const BY_DATE = new RegExp(
  String.raw`^(\d{4})-(\d\d)-(\d\d)(?:t| | at )${CLOCK}(?:\.\d{1,3})?(?: ?(z|utc|[+-]\d\d:?\d\d))?$`,
)
const DAY_ALONE = new RegExp(String.raw`^(?:${DAYS}|\d{4}-\d\d-\d\d)$`)

/**
 * An instant as people write it, in UTC: `18:00` (the next one), `today 18:00`, `tomorrow 09:10`, `saturday 02:00`,
 * `2026-11-28 02:00`, `2026-11-28T02:00Z`; with a date also in a zone, `2026-11-28T02:00+01:00`. It lies after `now`, and at most
 * `aheadMs` after; else what is wrong with it.
 */
export function readInstant(text: string, now: number, aheadMs: number): Instant | InstantProblem {
  const asked = text.trim().toLowerCase()
  if (asked.length > LONGEST_TEXT) return 'nonsense'
  if (DAY_ALONE.test(asked)) return 'noTime'
  const at = byDate(asked) ?? byDay(asked, now)
  if (typeof at === 'string') return at
  if (at <= now) return 'past'
  return at > now + aheadMs ? 'tooFar' : (at as Instant)
}

/** Whether a text is meant for an instant, whatever the time is: for telling where one ends among other words. */
export const isInstantShaped = (text: string): boolean => {
  const asked = text.trim().toLowerCase()
  return asked.length <= LONGEST_TEXT && (BY_DAY.test(asked) || BY_DATE.test(asked))
}

/** From when on, and after how long again. */
export interface Recurring {
  readonly from: Instant
  readonly everyMs: number
}

const EVERY_DAY = /^(?:day|daily)(?: at)? (.+)$/

/** A time that comes again: `02:00` or `day 02:00` every day, `sunday 02:00` every week; in UTC, so that it never shifts. The first lies after `now`. */
export function readRecurring(text: string, now: number): Recurring | InstantProblem {
  const asked = text.trim().toLowerCase()
  const time = EVERY_DAY.exec(asked)?.[1] ?? asked
  const [, day] = BY_DAY.exec(time) ?? []
  if (DAY_ALONE.test(time)) return 'noTime'
  if (!BY_DAY.test(time) || day === 'today' || day === 'tomorrow' || (day !== undefined && time !== asked))
    return 'nonsense'
  const everyMs = day === undefined ? DAY : 7 * DAY
  const from = readInstant(time, now, everyMs)
  return typeof from === 'number' ? { from, everyMs } : from
}

export const isRecurringShaped = (text: string): boolean => typeof readRecurring(text, 0) === 'object'

/** The most words that one instant is made of: `2026-11-28 at 02:00 UTC`. */
export const MOST_INSTANT_WORDS = 4

type Found = number | 'nonsense' | 'noSuchDate'

const byDate = (text: string): Found | null => {
  const [, year, month, date, hours, minutes, seconds, zone] = BY_DATE.exec(text) ?? []
  if (year === undefined) return null
  const time = timeOfDay(hours!, minutes!, seconds)
  const day = dayOf(Number(year), Number(month), Number(date))
  if (time === null || day === null) return 'noSuchDate'
  return day * DAY + time - offsetOf(zone)
}

/** Without a day it is today's if that is still to come, else tomorrow's; a weekday is the next, today included. */
const byDay = (text: string, now: number): Found => {
  const [, day, hours, minutes, seconds] = BY_DAY.exec(text) ?? []
  if (hours === undefined) return 'nonsense'
  const time = timeOfDay(hours, minutes!, seconds)
  if (time === null) return 'noSuchDate'
  const today = Math.floor(now / DAY)
  const first = today * DAY + time
  if (day === 'today') return first
  if (day === 'tomorrow') return first + DAY
  if (day === undefined) return first > now ? first : first + DAY
  const wanted = WEEKDAYS.findIndex((name) => name.startsWith(day.slice(0, 3)))
  // 1970 began on a Thursday.
  const ahead = (wanted - ((today + 3) % 7) + 7) % 7
  return first + ahead * DAY > now ? first + ahead * DAY : first + (ahead + 7) * DAY
}

const timeOfDay = (hours: string, minutes: string, seconds = '0'): number | null =>
  Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59
    ? null
    : Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND

const offsetOf = (zone = 'z'): number => {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE)
}
