import { request as plain, type IncomingMessage } from 'node:http'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, Stop, type World } from './world.ts'

/** The server, as a call of the command line reaches it. */
export interface Api {
  readonly url: string
  send(call: ApiCall): Promise<Answer>
  /** The beginning of an answer, whose bytes are still to come. */
  open(call: ApiCall): Promise<IncomingMessage>
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly idempotencyKey?: string
  /** With the operators' key, if there is one of its own. */
  readonly operator?: boolean
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** The text as JSON; undefined if it is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

const DEFAULT_URL = 'http://127.0.0.1:8080'
/** How long the server may take to begin an answer, beyond what it was asked to wait. Its longest wait is ten minutes. */
const PATIENCE_MS = 11 * 60_000

export function apiOf(world: World): Api {
  const url = URL.parse(world.env['DUFFY_URL'] ?? DEFAULT_URL)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Stop(EXIT.misread, `DUFFY_URL is to be like ${DEFAULT_URL}, not "${world.env['DUFFY_URL']}"`)
  }
  const base = url.href.replace(/\/$/, '')
  const begun = (call: ApiCall): Promise<IncomingMessage> => open(base, keyFor(world, call.operator === true), call)
  return { url: base, open: begun, send: async (call) => answerOf(base, await begun(call)) }
}

/** The key named in the environment, or the one that a Duffy on this machine keeps for those who may read its files. */
const keyFor = ({ env, root }: World, operator: boolean): string | null => {
  if (env['DUFFY_API_KEY'] !== undefined) return env['DUFFY_API_KEY'].trim()
  const folders = env['DUFFY_DATA_DIR'] === undefined ? [join(root, 'var'), 'var'] : [env['DUFFY_DATA_DIR']]
  const files = operator ? ['operator.key', 'local.key'] : ['local.key']
  for (const folder of folders) {
    for (const file of files) {
      const key = readIfThere(join(folder, file))
      if (key !== null) return key.trim()
    }
  }
  return null
}

const readIfThere = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null
    throw error
  }
}

const open = async (base: string, key: string | null, call: ApiCall): Promise<IncomingMessage> => {
  const { method = 'GET', path, body, idempotencyKey } = call
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const headers: Record<string, string> = { accept: 'application/json' }
  if (key !== null) headers['authorization'] = `Bearer ${key}`
  if (payload !== undefined) headers['content-type'] = 'application/json'
  if (payload !== undefined) headers['content-length'] = String(Buffer.byteLength(payload))
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
  // TLS costs some milliseconds to load, and the usual server is on this machine.
  const request = base.startsWith('https:') ? (await import('node:https')).request : plain
  return new Promise((resolve, reject) => {
    const sent = request(`${base}${path}`, { method, headers, timeout: PATIENCE_MS, agent: false }, resolve)
    sent.on('timeout', () => sent.destroy(new Error('no answer came')))
    sent.on('error', (cause) => reject(unreachable(base, cause)))
    sent.end(payload)
  })
}

/** All of it, as text. */
export const answerOf = async (base: string, response: IncomingMessage): Promise<Answer> => {
  let text = ''
  response.setEncoding('utf8')
  try {
    for await (const part of response) text += part as string
  } catch (cause) {
    throw unreachable(base, cause as Error)
  }
  return { status: response.statusCode ?? 0, text, body: jsonOf(text) }
}

const unreachable = (base: string, cause: Error): Stop =>
  new Stop(
    EXIT.fault,
    `cannot reach Duffy at ${base} (${(cause as NodeJS.ErrnoException).code ?? cause.message}); is it running? DUFFY_URL says where it is`,
    cause,
  )

const jsonOf = (text: string): Answer['body'] => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Answer['body']) : undefined
  } catch {
    return undefined
  }
}
