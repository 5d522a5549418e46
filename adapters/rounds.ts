/** Work that is done in rounds: one at a time, and once more if it was asked for meanwhile. */
export interface Rounds {
  /** Asks for a round. */
  ask(): void
  /** No more rounds; resolves when the one under way is over. */
  stop(): Promise<void>
}

/** `round` is told by `stopping` when to leave off. A round that fails is told to `onFault`, and the next goes ahead. */
export const rounds = (
  round: (stopping: () => boolean) => Promise<void>,
  onFault: (fault: unknown) => void,
): Rounds => {
  let stopped = false
  let asked = false
  let underWay: Promise<void> | null = null

  const run = async (): Promise<void> => {
    while (asked && !stopped) {
      asked = false
      try {
        await round(() => stopped)
      } catch (fault) {
        onFault(fault)
      }
    }
  }

  return {
    ask() {
      asked = true
      underWay ??= run().finally(() => {
        underWay = null
      })
    },
    async stop() {
      stopped = true
      await underWay
    },
  }
}
