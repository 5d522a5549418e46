import { expect, test } from 'vitest'
import { bucket } from '../../../adapters/irc/bucket.ts'
import { defaultPace } from '../../../adapters/irc/options.ts'

/** When each line of these sizes goes, if all want to go at 0. */
function schedule(sizes: readonly number[], from = bucket(defaultPace)): number[] {
  let at = 0
  return sizes.map((bytes) => {
    at += from.waitMs(bytes, at)
    from.take(bytes, at)
    return at
  })
}

test('four short lines go at once, then one every 1.5 s', () => {
  expect(schedule(Array.from({ length: 7 }, () => 50))).toEqual([0, 0, 0, 0, 1500, 3000, 4500])
})

test('no more than 1200 bytes go within 4 s', () => {
  expect(schedule([500, 500, 500, 500, 500])).toEqual([0, 0, 4000, 4000, 8000])
})

test('silence fills the bucket again, to four lines and no further', () => {
  const flow = bucket(defaultPace)
  expect(schedule([50, 50, 50, 50], flow).at(-1)).toBe(0)
  const later = 1_000_000
  for (let line = 0; line < 4; line += 1) {
    expect(flow.waitMs(50, later)).toBe(0)
    flow.take(50, later)
  }
  expect(flow.waitMs(50, later)).toBe(1500)
})

test('asking how long to wait does not earn anything', () => {
  const flow = bucket(defaultPace)
  schedule([50, 50, 50, 50], flow)
  for (let asked = 0; asked < 100; asked += 1) flow.waitMs(50, 700)
  expect(flow.waitMs(50, 750)).toBe(750)
})

test('a line longer than the whole allowance still goes once the window is empty', () => {
  expect(schedule([2_000, 2_000])).toEqual([0, 4000])
})
