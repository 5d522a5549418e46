/**
 * What is to happen, soonest first; what is to happen at the same instant, in order of rank and then of entry. A binary heap over
 * plain arrays, since an estimate makes thousands of entries.
 */
export class Agenda<T> {
  readonly #times: number[] = []
  readonly #ranks: number[] = []
  readonly #entries: number[] = []
  readonly #items: T[] = []
  #entered = 0
  /** Of what was taken last. */
  time = 0
  rank = 0

  /** The instant of the first entry; `Infinity` if there is none. */
  get next(): number {
    return this.#times[0] ?? Infinity
  }

  clear(): void {
    this.#times.length = 0
    this.#ranks.length = 0
    this.#entries.length = 0
    this.#items.length = 0
    this.#entered = 0
  }

  add(time: number, rank: number, item: T): void {
    const entry = (this.#entered += 1)
    let place = this.#times.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#comesBefore(time, rank, entry, parent)) break
      this.#move(parent, place)
      place = parent
    }
    this.#set(place, time, rank, entry, item)
  }

  /** The first entry, which there must be. */
  take(): T {
    const item = this.#items[0]!
    this.time = this.#times[0]!
    this.rank = this.#ranks[0]!
    const time = this.#times.pop()!
    const rank = this.#ranks.pop()!
    const entry = this.#entries.pop()!
    const last = this.#items.pop()!
    if (this.#times.length > 0) this.#sink(time, rank, entry, last)
    return item
  }

  /** Puts something in at the top, and lets it sink to its place. */
  #sink(time: number, rank: number, entry: number, item: T): void {
    const size = this.#times.length
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= size) break
      const other = child + 1
      if (other < size && this.#comesBefore(this.#times[other]!, this.#ranks[other]!, this.#entries[other]!, child))
        child = other
      if (this.#comesBefore(time, rank, entry, child)) break
      this.#move(child, place)
      place = child
    }
    this.#set(place, time, rank, entry, item)
  }

  #comesBefore(time: number, rank: number, entry: number, place: number): boolean {
    const otherTime = this.#times[place]!
    if (time !== otherTime) return time < otherTime
    const otherRank = this.#ranks[place]!
    return rank !== otherRank ? rank < otherRank : entry < this.#entries[place]!
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from]!, this.#ranks[from]!, this.#entries[from]!, this.#items[from]!)
  }

  #set(place: number, time: number, rank: number, entry: number, item: T): void {
    this.#times[place] = time
    this.#ranks[place] = rank
    this.#entries[place] = entry
    this.#items[place] = item
  }
}
