import { cut, byteLength, isNick, isRoom, outgoing } from './clean.ts'
import { type Outcome, type Rank, rank } from './outbox.ts'
import type { IrcAddress, Reply } from './ports.ts'
import type { Session } from './session.ts'
import type { Settled } from './settle.ts'
import * as words from './words.ts'

/** Turns replies into lines on the wire: cut, prefixed, bounded, private ones checked just before they go. */
export interface Speaking {
  answer(session: Session, to: IrcAddress, replies: readonly Reply[]): Promise<void>
  /** The next lines of the last long answer given to this person in this place. */
  more(session: Session, to: IrcAddress): Promise<void>
  /** One line to somebody unidentified or unheard: a notice, which no bot may answer. */
  explain(session: Session, to: Pick<IrcAddress, 'nick' | 'room'>, text: string): void
  /** The nick does not take private messages: says so in the room whose answer was just sent there. */
  refused(session: Session, nick: string): void
  tell(session: Session, to: IrcAddress, replies: readonly Reply[]): Promise<'sent' | 'absent'>
}

const LINE = 512
/** `:nick!user@host ` as the receiver gets it, where the network does not say how long its parts may be. */
const LONGEST = { nick: 32, user: 12, host: 64 }
const PREFIX_MARKS = 4

export function speaking(settled: Settled): Speaking {
  const { limits } = settled
  const kept = new Map<string, { lines: string[]; at: number }>()
  const privately = new Map<string, { to: IrcAddress; at: number }>()
  const keyOf = (to: IrcAddress, room: string | null) => `${to.account} ${room ?? ''}`

  /** The first lines of an answer; the rest is kept for `more`. */
  const portion = (to: IrcAddress, room: string | null, lines: string[]): string[] => {
    const key = keyOf(to, room)
    kept.delete(key)
    const size = room === null ? limits.privateLines : limits.roomLines
    if (lines.length <= size) return lines
    const rest = lines.slice(size, size + limits.moreLines)
    kept.set(key, { lines: rest, at: Date.now() })
    const oldest = kept.keys().next().value
    if (kept.size > limits.remembered && oldest !== undefined) kept.delete(oldest)
    const pointer = room === null ? words.moreInPrivate(rest.length) : words.moreInRoom(rest.length)
    return [...lines.slice(0, size), pointer]
  }

  const send = (session: Session, line: Spoken): Promise<Outcome> => {
    const { verb, target, text, check } = line
    if (text === '' || !(isNick(target) || isRoom(target))) return Promise.resolve('dropped')
    return session.out.put({
      rank: line.rank,
      wire: `${verb} ${target} :${text}`,
      send: () => (verb === 'NOTICE' ? session.client.notice(target, text) : session.client.say(target, text)),
      ...(check && { check }),
    })
  }

  const holds = (session: Session, to: IrcAddress, since: number) => () => {
    const recently = Math.max(since, Date.now() - limits.freshMs)
    return session.people.holds(to.nick, to.account, { since: recently, byNick: !session.vouches })
  }

  const inRoom = (
    session: Session,
    to: IrcAddress,
    given: { room: string; lines: string[]; unasked: boolean; urgent: boolean },
  ) => {
    const verb: Verb = given.unasked ? 'NOTICE' : 'PRIVMSG'
    const level = given.urgent ? rank.urgent : given.unasked ? rank.announcement : rank.answer
    return given.lines.map((text) => send(session, { verb, target: given.room, text, rank: level }))
  }

  const inPrivate = (session: Session, to: IrcAddress, given: { lines: string[]; since: number; level: Rank }) =>
    given.lines.map((text) =>
      send(session, {
        verb: 'PRIVMSG',
        target: to.nick,
        text,
        rank: given.level,
        check: holds(session, to, given.since),
      }),
    )

  const lay = (session: Session, to: IrcAddress, replies: readonly Reply[]) => {
    const isPublic = (reply: Reply) => to.room !== null && reply.to === 'room'
    const open = replies.filter(isPublic).map((reply) => outgoing(reply.text))
    const secret = replies.filter((reply) => !isPublic(reply)).map((reply) => outgoing(reply.text))
    if (open[0] !== undefined) open[0] = `${to.nick}: ${open[0]}`
    return {
      open: open.flatMap((text) => cut(text, space(session, to.room ?? to.nick))),
      secret: secret.flatMap((text) => cut(text, space(session, to.nick))),
      urgent: replies.some((reply) => reply.urgent),
    }
  }

  const answer = async (session: Session, to: IrcAddress, replies: readonly Reply[]) => {
    const { open, secret, urgent } = lay(session, to, replies)
    if (to.room !== null && open.length > 0)
      void Promise.all(
        inRoom(session, to, { room: to.room, lines: portion(to, to.room, open), unasked: false, urgent }),
      )
    if (secret.length === 0) return
    const level = urgent ? rank.urgent : rank.answer
    const nick = session.client.caseLower(to.nick)
    if (to.room !== null) privately.set(nick, { to, at: Date.now() })
    const oldest = privately.keys().next().value
    if (privately.size > limits.remembered && oldest !== undefined) privately.delete(oldest)
    const outcomes = await Promise.all(inPrivate(session, to, { lines: portion(to, null, secret), since: 0, level }))
    if (to.room === null || !outcomes.includes('absent')) return
    kept.delete(keyOf(to, null))
    explain(session, to, words.notPrivate)
  }

  const explain = (session: Session, to: Pick<IrcAddress, 'nick' | 'room'>, text: string) => {
    const line = to.room === null ? text : `${to.nick}: ${text}`
    void send(session, { verb: 'NOTICE', target: to.room ?? to.nick, text: outgoing(line), rank: rank.answer })
  }

  return {
    answer,
    explain,
    refused(session, nick) {
      const key = session.client.caseLower(nick)
      const last = privately.get(key)
      privately.delete(key)
      if (last && last.at > Date.now() - limits.staleMs)
        explain(session, last.to, words.blocked(session.client.user.nick))
    },
    async more(session, to) {
      const rest = kept.get(keyOf(to, to.room))
      const lines = rest && rest.at > Date.now() - limits.moreMs ? rest.lines : [words.noMore]
      await answer(
        session,
        to,
        lines.map((text) => ({ to: 'room', text })),
      )
    },
    async tell(session, given, replies) {
      const to = { ...given, account: session.client.caseLower(given.account) }
      if (!isNick(to.nick) || (to.room !== null && !session.channels.has(to.room))) return 'absent'
      const since = Date.now()
      if (!(await holds(session, to, since)())) return 'absent'
      const { open, secret, urgent } = lay(session, to, replies)
      const level = urgent ? rank.urgent : rank.notice
      const outcomes = await Promise.all([
        ...(to.room !== null && open.length > 0
          ? inRoom(session, to, { room: to.room, lines: portion(to, to.room, open), unasked: true, urgent })
          : []),
        ...inPrivate(session, to, { lines: portion(to, null, secret), since, level }),
      ])
      return outcomes.every((outcome) => outcome === 'sent') ? 'sent' : 'absent'
    },
  }
}

type Verb = 'PRIVMSG' | 'NOTICE'

interface Spoken {
  verb: Verb
  target: string
  text: string
  rank: Rank
  check?: () => Promise<boolean>
}

/** Bytes left for text in a line to this target, so that no receiver gets it cut off. */
function space(session: Session, target: string): number {
  const longest = (name: string, otherwise: number) => {
    const said = Number(session.client.network.supports(name))
    return Number.isInteger(said) && said > 0 ? Math.max(said, otherwise) : otherwise
  }
  const nick = Math.max(longest('NICKLEN', LONGEST.nick), byteLength(session.client.user.nick))
  const prefix = nick + longest('USERLEN', LONGEST.user) + longest('HOSTLEN', LONGEST.host) + PREFIX_MARKS
  return LINE - 2 - prefix - byteLength(`PRIVMSG ${target} :`)
}
