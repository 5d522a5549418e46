import { directly, ephemerally, inThread, type Place } from './answers.ts'
import { speakerOf, type Context, type Sender } from './context.ts'
import { handle } from './handling.ts'
import { openForm } from './form.ts'
import { afterMention, typed } from './text.ts'
import * as words from './words.ts'

/** A slash command as Slack sends it. */
export interface Command {
  readonly team_id: string
  readonly user_id: string
  readonly channel_id: string
  readonly text?: string
  readonly trigger_id: string
  readonly response_url: string
}

/** `/duffy get metal`: answered to its asker alone. `/duffy get` by itself opens the form. */
export const hearCommand = async (context: Context, command: Command): Promise<void> => {
  const { user_id: user, team_id: team, channel_id: channel, trigger_id: trigger, response_url: url } = command
  const place = ephemerally(context, { url, user })
  await handle(context, { user, teams: [team] }, place, async () => {
    const line = typed(command.text ?? '', context.us.team) || 'help'
    if (line.toLowerCase() === 'get') return openForm(context, user, trigger)
    await place.say(await context.ports.say(line, speakerOf(context, user, { id: trigger, room: null, channel })))
  })
}

/** A message or a mention as Slack sends it. */
export interface Spoken {
  readonly event_id: string
  readonly team_id?: string
  readonly event: {
    readonly type: string
    readonly subtype?: string | undefined
    readonly channel: string
    readonly channel_type?: string | undefined
    readonly user?: string | undefined
    readonly bot_id?: string | undefined
    readonly text?: string | undefined
    readonly ts: string
    readonly thread_ts?: string | undefined
    readonly team?: string | undefined
    readonly user_team?: string | undefined
    readonly source_team?: string | undefined
  }
}

/** In a channel, after a mention: answered in a thread there. */
export const hearMention = async (context: Context, spoken: Spoken): Promise<void> => {
  const { event } = spoken
  const sender = senderOf(spoken)
  // Somewhere in a sentence we are talked about, not to.
  const text = sender === null ? null : afterMention(event.text ?? '', context.us.user)
  if (sender === null || text === null) return
  const thread = event.thread_ts ?? event.ts
  const { channel } = event
  const place = inThread(context, { channel, thread, user: sender.user })
  await obey(context, spoken, { sender, text, place, room: `${channel}:${thread}` })
}

/** In our conversation with somebody, where all that is said is said to us. */
export const hearDirect = async (context: Context, spoken: Spoken): Promise<void> => {
  const { event } = spoken
  const sender = senderOf(spoken)
  if (sender === null || event.channel_type !== 'im') return
  const text = event.text ?? ''
  const place = directly(context, sender.user)
  await obey(context, spoken, { sender, text: afterMention(text, context.us.user) ?? text, place, room: null })
}

interface Given {
  readonly sender: Sender
  readonly text: string
  readonly place: Place
  readonly room: string | null
}

const obey = (context: Context, { event, event_id: id }: Spoken, { sender, text, place, room }: Given): Promise<void> =>
  handle(context, sender, place, async () => {
    const { ports, limits, us } = context
    // Told a second time it would be as late: one held up by Slack for hours must not lease machines.
    if (Number(event.ts) * 1000 < ports.clock() - limits.staleMs) return place.tell({ text: words.late })
    const line = typed(text, us.team) || 'help'
    await place.say(await ports.say(line, speakerOf(context, sender.user, { id, room, channel: event.channel })))
  })

/** Null: it was edited, deleted, or said by a bot or by Slack itself. */
const senderOf = ({ event, team_id: team }: Spoken): Sender | null => {
  if (event.subtype !== undefined || event.bot_id !== undefined || event.user === undefined) return null
  return { user: event.user, teams: [team, event.team, event.user_team, event.source_team] }
}
