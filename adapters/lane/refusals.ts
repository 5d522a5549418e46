import type { RefusalRef, Refused } from '#core'

/** Who remembers refusals for whoever asks why. */
export interface Refusals {
  keep(refused: readonly Refused[]): void
  /** Whether those at a door are worth keeping: that its callers can ask why. */
  explains(door: string): boolean
}

/** Where the reasons of a refusal are to be had, and whether they say more than the refusal itself. */
export interface RefusedWhy {
  readonly ref: RefusalRef
  readonly more: boolean
}

export const NONE_EXPLAINED: Refusals = { keep: () => {}, explains: () => false }
