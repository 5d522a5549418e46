import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaseId, unspell } from '#core'

describe('an id', () => {
  test('stands for its number, and for no other', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 29 ** 8 }), (n) => unspell(leaseId(n)) === n))
    expect(new Set(Array.from({ length: 30_000 }, (_, index) => leaseId(index + 1))).size).toBe(30_000)
  })

  test('is short, has no look-alikes, and does not look like its neighbour', () => {
    expect(leaseId(1)).toMatch(/^L[2-9A-HJ-NP-TW-Z]{3}$/)
    const [first, second] = [leaseId(1), leaseId(2)]
    const same = first.split('').filter((symbol, index) => symbol === second[index])
    expect(same.length).toBeLessThan(3)
  })

  test.each(['', 'L', 'L2', 'L0O1', 'L222222222', 'L7q2', 'L-22', 'L{{}}'])('%s stands for nothing', (text) => {
    expect(unspell(text)).toBeNull()
  })
})
