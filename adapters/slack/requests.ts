import { parse } from 'node:querystring'
import { verifySlackRequest } from '@slack/bolt'
import type { Log } from '../log.ts'
import type { Limits } from './options.ts'
import type { Incoming, Reply } from './ports.ts'
import type { Take } from './intake.ts'

interface RequestPorts {
  readonly signingSecret: () => string
  /** Undefined while Slack has not said yet who we are: Slack sends events again, and people see that nothing happened. */
  readonly take: () => Take | undefined
  readonly limits: Pick<Limits, 'skewMs' | 'signatures'>
  readonly clock: () => number
  readonly log: Log
}

/** Slack's requests over HTTP: none is looked into before its signature, its time and its novelty have been checked. */
export const requests = (ports: RequestPorts): ((request: Incoming) => Promise<Reply>) => {
  const seen = signatures(ports)
  return async ({ headers, body }) => {
    const text = body.toString('utf8')
    const isForm = String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
    // Unsigned: Slack looks whether our certificate is good. Nothing else of it is read.
    if (isForm && parse(text)['ssl_check'] === '1') return EMPTY
    const why = refusal(ports, headers, text) ?? seen(String(headers['x-slack-signature']))
    if (why !== null) {
      ports.log('warn', 'a request to the Slack door was refused', { why })
      return { ...EMPTY, status: 401 }
    }
    const payload = payloadOf(text, isForm)
    if (payload === null) return { ...EMPTY, status: 400 }
    if (payload['type'] === 'url_verification') return json({ challenge: payload['challenge'] })
    const take = ports.take()
    if (take === undefined) return { ...EMPTY, status: 503 }
    const answer = await take(payload, Number(headers['x-slack-retry-num'] ?? 0))
    if (answer === undefined || answer === '') return EMPTY
    return typeof answer === 'string' ? { status: 200, type: 'text/plain; charset=utf-8', body: answer } : json(answer)
  }
}

const EMPTY: Reply = { status: 200, type: null, body: '' }
const json = (value: unknown): Reply => ({
  status: 200,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
})

/** Why a request is none of Slack's, or too old or too new; null if it is in order. Bolt's check lets the future pass. */
const refusal = (
  { signingSecret, limits, clock }: RequestPorts,
  headers: Incoming['headers'],
  body: string,
): string | null => {
  const signature = headers['x-slack-signature']
  const seconds = Number(headers['x-slack-request-timestamp'] ?? Number.NaN)
  if (typeof signature !== 'string' || !Number.isSafeInteger(seconds)) return 'it is not signed'
  if (seconds * 1000 > clock() + limits.skewMs) return 'its time is ahead of ours'
  if (seconds * 1000 < clock() - limits.skewMs) return 'its time is long past'
  try {
    verifySlackRequest({
      signingSecret: signingSecret(),
      body,
      headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': seconds },
      nowMilliseconds: clock(),
    })
    return null
  } catch {
    return 'its signature is wrong'
  }
}

/** Remembers signatures for as long as their time is good: Slack signs a request anew when it sends it again. */
const signatures = ({ limits, clock }: RequestPorts): ((signature: string) => string | null) => {
  const seen = new Map<string, number>()
  return (signature) => {
    for (const [old, at] of seen) {
      if (at > clock() - 2 * limits.skewMs && seen.size < limits.signatures) break
      seen.delete(old)
    }
    if (seen.has(signature)) return 'it was received before'
    seen.set(signature, clock())
    return null
  }
}

const payloadOf = (text: string, isForm: boolean): Record<string, unknown> | null => {
  try {
    const form = isForm ? parse(text) : null
    const value: unknown =
      form === null || typeof form['payload'] === 'string' ? JSON.parse(String(form?.['payload'] ?? text)) : form
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
