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
const LENGTH = /^(?:\d{1,9}(?:ms|[wdhms]))+$/
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/

/** `+6h`, `-20m25s`, or a date and time, of UTC unless it names an offset. Null: neither. */
export function readExpiry(text: string): Expiry | null {
  const [, sign, length] = /^([+-])(.+)$/.exec(text) ?? []
  const ms = length === undefined ? null : readSpan(length)
  if (ms !== null) return { byMs: sign === '-' ? -ms : ms }
  const [found, offset] = INSTANT.exec(text) ?? []
  if (found === undefined) return null
  const at = Date.parse(offset === undefined ? `${found.replace(' ', 'T')}Z` : found.replace(' ', 'T'))
  return Number.isNaN(at) || !isDay(found.slice(0, 10)) ? null : { at }
}

/** Whether there is such a day: of a 30th of February a `Date` makes the 2nd of March. */
const isDay = (day: string): boolean => new Date(day).toISOString().startsWith(day)

/** `1w2d3h4m5s6ms`, in milliseconds; null if it is none. */
export function readSpan(text: string): number | null {
  if (!LENGTH.test(text)) return null
  const lengths = [...text.matchAll(/(\d+)(ms|[wdhms])/g)].map(([, count, unit]) => Number(count) * UNITS[unit!]!)
  return lengths.reduce((total, length) => total + length, 0)
}
