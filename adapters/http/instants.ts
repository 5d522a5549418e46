import { isoTime, type Instant } from '#core'

/** What an instant is called, wherever it stands. */
const NAMED = /^(?:at|since|until|from|again|cutTo)$|(?:At|Since|Until|From)$/

/** The same with every instant as all others are told: ISO 8601, in UTC. Core counts in milliseconds. */
export const withInstants = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withInstants)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      typeof one === 'number' && NAMED.test(name) ? isoTime(one as Instant) : withInstants(one),
    ]),
  )
}
