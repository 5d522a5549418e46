import type { Said } from '#core'
import type { Message } from './calls.ts'
import type { Context } from './context.ts'
import { shown } from './text.ts'
import * as words from './words.ts'

/** Where somebody is answered. */
export interface Place {
  /** What everybody there may see goes there, the rest to the asker alone. */
  say(said: Said): Promise<void>
  /** To the asker alone, as far as the place can. */
  tell(message: Message): Promise<void>
}

/** Where Slack says that an answer goes, for its asker alone; and if it takes none there any more, to them directly. */
export const ephemerally = (context: Context, to: { url: string; user: string; replace?: boolean }): Place => {
  const tell = async (message: Message): Promise<void> => {
    try {
      await context.calls.respond(to.url, message, to.replace ?? false)
    } catch (fault) {
      context.ports.log('warn', 'an answer went to a direct message instead', { fault: String(fault) })
      await directly(context, to.user).tell(message)
    }
  }
  return { say: ({ room, person }) => tell({ text: shown([...room, ...person]) }), tell }
}

export const directly = (context: Context, user: string): Place => {
  const tell = async (message: Message): Promise<void> => {
    await context.calls.post({ channel: await context.calls.direct(user) }, message)
  }
  return { say: ({ room, person }) => tell({ text: shown([...room, ...person]) }), tell }
}

/** In a thread, where others read along. */
export const inThread = (context: Context, to: { channel: string; thread: string; user: string }): Place => {
  const openly = async (text: string): Promise<void> => {
    await context.calls.post(to, { text: `<@${to.user}> ${text}` })
  }
  return {
    async say({ room, person }) {
      if (room.length > 0) await openly(shown(room))
      if (person.length === 0) return
      try {
        await directly(context, to.user).tell({ text: shown(person) })
      } catch (fault) {
        context.ports.log('warn', 'a direct message could not be sent', { fault: String(fault) })
        return openly(words.noDirect)
      }
      if (room.length === 0) await openly(words.seeDirect)
    },
    tell: ({ text }) => openly(text),
  }
}
