import { clock, span, type Instant } from '#core'
import { expect, test } from 'vitest'

const at = (iso: string): Instant => Date.parse(iso) as Instant

test.each([
  ['2026-11-23T18:40:29Z', '2026-11-23T00:00:00Z', '18:40 UTC'],
  ['2026-11-24T00:00:00Z', '2026-11-23T23:59:59Z', '00:00 UTC on 2026-11-24'],
  ['2028-02-29T12:00:00Z', '2026-11-23T00:00:00Z', '12:00 UTC on 2028-02-29'],
])('%s, seen at %s, is %s', (then, now, said) => {
  expect(clock(at(then), at(now))).toBe(said)
})

test.each([
  [14_400_000, '4h'],
  [5_400_000, '1h 30m'],
  [90_000, '1m 30s'],
  [259_200_000, '3d'],
  [263_000_000, '3d 1h'],
  [86_460_000, '1d'],
  [45_000, '45s'],
  [59_999, '1m'],
  [0, '0s'],
  [-5, '0s'],
])('%d ms is %s', (ms, said) => {
  expect(span(ms)).toBe(said)
})
