import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator } from 'emulate'
import { freePort } from '../free-port.ts'
import { sockets, type Sockets } from './sockets.ts'

/** What the Slack app of the tests has. */
export const APP = {
  team: 'T000000001',
  user: 'U0DUFFYBOT',
  bot: 'B0DUFFYBOT',
  app: 'A0DUFFYAPP',
  botToken: 'xoxb-test-duffy',
  appToken: 'xapp-test-duffy',
  signingSecret: 'a secret between Slack and Duffy',
} as const

// oxlint-disable-next-line typescript/no-explicit-any -- what Slack says is looked into field by field, and a wrong field fails its test
export type Json = any

/** A call of Slack's API, as it came. */
export interface Called {
  readonly method: string
  readonly given: Readonly<Record<string, Json>>
  readonly at: number
}

/** Instead of what the emulator would answer. */
export interface Instead {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

/**
 * A workspace: the emulator's, behind a front that adds what it lacks. Those are sockets, where answers go (`response_url`), who
 * is a guest, and every way in which Slack can fail.
 */
export interface Workspace extends AsyncDisposable {
  /** Of the API, with a slash at its end. */
  readonly apiUrl: string
  readonly calls: readonly Called[]
  /** What was said to `response_url`s, newest last. */
  readonly responses: readonly Json[]
  readonly sockets: Sockets
  readonly channel: string
  user(name: string): string
  /** Changes what Slack says of somebody. */
  profile(user: string, change: object): void
  /** The next `times` calls of a method are answered so. */
  instead(method: string, answer: Instead, times?: number): void
  restore(): void
  /** Calls of the emulator by the test itself. */
  api(method: string, given: Readonly<Record<string, unknown>>): Promise<Json>
  /** All of a person's conversation with Duffy, oldest first. */
  direct(user: string): Promise<Json[]>
  /** A place for an answer. */
  responseUrl(): string
}

export const workspace = async (people: readonly string[] = ['alice', 'bob', 'guest']): Promise<Workspace> => {
  const emulator = await createEmulator({ service: 'slack', port: await freePort(), seed: { slack: seedOf(people) } })
  const calls: Called[] = []
  const responses: Json[] = []
  const profiles = new Map<string, object>()
  const injected = new Map<string, { readonly answer: Instead; left: number }[]>()
  const links = sockets()

  const front = createServer((request, response) => {
    answer(request, response).catch((fault: unknown) => response.writeHead(500).end(String(fault)))
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const path = request.url ?? ''
    if (path.startsWith('/respond/')) {
      responses.push(JSON.parse(body.toString()))
      return void response.writeHead(200).end('ok')
    }
    const method = path.replace('/api/', '')
    calls.push({ method, given: fieldsOf(request, body), at: Date.now() })
    const [first] = injected.get(method) ?? []
    if (first !== undefined) {
      first.left -= 1
      if (first.left <= 0) injected.get(method)!.shift()
      return send(response, first.answer)
    }
    if (method === 'apps.connections.open') {
      const isOurs = request.headers.authorization === `Bearer ${APP.appToken}`
      return send(response, {
        body: isOurs ? { ok: true, url: links.address(urlOf(front)) } : { ok: false, error: 'invalid_auth' },
      })
    }
    if (request.headers.authorization !== `Bearer ${APP.botToken}`)
      return send(response, { body: { ok: false, error: 'invalid_auth' } })
    await passOn(request, response, body)
  }
  const passOn = async (request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    const answered = await fetch(emulator.url + request.url, {
      method: 'POST',
      headers: { authorization: request.headers.authorization!, 'content-type': request.headers['content-type'] ?? '' },
      body: new Uint8Array(body),
    })
    const told = (await answered.json()) as Json
    const change = told.user?.id === undefined ? undefined : profiles.get(told.user.id)
    send(response, {
      status: answered.status,
      body: change === undefined ? told : { ...told, user: { ...told.user, ...change } },
    })
  }
  links.serve(front)
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')

  const api: Workspace['api'] = async (method, given) => {
    const answered = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APP.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(given),
    })
    return answered.json()
  }
  const { members } = await api('users.list', {})
  const { channels } = await api('conversations.list', {})
  return {
    apiUrl: `${urlOf(front)}/api/`,
    calls,
    responses,
    sockets: links,
    channel: channels.find(({ name }: Json) => name === 'builds').id,
    user: (name) => members.find((one: Json) => one.name === name).id,
    profile: (user, change) => void profiles.set(user, change),
    instead: (method, given, times = 1) =>
      void injected.set(method, [...(injected.get(method) ?? []), { answer: given, left: times }]),
    restore: () => injected.clear(),
    api,
    async direct(user) {
      const { channel } = await api('conversations.open', { users: user })
      const { messages } = await api('conversations.history', { channel: channel.id })
      return messages.toReversed()
    },
    responseUrl: () => `${urlOf(front)}/respond/${Math.random().toString(36).slice(2)}`,
    async [Symbol.asyncDispose]() {
      links.close()
      front.closeAllConnections()
      front.close()
      await emulator.close()
    },
  }
}

const seedOf = (people: readonly string[]): object => ({
  team: { name: 'Test', domain: 'test' },
  users: people.map((name) => ({ name, real_name: name, email: `${name}@example.org` })),
  channels: [{ name: 'builds' }],
  oauth_apps: [
    {
      client_id: '1.2',
      client_secret: 'x',
      app_id: APP.app,
      name: 'Duffy',
      redirect_uris: [],
      bot_id: APP.bot,
      bot_user_id: APP.user,
      bot_name: 'duffy',
    },
  ],
  tokens: [{ token: APP.botToken, user_id: APP.user, bot_id: APP.bot, bot_user_id: APP.user, app_id: APP.app }],
})

const send = (response: ServerResponse, { status = 200, headers = {}, body = { ok: true } }: Instead): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** Slack's client sends forms, in which what has parts is JSON. */
const fieldsOf = (request: IncomingMessage, body: Buffer): Record<string, Json> => {
  if (String(request.headers['content-type']).startsWith('application/json')) return JSON.parse(body.toString() || '{}')
  return Object.fromEntries(
    [...new URLSearchParams(body.toString())].map(([name, text]) => [
      name,
      /^[[{]/.test(text) ? JSON.parse(text) : text,
    ]),
  )
}

const urlOf = (server: ReturnType<typeof createServer>): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** What has a Duffy use a workspace. */
export const slackEnvironment = ({ apiUrl }: Pick<Workspace, 'apiUrl'>) => ({
  DUFFY_SLACK_BOT_TOKEN: APP.botToken,
  DUFFY_SLACK_SIGNING_SECRET: APP.signingSecret,
  DUFFY_SLACK_API_URL: apiUrl,
})
