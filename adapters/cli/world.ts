import type { AuditRecord, Site } from '#core'

/** What a call of the command line is given. */
export interface World {
  /** The words after `duffy`. */
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The repository's folder. */
  readonly root: string
  /** Prints a line of the result. */
  readonly out: (text: string) => void
  /** Prints a line about the result: progress, refusals. */
  readonly err: (text: string) => void
  /** A site's config, by its file; null: the one that Duffy would start with. Throws `Stop` for what is wrong with it. */
  /** The log in a database file, in order, and when its last record was made. Throws `Stop` for a file that is none of Duffy's. */
  readonly readLog: (file: string) => Promise<{ readonly lastAt: number; readonly records: Iterable<AuditRecord> }>
  readonly readSite: (file: string | null) => Promise<Site>
}

/** What a call ends with. `fault` is Duffy's or the network's; the other two are the asker's to mend. */
export const EXIT = { done: 0, refused: 1, misread: 2, fault: 70 } as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** A call that cannot go on, with its sentence. Caught once, in `run`. */
export class Stop extends Error {
  readonly exit: Exit

  constructor(exit: Exit, message: string, cause?: unknown) {
    super(message, { cause })
    this.exit = exit
  }
}
