import { hearing } from './hearing.ts'
import type { IrcNetworkOptions } from './options.ts'
import type { IrcDoor, IrcPorts, IrcState } from './ports.ts'
import { secureContext } from './secure.ts'
import { openSession, type Session } from './session.ts'
import { type Settled, settle } from './settle.ts'
import { speaking } from './speaking.ts'

/**
 * The door to one IRC network: people say `!duffy get metal` in a channel, or `get metal` in private, and are known
 * by the services account that the network vouches for. Throws on options that could never work.
 */
export function irc(options: IrcNetworkOptions): { name: string; start(ports: IrcPorts): Promise<IrcDoor> } {
  const settled = settle(options)
  return { name: `irc:${options.network}`, start: (ports) => Promise.resolve(supervise(settled, ports)) }
}

/** Connects again and again for as long as the door is open; a failed attempt only lengthens the wait. */
function supervise(settled: Settled, ports: IrcPorts): IrcDoor {
  const closing = new AbortController()
  const ghosts = { count: 0 }
  const speak = speaking(settled)
  let session: Session | undefined
  let everVouched = false
  let attempts = 0
  let lastProblem: string | null = null

  const heard = hearing({ settled, ports, speak, everVouched: () => everVouched, current: () => session })

  const attempt = async (): Promise<boolean> => {
    attempts += 1
    const secure = await secureContext(settled)
    const mine = openSession({
      settled,
      secure,
      log: ports.log,
      ghosts,
      heard: (event, from) => {
        everVouched ||= from.vouches
        heard(event, from)
      },
      refused: (nick, from) => speak.refused(from, nick),
    })
    session = mine
    const close = () => mine.end('Duffy is stopping')
    closing.signal.addEventListener('abort', close)
    lastProblem = await mine.ended
    closing.signal.removeEventListener('abort', close)
    session = undefined
    return mine.connectedAt !== null && Date.now() - mine.connectedAt > settled.patience.registrationMs
  }

  const run = async () => {
    let failures = 0
    while (!closing.signal.aborted) {
      const lasted = await attempt().catch((fault: unknown) => {
        lastProblem = String(fault)
        return false
      })
      if (closing.signal.aborted) return
      failures = lasted ? 0 : failures + 1
      const waitMs = backoff(settled, failures)
      ports.log('warn', 'irc is disconnected', { network: settled.network, why: lastProblem, waitMs })
      await pause(waitMs, closing.signal)
    }
  }
  const running = run()
  const whileHere = (say: (here: Session) => Promise<'sent' | 'absent'>): Promise<'sent' | 'absent'> => {
    const isHere = session !== undefined && (session.phase === 'ready' || session.phase === 'joining')
    return isHere && session ? say(session) : Promise.resolve('absent')
  }

  return {
    state: () => stateOf(session, { settled, attempts, lastProblem, closed: closing.signal.aborted }),
    tell: (address, replies) => whileHere((here) => speak.tell(here, address, replies)),
    announce: (room, lines) => whileHere((here) => speak.announce(here, room, lines)),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await running
    },
  }
}

/** Doubles from `backoffMs` to `longestBackoffMs`, then varies by a quarter so that many bots do not return at once. */
function backoff(settled: Settled, failures: number): number {
  const { backoffMs, longestBackoffMs } = settled.patience
  const doubled = Math.min(longestBackoffMs, backoffMs * 2 ** Math.min(Math.max(failures - 1, 0), 20))
  return Math.round(doubled * (0.75 + Math.random() / 4))
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })

interface Standing {
  settled: Settled
  attempts: number
  lastProblem: string | null
  closed: boolean
}

function stateOf(session: Session | undefined, standing: Standing): IrcState {
  const { settled, attempts, closed } = standing
  const trusted = settled.trustNicks && session?.connectedAt ? 'nick' : 'none'
  return {
    phase: closed ? 'closed' : (session?.phase ?? 'waiting'),
    problem: session ? session.problem : standing.lastProblem,
    nick: session?.client.user.nick ?? settled.nick,
    vouching: session?.vouches ? 'account' : trusted,
    caps: session ? [...session.client.network.cap.enabled] : [],
    channels: session?.channels.joined ?? [],
    queueLength: session?.out.length ?? 0,
    attempts,
    connectedAt: session?.connectedAt ?? null,
    lastPongAt: session?.lastPongAt ?? null,
  }
}
