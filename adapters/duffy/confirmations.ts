import type { Command, Harm } from '#core'
import { Bounded } from '../bounded.ts'

/** How long somebody may think about a yes. */
export const YES_WITHIN_MS = 60_000
/** Asked and not answered at once, everybody together; the one asked longest ago is forgotten first. */
const MOST_ASKED = 1_000

/** What people are to say yes to: each in the place where they were asked, and to the last that they were asked there. */
export interface Confirmations {
  ask(place: string, harm: Harm, at: number): void
  /**
   * What is said yes to; null: nothing was asked there, or too long ago. A yes counts once: the same one, delivered twice, is about
   * the same.
   */
  yes(place: string, id: string | null, at: number): Command | null
  no(place: string): void
}

interface Asked {
  readonly command: Command
  readonly until: number
  /** The yes that it was answered by; null: it had no id. */
  readonly answered?: string | null
}

export const confirmations = (): Confirmations => {
  const asked = new Bounded<string, Asked>(MOST_ASKED)
  return {
    ask(place, { command }, at) {
      asked.set(place, { command, until: at + YES_WITHIN_MS })
    },
    yes(place, id, at) {
      const found = asked.get(place)
      if (found === undefined || at > found.until) return null
      if (found.answered !== undefined && (id === null || found.answered !== id)) return null
      asked.set(place, { ...found, answered: id })
      return found.command
    },
    no: (place) => void asked.delete(place),
  }
}
