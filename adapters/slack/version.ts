import type { LeaseView } from '#core'
import { sha256 } from '../digest.ts'

/**
 * What a lease is now, in twelve letters: its state, its end and its machines. A button carries the one that its holder saw, so
 * that a click on what is no longer true does nothing, and that a second click is known for a repeat of the first.
 */
export const versionOf = ({ state, until, machines }: Pick<LeaseView, 'state' | 'until' | 'machines'>): string =>
  sha256(JSON.stringify([state, until, machines.map(({ name, open }) => [name, open])])).slice(0, 12)
