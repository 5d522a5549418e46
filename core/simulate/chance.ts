/** Chance that is no chance: the same seed gives the same numbers, on every machine. */
export interface Chance {
  /** From 0 up to 1, without 1. */
  next(): number
  /** A whole number from 0 up to n, without n. */
  below(n: number): number
  chance(p: number): boolean
  pick<T>(items: readonly T[]): T
  /** Another stream, which goes its own way whatever is drawn from this one afterwards. */
  fork(): Chance
}

/** The generator mulberry32: 32 bits of state, good enough for waiting lines and far from good enough for secrets. */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  const bits = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const next = (): number => bits() / 2 ** 32
  const below = (n: number): number => Math.floor(next() * n)
  return {
    next,
    below,
    chance: (p) => next() < p,
    pick: (items) => items[below(items.length)]!,
    fork: () => chanceFrom(bits()),
  }
}

/** Time until the next of things that come by themselves, `mean` apart on average. */
export const exponential = (chance: Chance, mean: number): number => -Math.log(1 - chance.next()) * mean

/** Around a median, as durations of work are: `spread` times longer or shorter for about two thirds of them; 1 is no spread. */
export const around = (chance: Chance, median: number, spread: number): number =>
  spread === 1 ? median : median * spread ** normal(chance)

/** By the method of Box and Muller. */
const normal = (chance: Chance): number =>
  Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next())
