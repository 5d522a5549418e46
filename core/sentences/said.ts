import type { Command } from '../command.ts'
import type { Instant, RefusalRef } from '../id.ts'

/**
 * An answer in words: what may be said where others listen, and what only to the asker. At most three lines each, without
 * the asker's name. Where both say something the room's lines come first; a door that has no room says both.
 */
export interface Said {
  readonly room: readonly string[]
  readonly person: readonly string[]
}

/** What words need: the door's way to type a line (`!duffy done L7Q2`), and the time. */
export interface Telling {
  readonly say: (line: string) => string
  readonly at: Instant
}

/** Words about a refusal suggest what was asked for, in the form in which it was asked, if they are told what that was. */
export interface RefusalTelling extends Telling {
  readonly asked?: Command
  /** What to ask why by, where there is more to say than the refusal itself. */
  readonly ref?: RefusalRef
}

export const openly = (...room: readonly string[]): Said => ({ room, person: [] })

export const privately = (...person: readonly string[]): Said => ({ room: [], person })

/** `1 machine`, `2 machines`; `many` where a noun does not just take an s. */
export const counted = (count: number, noun: string, many = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : many}`

const SHOWN = 8

/** `a, b and c`; past eight, how many more. */
export const listed = (items: readonly string[]): string => {
  if (items.length > SHOWN) return `${items.slice(0, SHOWN).join(', ')} and ${items.length - SHOWN} more`
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export const ordinal = (n: number): string => {
  const teens = n % 100 >= 11 && n % 100 <= 13
  return `${n}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`
}

export const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)
