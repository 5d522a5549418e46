import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Log } from '../log.ts'
import type { Take } from './intake.ts'
import type { Limits } from './options.ts'
import { pause } from './pace.ts'

interface SocketPorts {
  /** Where to open one; each address is good once. */
  readonly address: () => Promise<string>
  readonly take: Take
  readonly limits: Pick<Limits, 'helloMs' | 'silenceMs' | 'backoffMs' | 'longestBackoffMs'>
  readonly log: Log
}

/** One connection to Slack. */
interface Link {
  /** Resolves when Slack wants it to end, or it has ended; why. */
  readonly leaving: Promise<string>
  close(): void
}

/**
 * Socket Mode: Duffy calls Slack, and what people say comes over the line. Slack ends each line after some hours: then the next
 * one is open before the last is closed, so that nobody is left without an answer. It never gives up.
 */
export const socket = (ports: SocketPorts): AsyncDisposable => {
  const closing = new AbortController()
  const running = keepOpen(ports, closing.signal)
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      await running
    },
  }
}

const keepOpen = async ({ limits, log, ...ports }: SocketPorts, signal: AbortSignal): Promise<void> => {
  let before: Link | null = null
  let failures = 0
  while (!signal.aborted) {
    try {
      const link = await open({ limits, log, ...ports }, signal)
      before?.close()
      before = link
      if (failures > 0) log('info', 'Slack is connected again')
      failures = 0
      log('info', 'Slack’s socket ends; the next one is opened', { why: await link.leaving })
    } catch (fault) {
      if (signal.aborted) break
      failures += 1
      const waitMs = Math.min(limits.longestBackoffMs, limits.backoffMs * 2 ** Math.min(failures - 1, 20))
      log('warn', 'Slack’s socket cannot be opened', { waitMs, fault: String(fault) })
      await pause(waitMs, signal)
    }
  }
  before?.close()
}

/** A line that Slack has greeted us on. */
const open = async ({ address, take, limits, log }: SocketPorts, signal: AbortSignal): Promise<Link> => {
  const line = new WebSocket(await address())
  const greeted = Promise.withResolvers<void>()
  const leaving = Promise.withResolvers<string>()
  const close = (): void => line.close()
  const lost = (why: string): void => {
    greeted.reject(new Error(why))
    leaving.resolve(why)
  }
  const silence = watchSilence(line, limits.silenceMs, () => {
    lost('it fell silent')
    close()
  })
  const abort = (): void => lost('Duffy is stopping')
  signal.addEventListener('abort', abort)
  const impatience = setTimeout(() => lost('Slack did not greet us'), limits.helloMs)

  line.addEventListener('message', ({ data }) => {
    silence.heard()
    const message = parsed(data)
    if (message === null) return
    if (message.type === 'hello') greeted.resolve()
    else if (message.type === 'disconnect')
      leaving.resolve(typeof message.reason === 'string' ? message.reason : 'Slack says so')
    else if (typeof message.envelope_id === 'string') void answer(line, message, { take, log })
  })
  line.addEventListener('error', () => lost('it broke'))
  line.addEventListener('close', ({ code }) => {
    silence.stop()
    signal.removeEventListener('abort', abort)
    lost(`it was closed (${code})`)
  })
  try {
    await greeted.promise
    return { leaving: leaving.promise, close }
  } catch (fault) {
    close()
    throw fault
  } finally {
    clearTimeout(impatience)
  }
}

/** What Slack sends over a line, as far as it is looked at here. */
interface Envelope {
  readonly type?: unknown
  readonly reason?: unknown
  readonly envelope_id?: unknown
  readonly payload?: unknown
  readonly retry_attempt?: unknown
  readonly accepts_response_payload?: unknown
}

const parsed = (data: unknown): Envelope | null => {
  try {
    const value: unknown = JSON.parse(String(data))
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}

/** An answer that finds its line gone is no loss: Slack sends the envelope again, and it acts once. */
const answer = async (
  line: WebSocket,
  { envelope_id: id, payload, retry_attempt: retry, accepts_response_payload: accepts }: Envelope,
  { take, log }: Pick<SocketPorts, 'take' | 'log'>,
): Promise<void> => {
  const body = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {}
  const response = await take(body, Number(retry ?? 0))
  const carried = accepts === true && response !== undefined && response !== ''
  const said = typeof response === 'string' ? { text: response } : response
  if (line.readyState !== WebSocket.OPEN)
    return log('info', 'an answer found its socket closed; Slack will ask again', { envelope: String(id) })
  line.send(JSON.stringify({ envelope_id: id, ...(carried ? { payload: said } : {}) }))
}

/** Slack pings every few seconds; a line on which nothing comes is dead, whatever TCP says of it. */
const watchSilence = (line: WebSocket, silenceMs: number, onSilence: () => void) => {
  let timer = setTimeout(onSilence, silenceMs)
  const heard = (): void => {
    clearTimeout(timer)
    timer = setTimeout(onSilence, silenceMs)
  }
  const onPing = (message: unknown): void => {
    if ((message as { websocket?: unknown }).websocket === line) heard()
  }
  subscribe(PINGS, onPing)
  return {
    heard,
    stop() {
      clearTimeout(timer)
      unsubscribe(PINGS, onPing)
    },
  }
}

/** Where Node tells of the pings that it answers by itself. */
const PINGS = 'undici:websocket:ping'
