import type { Limits } from './options.ts'
import type { IrcAddress } from './ports.ts'
import * as words from './words.ts'
import { Bounded } from '../bounded.ts'

/** Long answers in portions: what was not said yet waits for `more`, per person and place. */
export interface Remainder {
  /** The lines to say now, ending in how to get the rest; `room` null is in private. */
  portion(to: IrcAddress, room: string | null, lines: readonly string[]): readonly string[]
  /** What is still unsaid there, if it is not too old. */
  rest(to: IrcAddress): readonly string[]
  forget(to: IrcAddress, room: string | null): void
}

export function remainder(limits: Limits): Remainder {
  const kept = new Bounded<string, { lines: readonly string[]; at: number }>(limits.remembered)
  const keyOf = (to: IrcAddress, room: string | null) => `${to.account} ${room ?? ''}`

  return {
    portion(to, room, lines) {
      const key = keyOf(to, room)
      kept.delete(key)
      const size = room === null ? limits.privateLines : limits.roomLines
      if (lines.length <= size) return lines
      const rest = lines.slice(size, size + limits.moreLines)
      kept.set(key, { lines: rest, at: Date.now() })
      const pointer = room === null ? words.moreInPrivate(rest.length) : words.moreInRoom(rest.length)
      return [...lines.slice(0, size), pointer]
    },
    rest(to) {
      const found = kept.get(keyOf(to, to.room))
      return found && found.at > Date.now() - limits.moreMs ? found.lines : []
    },
    forget: (to, room) => void kept.delete(keyOf(to, room)),
  }
}
