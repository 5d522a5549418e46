/** What is to come in one future, soonest first: a binary heap over plain arrays, since thousands of them are made for one estimate. */
export class Agenda {
  #times: number[] = []
  #what: number[] = []
  #amounts: number[] = []
  /** Of what `next` came to last. */
  time = 0
  what = 0
  amount = 0

  clear(): void {
    this.#times.length = 0
    this.#what.length = 0
    this.#amounts.length = 0
  }

  /** `what` is the caller's own number for it. Among those of one instant, whatever has the lower number comes first. */
  add(time: number, what: number, amount: number): void {
    let at = this.#times.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#comesBefore(time, what, parent)) break
      this.#move(parent, at)
      at = parent
    }
    this.#set(at, time, what, amount)
  }

  /** Goes on to what comes next; false if nothing does. */
  next(): boolean {
    const times = this.#times
    if (times.length === 0) return false
    this.time = times[0]!
    this.what = this.#what[0]!
    this.amount = this.#amounts[0]!
    const time = times.pop()!
    const what = this.#what.pop()!
    const amount = this.#amounts.pop()!
    if (times.length > 0) this.#sink(time, what, amount)
    return true
  }

  /** Puts something in at the top, and lets it sink to its place. */
  #sink(time: number, what: number, amount: number): void {
    const times = this.#times
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= times.length) break
      if (child + 1 < times.length && this.#comesBefore(times[child + 1]!, this.#what[child + 1]!, child)) child += 1
      if (this.#comesBefore(time, what, child)) break
      this.#move(child, at)
      at = child
    }
    this.#set(at, time, what, amount)
  }

  #comesBefore(time: number, what: number, place: number): boolean {
    const other = this.#times[place]!
    return time < other || (time === other && what < this.#what[place]!)
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from]!, this.#what[from]!, this.#amounts[from]!)
  }

  #set(at: number, time: number, what: number, amount: number): void {
    this.#times[at] = time
    this.#what[at] = what
    this.#amounts[at] = amount
  }
}
