import type { Refusal } from '#core'
import { withInstants } from './instants.ts'
import { retryAfter, type Answer } from './route.ts'
import { REFUSALS } from './status.ts'

/** Problem details (RFC 9457); `detail` says what to do about it. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly [more: string]: unknown
}

const MEDIA_TYPE = 'application/problem+json; charset=utf-8'

export function problem(
  status: number,
  name: string,
  title: string,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const body: Problem = { type: `urn:duffy:${name}`, title, status, detail, ...more }
  return { status, body, headers: { 'content-type': MEDIA_TYPE } }
}

/** Seconds after which a caller turned away because the queue was full may try again. */
const QUEUE_FULL_S = 30

export function refused(refusal: Refusal, detail: string, more: Readonly<Record<string, unknown>> = {}): Answer {
  const { status, title } = REFUSALS[refusal.type]
  const { type, ...data } = refusal
  const answer = problem(status, type, title, detail, { refusal: type, data: withInstants(data), ...more })
  return status === 503 ? retryAfter(QUEUE_FULL_S, answer) : answer
}

/** A value that could not be read. `detail` says what to send instead. */
export function misread(
  detail: string,
  errors: readonly { readonly path: string; readonly detail: string }[] = [],
): Answer {
  return problem(422, 'misread', 'Not understood', detail, { errors })
}

export function busy(retryAfterMs: number): Answer {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return retryAfter(seconds, problem(503, 'busy', 'Busy', `I am busy; nothing was done. Try again in ${seconds} s.`))
}

export function tooFast(waitMs: number): Answer {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  const detail = `That is more than I take from one caller. Try again in ${seconds} s.`
  return retryAfter(seconds, problem(429, 'tooFast', 'Too many requests', detail))
}

export function noKey(): Answer {
  const detail =
    'Send a valid API key: "Authorization: Bearer dfy_…". The first start wrote two, local.key and operator.key, to Duffy’s data directory.'
  const answer = problem(401, 'noKey', 'No valid API key', detail)
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer realm="duffy"' } }
}

/** Said where a Jenkins proves itself by `?token=`, and did not. */
export function noSecret(): Answer {
  const detail =
    'The "token" in the address is the "secret" of no Jenkins in the config of this Duffy. Send that, URL-encoded, or instead of it an API key: "Authorization: Bearer dfy_…".'
  return problem(401, 'noSecret', "No Jenkins's secret", detail)
}

/** Seconds after which what failed on our side, and left nothing behind, may be tried again. */
const FAULT_S = 5

/** Surely nothing came of it. */
export function notDone(ref: string): Answer {
  const detail = `that failed on my side (ref ${ref}): nothing was changed. Try again in ${FAULT_S} s.`
  return retryAfter(FAULT_S, problem(503, 'fault', 'Fault', detail, { ref }))
}

/** Nobody knows what came of it; a look, or a repeat under the same id, finds out. */
export function mayBeDone(ref: string): Answer {
  const next = 'Look ("duffy list"), or send it again with the same Idempotency-Key.'
  const detail = `that failed on my side (ref ${ref}): it may have been done. ${next}`
  return problem(500, 'fault', 'Fault', detail, { ref })
}

/** Nothing came of it, nor would it the next time; or it only looked. */
export function nothingDone(ref: string): Answer {
  return problem(
    500,
    'fault',
    'Fault',
    `that failed on my side (ref ${ref}): nothing was changed. The log says why; ask an operator to look.`,
    { ref },
  )
}

export function notFound(what: string): Answer {
  return problem(404, 'notFound', 'Not found', what)
}

/** The lane takes no commands: Duffy is stopping, or could not trust its store any more. */
export function notReady(): Answer {
  const detail =
    'Duffy takes no commands: it is starting or stopping, or has stopped because it cannot trust its store (its log says why). Try again in 1 s.'
  return retryAfter(1, problem(503, 'notReady', 'Not ready', detail))
}
