import { chanceFrom } from '#core'

/** Chance from a seed: the same seed, the same numbers. */
export const random = chanceFrom

/** Where whatever these tests leave to chance begins: `DUFFY_TEST_SEED`, a whole number, else another one each time. */
export const testSeed = Number(process.env['DUFFY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
