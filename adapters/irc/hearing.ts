import { randomBytes } from 'node:crypto'
import type { IrcMessageEvent } from 'irc-framework'
import { addressed } from './address.ts'
import { incoming } from './clean.ts'
import { flood, once } from '../flood.ts'
import type { IrcAddress, IrcPorts, Reply } from './ports.ts'
import type { Session } from './session.ts'
import type { Settled } from './settle.ts'
import type { Speaking } from './speaking.ts'
import { isBot, isReplay, speaker, type Unknown } from './trust.ts'
import * as words from './words.ts'

export interface HearingContext {
  settled: Settled
  ports: IrcPorts
  speak: Speaking
  /** Whether accounts were ever vouched for on this network. */
  everVouched: () => boolean
  /** The connection of this moment: an answer may outlive the one its command came by. */
  current: () => Session | undefined
}

/** From a line on the wire to an answer: what is not for us, not from a known person, or too much ends here. */
export function hearing(context: HearingContext): (event: IrcMessageEvent, session: Session) => void {
  const { settled, ports, speak } = context
  const { limits } = settled
  const { remembered } = limits
  const people = flood({ perMinute: limits.commandsPerMinute, ignoreMs: limits.ignoreMs, remembered })
  const rooms = flood({ perMinute: limits.roomCommandsPerMinute, ignoreMs: limits.ignoreRoomMs, remembered })
  // Counted apart, so that strangers cannot use up the room's allowance.
  const strangers = flood({ perMinute: limits.roomCommandsPerMinute, ignoreMs: limits.ignoreRoomMs, remembered })
  const first = once(limits.explainMs, remembered)

  const command = (event: IrcMessageEvent, session: Session): string | null => {
    const { client } = session
    if (event.from_server || client.caseCompare(event.nick, client.user.nick) || isBot(event)) return null
    const toLocal = (time: number) => client.network.timeToLocal(time)
    if (isReplay(event, { now: Date.now(), toLocal, replayMs: limits.replayMs })) return null
    return addressed(incoming(event.message), {
      nick: client.user.nick,
      isPrivate: !client.network.isChannelName(event.target),
    })
  }

  const refuse = async (event: IrcMessageEvent, session: Session, unknown: Unknown) => {
    const room = roomOf(event, session)
    if (strangers(room ?? 'private') !== 'pass') return
    const who = `${session.client.caseLower(event.nick)}!${event.ident}@${event.hostname}`
    // Everybody in a room sees why nobody is heard, so one line does for all.
    if (!first(`${unknown} ${unknown === 'not ready' && room !== null ? room : who}`)) return
    const isDown = unknown === 'stranger' && (await session.people.whois('NickServ')) === undefined
    speak.explain(session, { nick: event.nick, room }, words.explanations[isDown ? 'services down' : unknown])
  }

  const obey = async (event: IrcMessageEvent, session: Session, given: { account: string; text: string }) => {
    const { account, text } = given
    const to = { account, nick: event.nick, room: roomOf(event, session) }
    if (isTooMuch(to, session)) return
    if (text.length > limits.commandCharacters)
      return speak.explain(session, to, words.tooLong(limits.commandCharacters))
    if (text.toLowerCase() === 'more') return speak.more(session, to)
    if (await session.people.isBot(event.nick)) return
    const id = event.tags['msgid'] || null
    const line = { ...to, text, id }
    const replies = await ask(ports, line)
    const now = context.current()
    if (now?.connectedAt) return speak.answer(now, to, replies)
    ports.log('warn', 'an answer found irc disconnected', { network: settled.network, id, account })
  }

  const isTooMuch = (to: IrcAddress, session: Session): boolean => {
    const person = people(to.account)
    if (person === 'tell') speak.explain(session, to, words.tooFast(limits.commandsPerMinute, limits.ignoreMs))
    if (person !== 'pass') return true
    const room = to.room === null ? 'pass' : rooms(session.client.caseLower(to.room))
    if (room === 'tell') speak.explain(session, to, words.tooFast(limits.roomCommandsPerMinute, limits.ignoreRoomMs))
    return room !== 'pass'
  }

  const handle = async (event: IrcMessageEvent, session: Session) => {
    const text = command(event, session)
    if (text === null) return
    if (session.phase === 'identifying') return refuse(event, session, 'not ready')
    const who = speaker(event, {
      vouches: session.vouches,
      everVouched: context.everVouched(),
      trustNicks: settled.trustNicks ?? false,
      bridgeAccounts: settled.bridgeAccounts ?? [],
      fold: (name) => session.client.caseLower(name),
    })
    if ('unknown' in who) return refuse(event, session, who.unknown)
    if (session.vouches) session.people.vouched(event.nick, who.account)
    await obey(event, session, { account: who.account, text })
  }

  return (event, session) => {
    handle(event, session).catch((fault: unknown) =>
      ports.log('error', 'irc could not handle a line', { network: settled.network, fault }),
    )
  }
}

/** The answer of Duffy; if it fails, a line with a reference that is in the log. */
async function ask(ports: IrcPorts, line: Parameters<IrcPorts['hear']>[0]): Promise<readonly Reply[]> {
  try {
    return await ports.hear(line)
  } catch (fault) {
    const reference = randomBytes(2).toString('hex')
    ports.log('error', 'a command from irc failed', { reference, id: line.id, account: line.account, fault })
    return [{ to: 'room', text: words.failed(reference), urgent: true }]
  }
}

/** Where an answer goes: the group of the channel that was spoken to, never the whole of it. */
const roomOf = (event: IrcMessageEvent, session: Session): string | null =>
  session.client.network.isChannelName(event.target) ? `${event.group ?? ''}${event.target}` : null
