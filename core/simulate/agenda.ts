/** What is to happen, soonest first; what is to happen at the same instant, in order of rank and then of entry. */
export class Agenda<T> {
  readonly #heap: Entry<T>[] = []
  #entered = 0

  /** The instant of the first entry; `Infinity` if there is none. */
  get next(): number {
    return this.#heap[0]?.at ?? Infinity
  }

  add(at: number, rank: number, item: T): void {
    this.#entered += 1
    const entry = { at, rank, order: this.#entered, item }
    const heap = this.#heap
    let place = heap.length
    heap.push(entry)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!before(entry, heap[parent]!)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = entry
  }

  take(): T {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) this.#sink(last)
    return first.item
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (!before(heap[child]!, entry)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = entry
  }
}

interface Entry<T> {
  readonly at: number
  readonly rank: number
  readonly order: number
  readonly item: T
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.at !== b.at ? a.at < b.at : a.rank !== b.rank ? a.rank < b.rank : a.order < b.order
