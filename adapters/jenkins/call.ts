import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Forbidden, guardedLookup, isNobody, isPublic, literal } from '../addresses.ts'
import type { JenkinsOptions } from './options.ts'

/** What it takes to call a Jenkins. */
export type Callable = Pick<JenkinsOptions, 'credentials' | 'ca' | 'privateAddresses'>

export interface Called {
  readonly status: number
  readonly text: string
}

export interface Calling {
  /** Sent by `POST`, as a form; without one it is a `GET`. */
  readonly form?: Readonly<Record<string, string>>
  /** From the first byte sent to the last received. */
  readonly deadlineMs?: number
  /** Longer answers are left. */
  readonly mostBytes?: number
}

const DEADLINE_MS = 10_000
/** The answer to what is asked after a build has about a hundred. */
const MOST_BYTES = 16 * 1024

/**
 * One call. Only the addresses that a Jenkins may have are connected to, and redirects lead nowhere, so that credentials reach nobody
 * else. Rejects if there is no answer, for a reason that can be told.
 */
export async function call(url: URL, jenkins: Callable, calling: Calling = {}): Promise<Called> {
  const { form, deadlineMs = DEADLINE_MS, mostBytes = MOST_BYTES } = calling
  const forbids = jenkins.privateAddresses ? isNobody : (address: string) => !isPublic(address)
  const address = literal(url.hostname)
  if (address !== null && forbids(address)) throw new Forbidden(url.hostname, address)
  const signal = AbortSignal.timeout(deadlineMs)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const options = {
    agent: false as const,
    method: form === undefined ? 'GET' : 'POST',
    lookup: guardedLookup(forbids),
    signal,
    ...identityOf(jenkins, form !== undefined),
  }
  const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options)
  request.once('response', resolve).once('error', reject)
  request.end(form === undefined ? undefined : new URLSearchParams(form).toString())
  try {
    const response = await promise
    return { status: response.statusCode ?? 0, text: await textOf(response, mostBytes) }
  } catch (fault) {
    throw signal.aborted ? new Error(`no answer within ${deadlineMs / 1000} s`, { cause: fault }) : fault
  } finally {
    request.destroy()
  }
}

const identityOf = ({ credentials, ca }: Callable, isForm: boolean) => ({
  headers: {
    accept: 'application/json',
    'user-agent': 'Duffy',
    ...(isForm && { 'content-type': 'application/x-www-form-urlencoded' }),
  },
  ...(credentials !== null && { auth: `${credentials.user}:${credentials.token()}` }),
  ...(ca !== null && { ca }),
})

const textOf = async (response: IncomingMessage, mostBytes: number): Promise<string> => {
  response.setEncoding('utf8')
  let text = ''
  for await (const part of response) {
    text += part as string
    if (text.length > mostBytes) throw new Error('the answer is longer than any of its kind')
  }
  return text
}

/** Why there was no answer, in words. */
export const whyOf = (fault: unknown): string =>
  (fault as Error).message || String((fault as { readonly code?: unknown }).code)

/** What it means if a Jenkins answers with something else than what was asked for. */
export const STATUS_MEANINGS: Readonly<Record<number, string>> = {
  301: ': redirects are not followed, so give the address that it has itself',
  302: ': redirects are not followed; it may want credentials',
  401: ': it wants other credentials',
}
