import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differences, nearer, platformDistance, type Platform } from '#core'
import { platformOf } from '../../kit/site.ts'

const HOME = platformOf('home', { vendor: 'intel', model: 'R640', memoryGiB: 32 })
const other = (over: object): Platform => ({ ...HOME, name: 'other' as Platform['name'], ...over })

const platform: fc.Arbitrary<Platform> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    arch: fc.constantFrom('x86_64', 'aarch64'),
    vendor: fc.constantFrom('intel', 'amd'),
    model: fc.constantFrom('R640', 'R650', null),
    memoryGiB: fc.constantFrom(8, 16, 24, 32, 128, null),
  })
  .map(({ name, ...traits }) => platformOf(name, traits))

describe('the distance from a home', () => {
  test.each([
    ['nothing, to one that is alike', {}, 0],
    ['infinite, to another vendor', { vendor: 'amd' }, Infinity],
    ['infinite, to another architecture', { arch: 'aarch64' }, Infinity],
    ['1, to another model', { model: 'R650' }, 1],
    ['1, to a model that is not known', { model: null }, 1],
    ['1, to twice the memory', { memoryGiB: 64 }, 1],
    ['2, to three times the memory', { memoryGiB: 96 }, 2],
    ['2, to half the memory', { memoryGiB: 16 }, 2],
    ['1, to memory that is not known', { memoryGiB: null }, 1],
    ['the sum, where both differ', { model: 'R650', memoryGiB: 16 }, 3],
  ])('is %s', (_, over, distance) => {
    expect(platformDistance(HOME, other(over))).toBe(distance)
  })

  test('is infinite between hard classes, and finite and not negative within one', () => {
    fc.assert(
      fc.property(platform, platform, (a, b) => {
        const isOneClass = a.arch === b.arch && a.vendor === b.vendor
        const distance = platformDistance(a, b)
        expect(Number.isFinite(distance)).toBe(isOneClass)
        expect(distance).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('is nothing exactly where nothing differs', () => {
    fc.assert(
      fc.property(platform, platform, (a, b) => {
        expect(platformDistance(a, b) === 0).toBe(differences(a, b).length === 0)
      }),
    )
  })

  test('puts a platform of the same class before any other, and one of the same architecture before the rest', () => {
    const near = other({ model: 'R650', memoryGiB: 1 })
    const amd = other({ vendor: 'amd' })
    const arm = other({ arch: 'aarch64', vendor: 'ampere' })
    expect([arm, amd, near].toSorted(nearer(HOME))).toEqual([near, amd, arm])
  })

  test('orders those of one class as the distances do', () => {
    fc.assert(
      fc.property(platform, fc.array(platform, { maxLength: 8 }), (home, others) => {
        const distances = others.toSorted(nearer(home)).map((one) => platformDistance(home, one))
        expect(distances).toEqual(distances.toSorted((a, b) => (a === b ? 0 : a - b)))
      }),
    )
  })
})
