import { chanceFrom } from '#core'

/** Chance from a seed: the same seed, the same numbers. */
export const random = chanceFrom
