import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Got {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  // oxlint-disable-next-line no-explicit-any -- whatever was posted
  readonly data: any
}

/** Somebody who is told what happens, and answers as the test says: a status, or nothing at all. */
export interface WebhookServer extends AsyncDisposable {
  readonly url: string
  readonly got: readonly Got[]
  /** What the next posts are answered; 200 once there is none left. */
  readonly answers: (number | 'silence')[]
  /** What all are answered that `answers` says nothing of. */
  standard: number
}

export const webhookServer = async (): Promise<WebhookServer> => {
  const got: Got[] = []
  const answers: (number | 'silence')[] = []
  const state = { standard: 200 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => (body += part))
    request.on('end', () => {
      const answer = answers.shift() ?? state.standard
      got.push({ path: request.url ?? '', headers: request.headers, body, data: JSON.parse(body) })
      if (answer === 'silence') return
      const isElsewhere = answer >= 300 && answer < 400
      response.writeHead(answer, isElsewhere ? { location: '/elsewhere' } : {}).end('x'.repeat(100))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    answers,
    get standard() {
      return state.standard
    },
    set standard(status) {
      state.standard = status
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
