import { DUFFY, type Address, type Identity, type Notice, type Said } from '#core'
import type { IrcNetwork } from '../config/index.ts'
import type { Conversation } from './conversation.ts'
import { recently } from '../flood.ts'
import { irc } from '../irc/irc.ts'
import { defaultPace } from '../irc/options.ts'
import type { Heard, IrcDoor, Reply } from '../irc/ports.ts'
import type { Log } from '../log.ts'
import type { Delivery } from '../notices/notices.ts'

/** Every IRC network of the site, and the way to tell somebody something on one. */
export interface IrcDoors extends AsyncDisposable {
  door(name: string): ((to: Address, notice: Notice) => Promise<Delivery>) | undefined
}

/** A line as it is typed in a channel. */
export const sayInIrc = (line: string): string => `!duffy ${line}`

export const ircDoors = async (networks: readonly IrcNetwork[], talk: Conversation, log: Log): Promise<IrcDoors> => {
  await using starting = new AsyncDisposableStack()
  const doors = new Map<string, IrcDoor>()
  const answered = recently(ANSWERED_MS, MOST_ANSWERED)
  for (const network of networks) {
    const { name, start } = irc(optionsOf(network))
    const hear = async (heard: Heard): Promise<Reply[]> => {
      const speaker = speakerOf(name, heard)
      const said = await talk.reply(heard.text, speaker)
      answered.add(keyOf(speaker.identity, said))
      return repliesOf(said, heard.room !== null)
    }
    doors.set(
      name,
      starting.use(await start({ hear, log: (level, message, data) => log(level, `${name}: ${message}`, data) })),
    )
  }
  const running = starting.move()
  return {
    door(name) {
      const open = doors.get(name)
      if (open === undefined) return undefined
      return async (to, { message }) => {
        const said = await talk.notice(message)
        if (to.identity === DUFFY) return to.room === null ? 'absent' : open.announce(to.room, said.room)
        if (answered.has(keyOf(to.identity, said))) return 'sent'
        return open.tell({ account: accountOf(to), nick: to.nick, room: to.room }, repliesOf(said, to.room !== null))
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** A notice that says what was just answered is not said again: of a machine that is ready at once. */
const ANSWERED_MS = 30_000
const MOST_ANSWERED = 1_000
const keyOf = (identity: Identity, { room, person }: Said): string => JSON.stringify([identity, room, person])

const optionsOf = ({
  caFile,
  account,
  password,
  certificate,
  pace: { commandsPerMinute, channelCommandsPerMinute, burst, everyMs },
  ...network
}: IrcNetwork): Parameters<typeof irc>[0] => ({
  ...network,
  pace: { burst, everyMs, bytes: (burst * defaultPace.bytes) / defaultPace.burst },
  limits: { commandsPerMinute, roomCommandsPerMinute: channelCommandsPerMinute },
  ...(caFile === null ? {} : { caFile }),
  ...(account === null ? {} : { account }),
  ...(password === null ? {} : { password: () => password.reveal() }),
  ...(certificate === null ? {} : { certificate }),
})

const speakerOf = (door: string, { account, nick, room, id }: Heard): Parameters<Conversation['reply']>[1] => {
  const identity = `${door}:${account}` as Identity
  return { identity, address: { door, identity, nick, room }, room: controlRoomOf(door, room), id }
}

/** As the config names rooms. What is said to a group of a channel is said in it. */
const controlRoomOf = (door: string, room: string | null): string | null =>
  room === null ? null : `${door}:${room.replace(/^[~&@%+]+(?=[#&])/, '').toLowerCase()}`

/** `irc:libera:alice` is the account alice. */
const accountOf = ({ door, identity }: Address): string => identity.slice(door.length + 1)

/** Where both are told something, a room learns that there is more in private. */
const repliesOf = ({ room, person }: Said, isRoom: boolean): Reply[] => {
  const hint = isRoom && person.length > 0 ? ' (more in a private message)' : ''
  return [
    ...room.map((text, index) => ({ to: 'room' as const, text: index === room.length - 1 ? `${text}${hint}` : text })),
    ...person.map((text) => ({ to: 'person' as const, text })),
  ]
}
