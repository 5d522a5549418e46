import net from 'node:net'

/** An IRC server of the test's own words, for what no well-behaved one says. It welcomes anybody who registers. */
export interface ScriptedServer extends AsyncDisposable {
  readonly port: number
  /** Lines received, without CR LF. */
  readonly received: readonly string[]
  /** Says a raw line (or several bytes without a line end) to everybody. */
  say(line: string): void
  bytes(data: string): void
}

export interface ScriptedOptions {
  /** Capabilities offered and granted. */
  caps?: string
  /** Extra answers: the lines to say when a line is received, or nothing. */
  answer?: (line: string) => readonly string[] | undefined
}

export async function scriptedServer(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const received: string[] = []
  const sockets = new Set<net.Socket>()
  const caps = options.caps ?? 'message-tags server-time batch account-tag'
  const own = (line: string): readonly string[] => {
    const [command = '', first = ''] = line.split(' ')
    if (line.startsWith('CAP LS')) return [`:s CAP * LS :${caps}`]
    if (line.startsWith('CAP REQ')) return [`:s CAP * ACK ${line.slice('CAP REQ '.length)}`]
    if (command === 'USER') return [':s 001 duffy :Welcome', ':s 005 duffy CHANTYPES=# STATUSMSG=@+ :are supported']
    if (command === 'JOIN') return [`:duffy!d@h JOIN ${first}`]
    if (command === 'PING') return [`:s PONG s :${first.replace(/^:/, '')}`]
    if (command === 'WHOIS') return [`:s 318 duffy ${first} :End`]
    return []
  }
  const server = net.createServer((socket) => {
    sockets.add(socket)
    let rest = ''
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (data) => {
      const lines = (rest + data.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        received.push(line)
        for (const said of options.answer?.(line) ?? own(line)) socket.write(`${said}\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bytes = (data: string) => {
    for (const socket of sockets) socket.write(data)
  }
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    received,
    bytes,
    say: (line) => bytes(`${line}\r\n`),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
