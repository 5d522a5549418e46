/** Something kept in step with a table's rows: told of every change, undone ones included. */
export interface Index<V> {
  change(before: V | undefined, after: V | undefined): void
}

interface Entry {
  readonly table: Table<never, never>
  readonly key: unknown
  readonly before: unknown
}

/** The changes since the last commit, oldest first: the undo log, and the list of rows to write. */
export class Journal {
  readonly #entries: Entry[] = []

  /** A place to come back to with `undoTo`. */
  mark(): number {
    return this.#entries.length
  }

  note(entry: Entry): void {
    this.#entries.push(entry)
  }

  undoTo(mark: number): void {
    while (this.#entries.length > mark) {
      const { table, key, before } = this.#entries.pop()!
      table.restore(key as never, before as never)
    }
  }

  /** What changed is durable now, or came from the store: nothing of it can be undone any more. */
  keep(): void {
    this.#entries.length = 0
  }

  /** Each changed key once, with its value before the first change. */
  changes(): Change[] {
    const seen = new Map<object, Map<unknown, { before: unknown; last: unknown }>>()
    for (const { table, key, before } of this.#entries) {
      let keys = seen.get(table)
      if (keys === undefined) seen.set(table, (keys = new Map()))
      const known = keys.get(key)
      if (known === undefined) keys.set(key, { before, last: before })
      else known.last = before
    }
    const changes: Change[] = []
    for (const [table, keys] of seen as Map<Table<never, never>, Map<string, { before: unknown; last: unknown }>>) {
      for (const [key, { before, last }] of keys) {
        const after: unknown = table.get(key as never)
        changes.push({ table: table.name, key, before, after, last: after ?? last })
      }
    }
    return changes
  }
}

export interface Change {
  readonly table: string
  readonly key: string | number
  readonly before: unknown
  readonly after: unknown
  /** Its value now, or the one that it had when it left: what a row that outlives its place in memory is to hold. */
  readonly last: unknown
}

/** Rows by key. Rows are never changed in place: a new value replaces the old one, and the journal keeps the old. */
export class Table<K extends string | number, V> {
  readonly name: string
  readonly #rows = new Map<K, V>()
  readonly #journal: Journal
  readonly #indexes: readonly Index<V>[]

  constructor(name: string, journal: Journal, indexes: readonly Index<V>[] = []) {
    this.name = name
    this.#journal = journal
    this.#indexes = indexes
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: K): V | undefined {
    return this.#rows.get(key)
  }

  has(key: K): boolean {
    return this.#rows.has(key)
  }

  /** The row that must be there; a broken invariant otherwise. */
  need(key: K): V {
    const row = this.#rows.get(key)
    if (row === undefined) throw new Error(`no ${this.name} ${key}`)
    return row
  }

  values(): IterableIterator<V> {
    return this.#rows.values()
  }

  entries(): IterableIterator<[K, V]> {
    return this.#rows.entries()
  }

  put(key: K, row: V): void {
    this.#journal.note({ table: this as never, key, before: this.#rows.get(key) })
    this.restore(key, row)
  }

  remove(key: K): void {
    this.#journal.note({ table: this as never, key, before: this.#rows.get(key) })
    this.restore(key, undefined)
  }

  /** Sets or removes a row without a journal entry. For undoing, and for loading what the store holds. */
  restore(key: K, row: V | undefined): void {
    const before = this.#rows.get(key)
    if (row === undefined) this.#rows.delete(key)
    else this.#rows.set(key, row)
    for (const index of this.#indexes) index.change(before, row)
  }
}
