import { randomBytes } from 'node:crypto'
import type { FastifyError, FastifyRequest } from 'fastify'
import type { Ports } from './ports.ts'
import { busy, mayBeDone, notDone, nothingDone, notReady, problem } from './problem.ts'
import type { Answer } from './route.ts'

/** A body that is not taken. */
export class BadBody extends Error {
  readonly statusCode = 400
}

/** What a request came to that threw. What is our own fault is noted, under a reference that its answer tells. */
export function answerFault(error: FastifyError | BadBody, request: FastifyRequest, ports: Pick<Ports, 'log'>): Answer {
  const answer = blamed(error) ?? turnedAway(error)
  if (answer !== null) return answer
  const ref = randomBytes(2).toString('hex')
  const { method, routeOptions, caller } = request
  ports.log('error', 'a request failed', { ref, method, route: routeOptions.url, key: caller?.key, cause: error })
  if (isNotDone(error)) return notDone(ref)
  return method === 'GET' || isBug(error) ? nothingDone(ref) : mayBeDone(ref)
}

/** What the caller did wrong, or null if the fault is ours. */
const blamed = (error: FastifyError | BadBody): Answer | null => {
  if (error instanceof BadBody) return problem(400, 'badBody', 'Bad body', error.message)
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problem(413, 'bodyTooLarge', 'Body too large', 'A request body may have 64 KiB at most.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return problem(415, 'notJson', 'Not JSON', 'Send the body as "Content-Type: application/json".')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return problem(400, 'badRequest', 'Bad request', error.message)
    default:
      return null
  }
}

/** What the lane says when it takes nothing; known by name, since its classes are another adapter's. */
const turnedAway = (error: Error & { retryAfterMs?: number }): Answer | null => {
  if (error.name === 'Busy') return busy(error.retryAfterMs ?? 1000)
  return error.name === 'Stopped' ? notReady() : null
}

/** The lane knows that the command left nothing behind. Of any other fault nobody does: it may have come after the command. */
const isNotDone = (error: Error & { outcome?: string }): boolean =>
  error.name === 'Fault' && error.outcome === 'notDone'

const isBug = (error: Error & { outcome?: string }): boolean => error.name === 'Fault' && error.outcome === 'bug'
