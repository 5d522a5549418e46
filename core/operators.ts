import type { Instant, PoolName } from './id.ts'

/** A room in which operators are told what they should know. */
export interface OperatorPlace {
  /** `irc:<network>` or `slack`. */
  readonly door: string
  /** A channel of it. */
  readonly room: string
}

/** What operators are told where, and what they know by now. */
export interface OperatorNews {
  readonly places: readonly OperatorPlace[]
  /** When they were told last; 0: never. */
  readonly toldAt: Instant
  /** They know of machines quarantined up to then. */
  readonly upTo: Instant
  /** Pools that they know to have no machine left that works. */
  readonly empty: readonly PoolName[]
}
