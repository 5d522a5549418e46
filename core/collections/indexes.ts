import type { Index } from './table.ts'
import { Ranking } from './ranking.ts'

/** Rows in rankings by group; a row whose group is null stands in none. */
export class Grouped<T> implements Index<T> {
  readonly #groups = new Map<string, Ranking<T>>()
  readonly #group: (row: T) => string | null
  readonly #compare: (a: T, b: T) => number

  constructor(group: (row: T) => string | null, compare: (a: T, b: T) => number) {
    this.#group = group
    this.#compare = compare
  }

  change(before: T | undefined, after: T | undefined): void {
    const from = before === undefined ? null : this.#group(before)
    const to = after === undefined ? null : this.#group(after)
    if (from !== null) this.#leave(from, before!)
    if (to !== null) this.#join(to, after!)
  }

  of(group: string): Iterable<T> {
    return this.#groups.get(group) ?? []
  }

  first(group: string): T | undefined {
    return this.#groups.get(group)?.first()
  }

  size(group: string): number {
    return this.#groups.get(group)?.size ?? 0
  }

  /** How many of its group stand before this row. */
  rank(row: T): number {
    return this.#groups.get(this.#group(row) ?? '')?.rank(row) ?? 0
  }

  /** The first row of every group that has any. */
  *firsts(): Generator<T> {
    for (const ranking of this.#groups.values()) yield ranking.first()!
  }

  #join(group: string, row: T): void {
    let ranking = this.#groups.get(group)
    if (ranking === undefined) this.#groups.set(group, (ranking = new Ranking(this.#compare)))
    ranking.add(row)
  }

  #leave(group: string, row: T): void {
    const ranking = this.#groups.get(group)!
    ranking.remove(row)
    if (ranking.size === 0) this.#groups.delete(group)
  }
}

/** Sums over rows by key: each row says which keys it adds how much to. */
export class Sums<T> implements Index<T> {
  readonly #sums = new Map<string, number>()
  readonly #parts: (row: T) => Iterable<readonly [key: string, amount: number]>

  constructor(parts: (row: T) => Iterable<readonly [string, number]>) {
    this.#parts = parts
  }

  change(before: T | undefined, after: T | undefined): void {
    if (before !== undefined) for (const [key, amount] of this.#parts(before)) this.#add(key, -amount)
    if (after !== undefined) for (const [key, amount] of this.#parts(after)) this.#add(key, amount)
  }

  of(key: string): number {
    return this.#sums.get(key) ?? 0
  }

  #add(key: string, amount: number): void {
    const sum = this.of(key) + amount
    if (sum === 0) this.#sums.delete(key)
    else this.#sums.set(key, sum)
  }
}

/** The row that holds a key. Where several do, it is the first in order, whichever came last. */
export class Lookup<T> implements Index<T> {
  readonly #rows = new Map<string, readonly T[]>()
  readonly #keys: (row: T) => Iterable<string>
  readonly #compare: (a: T, b: T) => number

  constructor(keys: (row: T) => Iterable<string>, compare: (a: T, b: T) => number) {
    this.#keys = keys
    this.#compare = compare
  }

  change(before: T | undefined, after: T | undefined): void {
    if (before !== undefined)
      for (const key of this.#keys(before))
        this.#set(
          key,
          this.#of(key).filter((row) => row !== before),
        )
    if (after !== undefined)
      for (const key of this.#keys(after)) this.#set(key, [...this.#of(key), after].toSorted(this.#compare))
  }

  get(key: string): T | undefined {
    return this.#rows.get(key)?.[0]
  }

  #of(key: string): readonly T[] {
    return this.#rows.get(key) ?? []
  }

  #set(key: string, rows: readonly T[]): void {
    if (rows.length === 0) this.#rows.delete(key)
    else this.#rows.set(key, rows)
  }
}

/** The first items, at most so many. */
export function* firstOf<T>(items: Iterable<T>, most: number): Generator<T> {
  let left = most
  for (const item of items) {
    if (left === 0) return
    left -= 1
    yield item
  }
}

/** By name alone, for an order that is total. */
export const byText = (a: string, b: string): number => {
  if (a === b) return 0
  return a < b ? -1 : 1
}
