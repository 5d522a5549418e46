import { quantile } from '#core'

/** From the least to the most, in hundredths; empty if there is nothing. */
export const quantilesOf = (sorted: readonly number[]): number[] =>
  sorted.length === 0 ? [] : Array.from({ length: 101 }, (_, hundredth) => quantile(sorted, hundredth / 100))
