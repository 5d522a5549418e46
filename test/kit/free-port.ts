import net from 'node:net'

/** Below the kernel's ephemeral range, so that no outgoing connection, and no server that takes any port, has it before a start or between two. */
const FIRST_PORT = 15_000
const PORTS = 15_000

/** A port for a server that is told its port, and may be started late or again. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await canListen(port)) return port
  }
  throw new Error('no free port found')
}

const canListen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
