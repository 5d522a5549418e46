import { createHmac } from 'node:crypto'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Forbidden, guardedLookup, literal } from '../addresses.ts'
import type { Allowed } from './address.ts'

/** One event on its way to one webhook. */
export interface Delivery {
  readonly url: string
  /** `whsec_…`. */
  readonly secret: string
  /** The same for every try. */
  readonly id: string
  readonly body: string
}

/** `gone`: whoever is there wants nothing more. */
export type Posted = { readonly type: 'taken' } | { readonly type: 'failed' | 'gone'; readonly why: string }

/** From the first byte sent to the status received. */
const DEADLINE_MS = 10_000

/**
 * Posts once, signed as Standard Webhooks says (https://www.standardwebhooks.com). Every address that the name has is checked when it is
 * connected to; redirects lead nowhere; of the answer its status alone is read. Never rejects.
 */
export async function post(
  delivery: Delivery,
  { allowed, now, deadlineMs = DEADLINE_MS }: { allowed: Allowed; now: () => number; deadlineMs?: number },
): Promise<Posted> {
  try {
    return meaningOf(await statusOf(delivery, { allowed, now, deadlineMs }))
  } catch (fault) {
    return { type: 'failed', why: (fault as Error).message || String((fault as { code?: string }).code) }
  }
}

const statusOf = async (
  { url: text, secret, id, body }: Delivery,
  { allowed, now, deadlineMs }: { allowed: Allowed; now: () => number; deadlineMs: number },
): Promise<number> => {
  const url = new URL(text)
  const forbids = (address: string): boolean => allowed.forbids(url.protocol, address)
  const address = literal(url.hostname)
  if (address !== null && forbids(address)) throw new Forbidden(url.hostname, address)
  const timestamp = Math.floor(now() / 1000)
  const signal = AbortSignal.timeout(deadlineMs)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const options = {
    method: 'POST',
    agent: false as const,
    lookup: guardedLookup(forbids),
    signal,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Duffy',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf(secret, { id, timestamp, body }),
    },
  }
  const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options)
  request.once('response', resolve).once('error', reject).end(body)
  try {
    return (await promise).statusCode ?? 0
  } catch (fault) {
    throw signal.aborted ? new Error(`no answer within ${deadlineMs / 1000} s`, { cause: fault }) : fault
  } finally {
    // Once the connection is given up, it may still say that it broke.
    request.on('error', () => {}).destroy()
  }
}

/** `v1,` and the HMAC-SHA256 of id, time and body, in base64. */
const signatureOf = (
  secret: string,
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
): string => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

const GONE = 410

const meaningOf = (status: number): Posted => {
  if (status >= 200 && status < 300) return { type: 'taken' }
  const isElsewhere = status >= 300 && status < 400
  const why = `it answers ${status}${isElsewhere ? ': redirects are not followed, so give the address itself' : ''}`
  return { type: status === GONE ? 'gone' : 'failed', why }
}
