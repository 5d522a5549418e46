import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Call, Door } from './route.ts'

/** A request as routes are handed it. */
export const callOf = (door: Door, request: FastifyRequest, reply: FastifyReply): Call => ({
  door,
  params: request.params as Record<string, string>,
  query: request.query as Record<string, unknown>,
  body: request.body,
  idempotencyKey: single(request.headers['idempotency-key']),
  lastEventId: single(request.headers['last-event-id']),
  signal: () => gone(reply),
})

/** What is wrong with a caller's own id, under which its answer is kept; null: nothing, or there is none. */
export const badOwnId = ({ idempotencyKey: id }: Pick<Call, 'idempotencyKey'>): string | null =>
  id === null || /^[\x21-\x7e]{1,200}$/.test(id)
    ? null
    : '"Idempotency-Key" is to be 1 to 200 visible characters, such as a UUID.'

const single = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header.join(', ') : header) ?? null

const gone = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  if (reply.raw.destroyed) controller.abort()
  else reply.raw.once('close', () => controller.abort())
  return controller.signal
}
