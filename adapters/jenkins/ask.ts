import { buildEndOf, type BuildEnd, type BuildUrl } from '#core'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Forbidden, guardedLookup, isNobody, isPublic, literal } from '../addresses.ts'
import type { JenkinsOptions } from './options.ts'

/** What a Jenkins says of a build. `silent`: nothing, as far as the build is concerned; `down`: nothing at all. */
export type Said =
  | { readonly type: 'runs' }
  | { readonly type: 'over'; readonly end: BuildEnd }
  | { readonly type: 'silent' | 'down'; readonly why: string }

/** From the first byte sent to the last received. */
const DEADLINE_MS = 10_000
/** The answer to what is asked has about a hundred. */
const MOST_BYTES = 16 * 1024

/**
 * Asks a Jenkins once whether a build runs. Only the addresses that it may have are connected to, and redirects lead nowhere, so
 * that credentials reach nobody else. Never rejects.
 */
export async function askAfter(
  build: BuildUrl,
  jenkins: Pick<JenkinsOptions, 'credentials' | 'ca' | 'privateAddresses'>,
  deadlineMs = DEADLINE_MS,
): Promise<Said> {
  try {
    return meaningOf(await answerOf(new URL('api/json?tree=building,result', build), jenkins, deadlineMs))
  } catch (fault) {
    return { type: 'down', why: (fault as Error).message || String((fault as { code?: string }).code) }
  }
}

interface Answered {
  readonly status: number
  readonly text: string
}

const answerOf = async (
  url: URL,
  { credentials, ca, privateAddresses }: Parameters<typeof askAfter>[1],
  deadlineMs: number,
): Promise<Answered> => {
  const forbids = privateAddresses ? isNobody : (address: string) => !isPublic(address)
  const address = literal(url.hostname)
  if (address !== null && forbids(address)) throw new Forbidden(url.hostname, address)
  const signal = AbortSignal.timeout(deadlineMs)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const options = {
    agent: false as const,
    lookup: guardedLookup(forbids),
    signal,
    headers: { accept: 'application/json', 'user-agent': 'Duffy' },
    ...(credentials !== null && { auth: `${credentials.user}:${credentials.token()}` }),
    ...(ca !== null && { ca }),
  }
  const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options)
  request.once('response', resolve).once('error', reject).end()
  try {
    const response = await promise
    return { status: response.statusCode ?? 0, text: await textOf(response) }
  } catch (fault) {
    throw signal.aborted ? new Error(`no answer within ${deadlineMs / 1000} s`, { cause: fault }) : fault
  } finally {
    request.destroy()
  }
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  response.setEncoding('utf8')
  let text = ''
  for await (const part of response) {
    text += part as string
    if (text.length > MOST_BYTES) throw new Error('the answer is longer than any about a build')
  }
  return text
}

const meaningOf = ({ status, text }: Answered): Said => {
  if (status >= 500) return { type: 'down', why: `it answers ${status}` }
  if (status !== 200) return { type: 'silent', why: `it answers ${status}${MEANINGS[status] ?? ''}` }
  const state = parsed(text)
  if (typeof state?.building !== 'boolean') return { type: 'silent', why: 'its answer is not about a build' }
  if (state.building) return { type: 'runs' }
  return { type: 'over', end: buildEndOf(typeof state.result === 'string' ? state.result : null) }
}

const MEANINGS: Readonly<Record<number, string>> = {
  301: ': redirects are not followed, so give the address that it has itself',
  302: ': redirects are not followed; it may want credentials',
  401: ': it wants other credentials',
  403: ': whoever asks may not see the build',
  404: ': there is no such build, or whoever asks may not see it',
}

const parsed = (text: string): { readonly building?: unknown; readonly result?: unknown } | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
