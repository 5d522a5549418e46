import type { Instant } from '../id.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../time.ts'

/** An instant as people read it: `18:40 UTC`, and with its date where that is not today's: `09:10 UTC on 2026-11-24`. */
export const clock = (at: Instant, now: Instant): string => clockOf(isoTime(at), now)

/** The same, of an instant in ISO 8601 as views have it. */
export const clockOf = (iso: string, now: Instant): string => {
  const time = `${iso.slice(11, 16)} UTC`
  const date = iso.slice(0, 10)
  return date === isoTime(now).slice(0, 10) ? time : `${time} on ${date}`
}

/** A length of time in its two largest units: `4h`, `1h 30m`, `3d`, `45s`. */
export const span = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms / 1000)) * 1000
  const parts = [
    [Math.floor(whole / DAY), 'd'],
    [Math.floor(whole / HOUR) % 24, 'h'],
    [Math.floor(whole / MINUTE) % 60, 'm'],
    [Math.floor(whole / 1000) % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return '0s'
  return parts
    .slice(first, first + 2)
    .flatMap(([amount, unit]) => (amount > 0 ? [`${amount}${unit}`] : []))
    .join(' ')
}

/** A length of time in whole minutes as one word that can be typed back: `1h30m`. At least a minute. */
export const typedSpan = (ms: number): string => {
  const minutes = Math.max(1, Math.floor(ms / MINUTE))
  return span(minutes * MINUTE).replaceAll(' ', '')
}
