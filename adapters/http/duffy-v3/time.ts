/** An instant as Duffy v3 writes it: with an offset, and no `Z`. */
export const stamp = (at: number): string => new Date(at).toISOString().replace('Z', '+00:00')

export const seconds = (ms: number): number => ms / 1000

/** What a `PUT` says of a session's end: added to the present end, or an instant. */
export type Expiry = { readonly byMs: number } | { readonly at: number }

const UNITS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}
const LENGTH = /^(?:\s*\d{1,9}(?:ms|[wdhms]))+$/
const INSTANT =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3})\d{0,9})?)?(?:(Z)|([+-]\d\d)(?::?(\d\d))?)?$/
/** Seconds since 1970 would be far in the future; it is milliseconds. */
const MS_FROM = 2e10

/** `+6h`, `-20m25s`, or a date and time, of UTC unless it names an offset, or since 1970. Null: neither. */
export function readExpiry(value: number | string): Expiry | null {
  if (typeof value === 'number') return { at: since1970(value) }
  if (/^\d{1,20}(?:\.\d+)?$/.test(value)) return { at: since1970(Number(value)) }
  const [, sign, length] = /^\s*([+-])(.+)$/.exec(value) ?? []
  const ms = length === undefined ? null : readSpan(length)
  if (ms !== null) return { byMs: sign === '-' ? -ms : ms }
  const at = readInstant(value)
  return at === null ? null : { at }
}

const since1970 = (value: number): number => Math.round(value > MS_FROM ? value : value * 1000)

const readInstant = (text: string): number | null => {
  const [found, year, month, day, hour, minute, second = '0', fraction = '', , hours = '+00', minutes = '00'] =
    INSTANT.exec(text) ?? []
  if (found === undefined) return null
  const date = `${year}-${two(month!)}-${two(day!)}`
  const time = `${two(hour!)}:${two(minute!)}:${two(second)}.${fraction.padEnd(3, '0')}`
  const at = Date.parse(`${date}T${time}${hours}:${minutes}`)
  return Number.isNaN(at) || !isDay(date) ? null : at
}

const two = (digits: string): string => digits.padStart(2, '0')

/** Whether there is such a day: of a 30th of February a `Date` makes the 2nd of March. */
const isDay = (day: string): boolean => new Date(day).toISOString().startsWith(day)

/** `6h`, with a plus or without, or seconds in digits, in milliseconds; null if it is none. */
export function readLifetime(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) * 1000 : readSpan(text.replace(/^\s*\+/, ''))
}

/** `1w2d3h4m5s6ms`, in milliseconds; null if it is none. */
function readSpan(text: string): number | null {
  const small = text.trimEnd().toLowerCase()
  if (!LENGTH.test(small)) return null
  const lengths = [...small.matchAll(/(\d+)(ms|[wdhms])/g)].map(([, count, unit]) => Number(count) * UNITS[unit!]!)
  return lengths.reduce((total, length) => total + length, 0)
}
