import type { Instant } from '#core'
import type { Ledger, StoredAnswer } from '../store/port.ts'
import { Bounded } from '../bounded.ts'

/** Beyond these the oldest are forgotten: a repeat of such a command is decided anew. */
const MOST = 4_096

/**
 * Answers that changed nothing, refusals above all. They are not worth a commit of their own: they wait here, and the next
 * commit that has something to write takes them along, or the end of the lane does.
 */
export class Kept {
  readonly #answers = new Bounded<string, StoredAnswer>(MOST)

  add(answers: readonly StoredAnswer[]): void {
    for (const answer of answers) this.#answers.set(answer.key, answer)
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

  /** Nothing comes any more that would take them along. */
  async write(to: { readonly store: Ledger; readonly onFault: (fault: unknown) => void }, at: Instant): Promise<void> {
    const answers = [...this.#answers.values()]
    if (answers.length === 0) return
    this.clear()
    try {
      await to.store.transaction(async (turn) => {
        await turn.turn()
        await turn.write({ at, records: [], changes: [], runEnds: new Map(), answers, notices: [] })
      })
    } catch (fault) {
      to.onFault(fault)
    }
  }
}
