import type { StoredAnswer } from '../store/port.ts'

/** Beyond these the oldest are forgotten: a repeat of such a command is decided anew. */
const MOST = 4_096

/**
 * Answers that changed nothing, refusals above all. They are not worth a commit of their own: they wait here, and the next
 * commit that has something to write takes them along.
 */
export class Kept {
  readonly #answers = new Map<string, StoredAnswer>()

  add(answers: readonly StoredAnswer[]): void {
    for (const answer of answers) this.#answers.set(answer.key, answer)
    for (const key of this.#answers.keys()) {
      if (this.#answers.size <= MOST) break
      this.#answers.delete(key)
    }
  }

  all(): Iterable<StoredAnswer> {
    return this.#answers.values()
  }

  get(key: string): StoredAnswer | undefined {
    return this.#answers.get(key)
  }

  clear(): void {
    this.#answers.clear()
  }
}
