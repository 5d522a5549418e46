import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { until } from './until.ts'

export interface PersonOptions {
  nick: string
  /** Logs in by SASL PLAIN before joining; without it, a person nobody vouches for. */
  login?: { account: string; password: string }
  channels?: readonly string[]
  /** Connects to `tlsPort` trusting `caFile`. */
  tls?: boolean
}

export interface PersonNetwork {
  port: number
  tlsPort?: number
  caFile?: string
}

/** A scripted person on a raw connection of its own, so that tests see exactly what the server sends. */
export interface Person extends AsyncDisposable {
  /** Every line received, tags included, without CR LF. */
  readonly received: readonly string[]
  say(target: string, text: string): void
  /** One raw line. */
  send(line: string): void
  /**
   * The first received line that matches and was not matched by an earlier wait.
   * Lines are matched without tags: `:duffy!u@h PRIVMSG #room :alice: hello`.
   */
  waitFor(pattern: RegExp, ms?: number): Promise<string>
  /** All lines that matched so far, without tags. */
  lines(pattern: RegExp): readonly string[]
  /** Resolves when the server has handled everything sent so far. */
  settled(): Promise<void>
}

export async function person(network: PersonNetwork, options: PersonOptions): Promise<Person> {
  const socket = options.tls ? secure(network) : net.connect(network.port, '127.0.0.1')
  const received: string[] = []
  let cursor = 0
  let rest = ''
  let pings = 0
  socket.on('error', (error: Error) => received.push(`ERROR :${error.message}`))
  socket.setEncoding('utf8')
  const send = (line: string) => void socket.write(`${line}\r\n`)
  socket.on('data', (data: string) => {
    const lines = (rest + data).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      received.push(line)
      if (line.startsWith('PING ')) send(line.replace('PING', 'PONG'))
    }
  })

  const waitFor = (pattern: RegExp, ms = 30_000) =>
    until(
      () => {
        const at = received.findIndex((line, index) => index >= cursor && pattern.test(bare(line)))
        if (at < 0) return undefined
        cursor = at + 1
        return bare(received[at] ?? '')
      },
      { ms, what: () => `${options.nick} to receive ${pattern}; got:\n${received.slice(-15).join('\n')}` },
    )

  send('CAP LS 302')
  send(`NICK ${options.nick}`)
  send(`USER ${options.nick.replace(/\W/g, '')} 0 * :A person`)
  const wanted = 'message-tags server-time batch account-tag extended-join account-notify'
  if (options.login) await logIn(options.login)
  send('CAP END')
  await waitFor(/ 001 /, 60_000)
  for (const channel of options.channels ?? []) {
    send(`JOIN ${channel}`)
    await waitFor(/ 366 /)
  }

  async function logIn(login: { account: string; password: string }): Promise<void> {
    send(`CAP REQ :sasl ${wanted}`)
    await waitFor(/ CAP \S+ ACK/)
    send('AUTHENTICATE PLAIN')
    await waitFor(/^AUTHENTICATE :?\+/)
    send(`AUTHENTICATE ${Buffer.from(`\0${login.account}\0${login.password}`).toString('base64')}`)
    await waitFor(/ 903 /)
  }

  return {
    received,
    say: (target, text) => send(`PRIVMSG ${target} :${text}`),
    send,
    waitFor,
    lines: (pattern) => received.map(bare).filter((line) => pattern.test(line)),
    async settled() {
      pings += 1
      const token = `settled-${pings}`
      send(`PING ${token}`)
      await until(() => received.some((line) => line.includes(`PONG`) && line.includes(token)), {
        ms: 60_000,
        what: `${options.nick} to get ${token} back`,
      })
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  }
}

const bare = (line: string) => line.replace(/^@\S+ /, '')

function secure(network: PersonNetwork): tls.TLSSocket {
  const ca = readFileSync(network.caFile ?? '')
  return tls.connect({ host: '127.0.0.1', port: network.tlsPort ?? 0, ca })
}
