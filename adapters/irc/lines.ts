import { byteLength, cut, isNick, isRoom, outgoing } from './clean.ts'
import type { Outcome, Rank } from './outbox.ts'
import type { IrcAddress, Reply } from './ports.ts'
import type { Session } from './session.ts'

/** One line of text on its way to a nick or a room. */
export interface Spoken {
  verb: 'PRIVMSG' | 'NOTICE'
  target: string
  /** Clean, and cut to fit. */
  text: string
  rank: Rank
  check?: () => Promise<boolean>
}

/** Queues a line; what is empty or goes to no valid target is dropped, so no target can smuggle in a command. */
export function speak(session: Session, line: Spoken): Promise<Outcome> {
  const { verb, target, text, check } = line
  if (text === '' || !(isNick(target) || isRoom(target))) return Promise.resolve('dropped')
  return session.out.put({
    rank: line.rank,
    wire: `${verb} ${target} :${text}`,
    send: () => (verb === 'NOTICE' ? session.client.notice(target, text) : session.client.say(target, text)),
    ...(check && { check }),
  })
}

/** Lines for a room, to nobody in particular, that fit. */
export const layOpen = (session: Session, room: string, lines: readonly string[]): string[] =>
  lines.flatMap((text) => cut(outgoing(text), space(session, room)))

/** Replies as lines that fit: the `open` ones for the room, the first of them naming the person, and the `secret`. */
export function lay(session: Session, to: IrcAddress, replies: readonly Reply[]) {
  const isOpen = (reply: Reply) => to.room !== null && reply.to === 'room'
  const open = replies.filter(isOpen).map((reply) => outgoing(reply.text))
  const secret = replies.filter((reply) => !isOpen(reply)).map((reply) => outgoing(reply.text))
  if (open[0] !== undefined) open[0] = `${to.nick}: ${open[0]}`
  return {
    open: open.flatMap((text) => cut(text, space(session, to.room ?? to.nick))),
    secret: secret.flatMap((text) => cut(text, space(session, to.nick))),
    urgent: replies.some((reply) => reply.urgent),
  }
}

const LINE = 512
/** `:nick!user@host ` as the receiver gets it, where the network does not say how long its parts may be. */
const LONGEST = { nick: 32, user: 12, host: 64 }
const PREFIX_MARKS = 4

/** Bytes left for text in a line to this target, so that no receiver gets it cut off. */
function space(session: Session, target: string): number {
  const longest = (name: string, otherwise: number) => {
    const said = Number(session.client.network.supports(name))
    // Bounded, so that a server's odd answer leaves room for text.
    return Number.isInteger(said) ? Math.min(Math.max(said, otherwise), 2 * otherwise) : otherwise
  }
  const nick = Math.max(longest('NICKLEN', LONGEST.nick), byteLength(session.client.user.nick))
  const prefix = nick + longest('USERLEN', LONGEST.user) + longest('HOSTLEN', LONGEST.host) + PREFIX_MARKS
  return LINE - 2 - prefix - byteLength(`PRIVMSG ${target} :`)
}
