import { isNick, outgoing } from './clean.ts'
import { lay, layOpen, speak } from './lines.ts'
import { type Rank, rank } from './outbox.ts'
import type { IrcAddress, Reply } from './ports.ts'
import { remainder } from './remainder.ts'
import type { Session } from './session.ts'
import type { Settled } from './settle.ts'
import * as words from './words.ts'
import { Bounded } from '../bounded.ts'

/** Says what Duffy answers: bounded, the private part only to a nick that holds the account as it is said. */
export interface Speaking {
  answer(session: Session, to: IrcAddress, replies: readonly Reply[]): Promise<void>
  /** The next lines of the last long answer given to this person in this place. */
  more(session: Session, to: IrcAddress): Promise<void>
  /** One line to somebody unidentified or unheard: a notice, which no bot may answer. */
  explain(session: Session, to: Pick<IrcAddress, 'nick' | 'room'>, text: string): void
  /** The nick does not take private messages: says so in the room whose answer was just sent there. */
  refused(session: Session, nick: string): void
  tell(session: Session, to: IrcAddress, replies: readonly Reply[]): Promise<'sent' | 'absent'>
  /** To a room, whoever is there; what is more than it takes at once is left out. */
  announce(session: Session, room: string, lines: readonly string[]): Promise<'sent' | 'absent'>
}

export function speaking(settled: Settled): Speaking {
  const { limits } = settled
  const unsaid = remainder(limits)
  const privately = new Bounded<string, { to: IrcAddress; at: number }>(limits.remembered)

  const holds = (session: Session, to: IrcAddress, since: number) => () => {
    const recently = Math.max(since, Date.now() - limits.freshMs)
    return session.people.holds(to.nick, to.account, { since: recently, byNick: !session.vouches })
  }

  const inRoom = (
    session: Session,
    to: IrcAddress,
    given: { lines: string[]; verb: 'PRIVMSG' | 'NOTICE'; rank: Rank },
  ) => {
    const target = to.room
    if (target === null) return []
    const { verb, lines } = given
    const now = lines.length > 0 ? unsaid.portion(to, target, lines) : []
    return now.map((text) => speak(session, { verb, target, text, rank: given.rank }))
  }

  const inPrivate = (session: Session, to: IrcAddress, given: { lines: string[]; since: number; rank: Rank }) => {
    const now = given.lines.length > 0 ? unsaid.portion(to, null, given.lines) : []
    const check = holds(session, to, given.since)
    return now.map((text) => speak(session, { verb: 'PRIVMSG', target: to.nick, text, rank: given.rank, check }))
  }

  const remember = (session: Session, to: IrcAddress) => {
    privately.set(session.client.caseLower(to.nick), { to, at: Date.now() })
  }

  const explain: Speaking['explain'] = (session, to, text) => {
    const line = to.room === null ? text : `${to.nick}: ${text}`
    void speak(session, { verb: 'NOTICE', target: to.room ?? to.nick, text: outgoing(line), rank: rank.answer })
  }

  const answer: Speaking['answer'] = async (session, to, replies) => {
    const { open, secret, urgent } = lay(session, to, replies)
    const level = urgent ? rank.urgent : rank.answer
    void Promise.all(inRoom(session, to, { lines: open, verb: 'PRIVMSG', rank: level }))
    if (secret.length > 0 && to.room !== null) remember(session, to)
    const outcomes = await Promise.all(inPrivate(session, to, { lines: secret, since: 0, rank: level }))
    if (to.room === null || !outcomes.includes('absent')) return
    unsaid.forget(to, null)
    explain(session, to, words.notPrivate)
  }

  return {
    answer,
    explain,
    more(session, to) {
      const lines = unsaid.rest(to)
      const said = lines.length > 0 ? lines : [words.noMore]
      const replies = said.map((text): Reply => ({ to: 'room', text }))
      return answer(session, to, replies)
    },
    refused(session, nick) {
      const key = session.client.caseLower(nick)
      const last = privately.get(key)
      privately.delete(key)
      if (last && last.at > Date.now() - limits.staleMs)
        explain(session, last.to, words.blocked(session.client.user.nick))
    },
    async tell(session, given, replies) {
      const to = { ...given, account: session.client.caseLower(given.account) }
      if (!isNick(to.nick) || (to.room !== null && !session.channels.has(to.room))) return 'absent'
      const since = Date.now()
      if (!(await holds(session, to, since)())) return 'absent'
      const { open, secret, urgent } = lay(session, to, replies)
      const outcomes = await Promise.all([
        ...inRoom(session, to, { lines: open, verb: 'NOTICE', rank: urgent ? rank.urgent : rank.announcement }),
        ...inPrivate(session, to, { lines: secret, since, rank: urgent ? rank.urgent : rank.notice }),
      ])
      return outcomes.every((outcome) => outcome === 'sent') ? 'sent' : 'absent'
    },
    async announce(session, room, lines) {
      if (!session.channels.has(room)) return 'absent'
      const now = layOpen(session, room, lines).slice(0, limits.roomLines)
      const outcomes = await Promise.all(
        now.map((text) => speak(session, { verb: 'NOTICE', target: room, text, rank: rank.announcement })),
      )
      return outcomes.every((outcome) => outcome === 'sent') ? 'sent' : 'absent'
    },
  }
}
