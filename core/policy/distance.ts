import type { Platform } from '../pool.ts'
import type { Difference } from '../request.ts'

/** Programs built and tuned for one architecture and maker of processor may not run, or not the same, on another. */
const sameClass = (a: Platform, b: Platform): boolean => a.arch === b.arch && a.vendor === b.vendor

/**
 * How far another platform is from a home: 0 if they are alike, infinite between hard classes (architecture and vendor),
 * else a small score. Another model counts 1. Memory counts by how many times as much there is: twice as much 1, three times
 * 2; a shortfall counts double (half 2, a third 4), for what ran at home may not fit there. What the config does not say
 * of one of them counts as another model, or as twice the memory. Without logarithms, so that it is the same everywhere.
 */
export const platformDistance = (home: Platform, other: Platform): number =>
  sameClass(home, other) ? traitDistance(home, other) : Infinity

/** For `toSorted`: same class first, then same architecture, then by softer traits. A tie is for the caller to settle. */
export const nearer =
  (home: Platform) =>
  (a: Platform, b: Platform): number =>
    Number(sameClass(home, b)) - Number(sameClass(home, a)) ||
    Number(home.arch === b.arch) - Number(home.arch === a.arch) ||
    traitDistance(home, a) - traitDistance(home, b)

/** What a person is told of a platform that is not their home: every trait in which it differs, hardest first. */
export const differences = (home: Platform, other: Platform): Difference[] =>
  (['arch', 'vendor', 'model', 'memoryGiB'] as const)
    .filter((trait) => home[trait] !== other[trait])
    .map((trait) => ({ trait, home: home[trait], here: other[trait] }))

const OTHER_MODEL = 1
const UNKNOWN_MEMORY = 1
const SHORTFALL = 2

const traitDistance = (home: Platform, other: Platform): number =>
  (home.model === other.model ? 0 : OTHER_MODEL) + memoryDistance(home.memoryGiB, other.memoryGiB)

const memoryDistance = (home: number | null, other: number | null): number => {
  if (home === other) return 0
  if (home === null || other === null) return UNKNOWN_MEMORY
  return other > home ? other / home - 1 : SHORTFALL * (home / other - 1)
}
