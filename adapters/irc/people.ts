import type { IrcClient, IrcWhois } from 'irc-framework'
import { isNick } from './clean.ts'
import type { Limits } from './options.ts'
import { type Outbox, rank } from './outbox.ts'
import { Bounded } from '../bounded.ts'

/** What the network says of the people it shows us: by WHOIS, and by every line that carries an account. */
export interface People {
  /** What WHOIS says now; undefined if nobody has the nick or the server does not answer in time. */
  whois(nick: string): Promise<IrcWhois | undefined>
  /** Whether the nick calls itself a bot, believed for a while. */
  isBot(nick: string): Promise<boolean>
  /** The network just vouched that this nick holds this account. */
  vouched(nick: string, account: string): void
  /**
   * Whether the nick holds the account: vouched for at or after `since`, or else by WHOIS now.
   * With `byNick` (no accounts on this network) it is enough that somebody has the nick.
   */
  holds(nick: string, account: string, given: { since: number; byNick: boolean }): Promise<boolean>
}

interface Known {
  account?: { name: string; at: number }
  bot?: { is: boolean; at: number }
}

export function people(client: IrcClient, out: Outbox, limits: Limits): People {
  const known = new Bounded<string, Known>(limits.remembered)
  const fold = (nick: string) => client.caseLower(nick)

  const forget = (nick: string) => void known.delete(fold(nick))
  client.on('quit', (event) => forget(event.nick))
  client.on('account', (event) => forget(event.nick))
  client.on('nick', (event) => {
    forget(event.nick)
    forget(event.new_nick)
  })

  const entry = (nick: string): Known => {
    const found = known.get(fold(nick)) ?? {}
    known.set(fold(nick), found)
    return found
  }

  // The library's callback waits for ever and stays behind when an answer is lost.
  const whois = async (nick: string) => {
    if (!isNick(nick)) return undefined
    let listener: ((event: IrcWhois) => void) | undefined
    let timer: NodeJS.Timeout | undefined
    try {
      const answered = new Promise<IrcWhois | undefined>((resolve) => {
        listener = (event) => {
          if (client.caseCompare(event.nick, nick)) resolve(event.error ? undefined : event)
        }
        client.on('whois', listener)
        void out
          .put({ rank: rank.control, wire: `WHOIS ${nick}`, send: () => client.raw('WHOIS', nick) })
          .then((outcome) => {
            if (outcome === 'sent') timer = setTimeout(() => resolve(undefined), limits.whoisMs)
            else resolve(undefined)
          })
      })
      return await answered
    } finally {
      clearTimeout(timer)
      if (listener) client.off('whois', listener)
    }
  }

  const vouched = (nick: string, account: string) => {
    entry(nick).account = { name: account, at: Date.now() }
  }

  return {
    whois,
    vouched,
    async isBot(nick) {
      const found = entry(nick).bot
      if (found && found.at > Date.now() - limits.personMs) return found.is
      const answer = await whois(nick)
      const is = answer?.bot !== undefined
      if (answer) entry(nick).bot = { is, at: Date.now() }
      return is
    },
    async holds(nick, account, given) {
      const found = entry(nick).account
      if (found && found.name === account && found.at >= given.since) return true
      const answer = await whois(nick)
      if (!answer) return false
      const holder = given.byNick ? fold(answer.nick) : answer.account && fold(answer.account)
      if (holder !== account) return false
      vouched(nick, account)
      return true
    },
  }
}
