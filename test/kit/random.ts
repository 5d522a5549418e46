/** Chance from a seed: the same seed, the same numbers (mulberry32). */
export const random = (
  seed: number,
): { next(): number; below(n: number): number; chance(p: number): boolean; pick<T>(items: readonly T[]): T } => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return { next, below, chance: (p) => next() < p, pick: (items) => items[below(items.length)]! }
}
