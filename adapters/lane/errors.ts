/** The line is full. Nothing was done; the same command may be asked again after that time. */
export class Busy extends Error {
  override readonly name = 'Busy'
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super(`too many commands are waiting; try again in ${Math.ceil(retryAfterMs / 1000)} s`)
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * A command failed on Duffy's side; `cause` says how. `notDone`: nothing came of it, and it may be asked again. `bug`: nothing
 * came of it, nor would the next time. `unknown`: the store could not say whether it was done.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly outcome: 'notDone' | 'bug' | 'unknown'

  constructor(outcome: Fault['outcome'], cause: unknown) {
    super(
      outcome === 'unknown' ? 'the command failed, and may have been done' : 'the command failed, and nothing was done',
      { cause },
    )
    this.outcome = outcome
  }
}

/** The lane takes no more commands: it was closed, or it cannot go on without risking two holders of one machine. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Where a test may stop the world. */
export type CrashPoint = 'turn taken' | 'caught up' | 'decided' | 'before commit' | 'after commit' | 'answered'
