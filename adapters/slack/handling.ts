import { randomBytes } from 'node:crypto'
import type { Place } from './answers.ts'
import type { Context, Sender } from './context.ts'
import * as words from './words.ts'

/**
 * Does the work for somebody who may speak, and has not said too much of late; anybody else is told why not. What fails is in the log under a reference that they
 * are told. Never rejects: Slack has had its answer by then.
 */
export const handle = async (
  context: Context,
  from: Sender,
  place: Place | null,
  work: () => Promise<void>,
): Promise<void> => {
  const { ports, people, limits } = context
  try {
    const stranger = await people.stranger(from.user, from.teams)
    if (stranger === null) {
      const heard = context.flood(from.user)
      if (heard === 'pass') return await work()
      if (heard === 'tell') await place?.tell({ text: words.tooFast(limits.commandsPerMinute, limits.ignoreMs) })
      return
    }
    ports.log('info', 'somebody in Slack was not heard', { user: from.user, why: stranger })
    // Bots answer bots for ever.
    if (stranger !== 'bot') await place?.tell({ text: words.explanations[stranger] })
  } catch (fault) {
    const reference = randomBytes(2).toString('hex')
    ports.log('error', 'a command from Slack failed', { reference, user: from.user, fault })
    try {
      await place?.tell({ text: words.failed(reference) })
    } catch (second) {
      ports.log('warn', 'and its sender could not be told', { reference, fault: String(second) })
    }
  }
}
