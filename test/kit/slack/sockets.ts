import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'

export interface Answered {
  readonly envelope_id: string
  // oxlint-disable-next-line typescript/no-explicit-any -- looked into field by field
  readonly payload?: any
}

/** Slack's side of Socket Mode: it greets, sends envelopes, pings, and ends lines when it likes. */
export interface Sockets {
  serve(server: Server): void
  address(http: string): string
  /** Lines that are open now. */
  readonly open: number
  /** Opened of all time. */
  readonly opened: number
  /** Milliseconds until a line is greeted; it may be set while it runs. */
  greetAfterMs: number
  /** Sends an envelope on the newest line; its answer, once there is one. Sent again on another line where one is cut meanwhile. */
  deliver(
    type: 'slash_commands' | 'interactive' | 'events_api',
    payload: object,
    options?: { id?: string; ms?: number },
  ): Promise<Answered>
  /** Asks every line to end, as Slack does every few hours. */
  refresh(): void
  /** Cuts every line at once. */
  cut(): void
  /** No more pings, nor answers to any: as a cable that is pulled. */
  silence(): void
  close(): void
}

export const sockets = (): Sockets => {
  const server = new WebSocketServer({ noServer: true })
  const lines: WebSocket[] = []
  const answers = new Map<string, Answered>()
  let opened = 0
  let silent = false
  let count = 0
  const pings = setInterval(() => {
    if (!silent) for (const line of lines) line.ping()
  }, 200)

  const it: Sockets = {
    greetAfterMs: 0,
    serve(http) {
      http.on('upgrade', (request, socket, head) => {
        server.handleUpgrade(request, socket, head, (line) => {
          opened += 1
          line.on('close', () => {
            if (lines.includes(line)) lines.splice(lines.indexOf(line), 1)
          })
          line.on('message', (data) => {
            const answer = JSON.parse((data as Buffer).toString()) as Answered
            answers.set(answer.envelope_id, answer)
          })
          setTimeout(() => {
            // Given up meanwhile by who waited for the greeting.
            if (line.readyState !== WebSocket.OPEN) return
            lines.push(line)
            line.send(JSON.stringify({ type: 'hello', num_connections: lines.length }))
          }, it.greetAfterMs)
        })
      })
    },
    address: (http) => `${http.replace('http', 'ws')}/link?ticket=${opened}`,
    get open() {
      return lines.length
    },
    get opened() {
      return opened
    },
    async deliver(type, payload, { id = `E${(count += 1)}`, ms = 20_000 } = {}) {
      const end = performance.now() + ms
      let sentOn: WebSocket | undefined
      let attempt = 0
      while (performance.now() < end) {
        const answer = answers.get(id)
        if (answer !== undefined) return answer
        const line = lines.at(-1)
        if (line !== undefined && sentOn?.readyState !== WebSocket.OPEN) {
          sentOn = line
          const accepts = type !== 'events_api'
          line.send(
            JSON.stringify({
              envelope_id: id,
              type,
              payload,
              accepts_response_payload: accepts,
              retry_attempt: attempt,
            }),
          )
          attempt += 1
        }
        await pause(5)
      }
      throw new Error(`no answer to envelope ${id} within ${ms} ms; ${lines.length} lines open`)
    },
    refresh() {
      for (const line of lines.splice(0)) {
        line.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
        lines.unshift(line)
      }
    },
    cut() {
      for (const line of server.clients) line.terminate()
    },
    silence() {
      silent = true
    },
    close() {
      clearInterval(pings)
      for (const line of server.clients) line.terminate()
      server.close()
    },
  }
  return it
}
