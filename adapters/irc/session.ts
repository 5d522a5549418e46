import type { SecureContext } from 'node:tls'
import irc, { type IrcClient, type IrcMessageEvent } from 'irc-framework'
import { type Channels, channels } from './channels.ts'
import { connection } from './connection.ts'
import { type Login, login } from './login.ts'
import { nick } from './nick.ts'
import { type Outbox, outbox, rank } from './outbox.ts'
import { type People, people } from './people.ts'
import type { IrcPhase, IrcPorts } from './ports.ts'
import type { Settled } from './settle.ts'
import { timerSet } from './timers.ts'

/** One connection to the network, from the first byte to its end; the supervisor opens the next. */
export interface Session {
  readonly client: IrcClient
  readonly out: Outbox
  readonly people: People
  readonly channels: Channels
  readonly phase: IrcPhase
  readonly problem: string | null
  /** Whether the server vouches for accounts on every line. */
  readonly vouches: boolean
  readonly connectedAt: number | null
  readonly lastPongAt: number | null
  /** Why it ended. */
  readonly ended: Promise<string>
  /** Says goodbye and closes. */
  end(why: string): void
}

export interface SessionContext {
  settled: Settled
  /** Null: no TLS. */
  secure: SecureContext | null
  log: IrcPorts['log']
  ghosts: { count: number }
  heard: (event: IrcMessageEvent, session: Session) => void
  /** A private line to this nick was refused by the person's own settings. */
  refused: (nick: string, session: Session) => void
}

const GOODBYE_MS = 50
/** Numeric ERR_TARGUMODEG, unknown to irc-framework: the person takes private messages from friends only (+g). */
const TARGET_IS_PRIVATE = '716'

export function openSession(context: SessionContext): Session {
  const { settled, log } = context
  const { patience } = settled
  const client = new irc.Client()
  const out = outbox(settled)
  const whom = people(client, out, settled.limits)
  const timers = timerSet()
  let phase: IrcPhase = 'connecting'
  let connectedAt: number | null = null
  let lastPongAt: number | null = null
  let finish: (why: string) => void = () => {}
  const ended = new Promise<string>((resolve) => (finish = resolve))

  const changed = () => {
    if (connectedAt === null) return
    const before = phase
    phase = us.done ? (rooms.pending ? 'joining' : 'ready') : 'identifying'
    if (phase !== before) log('info', `irc is ${phase}`, { network: settled.network, nick: client.user.nick })
  }
  const parts = { settled, client, out, log, changed, every: timers.every, later: timers.later }
  const us: Login = login({ ...parts, people: whom })
  const rooms: Channels = channels(parts)
  const name = nick({ ...parts, loggedIn: () => settled.account !== undefined && us.done, ghosts: context.ghosts })

  let over = false
  const end = (why: string) => {
    if (over) return
    over = true
    timers.clear()
    out.close()
    if (connectedAt !== null) client.quit(why)
    // The goodbye needs the socket a moment longer; the library's own timers end with it.
    setTimeout(() => abandon(client), GOODBYE_MS)
    finish(why)
  }

  client.on('socket connected', () => {
    phase = 'registering'
    if (settled.account !== undefined) timers.later(patience.saslMs, leaveSasl)
  })
  // A services server that dies in the middle never answers; the network then takes us without an account.
  const leaveSasl = () => {
    if (connectedAt === null) client.raw('CAP', 'END')
  }
  timers.later(patience.registrationMs, () => {
    if (connectedAt === null) end('the network did not welcome us in time')
  })
  client.on('registered', () => {
    connectedAt = Date.now()
    lastPongAt = Date.now()
    us.persist()
    name.persist()
    rooms.persist()
    changed()
  })
  let marked = false
  client.on('server options', () => {
    const bot = client.network.supports('BOT')
    if (marked || typeof bot !== 'string' || !/^[A-Za-z]$/.test(bot)) return
    marked = true
    const wire = `MODE ${client.user.nick} +${bot}`
    void out.put({ rank: rank.control, wire, send: () => client.raw('MODE', client.user.nick, `+${bot}`) })
  })
  client.on('pong', () => (lastPongAt = Date.now()))
  client.on('socket close', (fault) => end(fault ? fault.message : 'the connection was closed'))
  client.on('unknown command', ({ command, params }) => {
    if (command === TARGET_IS_PRIVATE && params[1] !== undefined) context.refused(params[1], session)
  })
  client.on('irc error', ({ error, reason, nick: refusing }) => {
    if (error === 'cannot_send_to_user' && refusing !== undefined) context.refused(refusing, session)
    if (error === 'irc') log('warn', 'the server closes the connection', { network: settled.network, reason })
  })

  const session: Session = {
    client,
    out,
    people: whom,
    channels: rooms,
    get phase() {
      return phase
    },
    get problem() {
      return us.problem ?? rooms.problem
    },
    get vouches() {
      return client.network.cap.isEnabled('account-tag')
    },
    get connectedAt() {
      return connectedAt
    },
    get lastPongAt() {
      return lastPongAt
    },
    ended,
    end,
  }
  client.on('privmsg', (event) => context.heard(event, session))
  const misread = (fault: unknown) =>
    log('error', 'a line from the server was not understood', { fault: String(fault) })
  client.connect(connection(settled, context.secure, misread))
  return session
}

function abandon(client: IrcClient): void {
  client.removeAllListeners()
  client.connection.end(undefined, true)
}
