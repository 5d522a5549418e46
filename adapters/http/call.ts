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

const single = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header.join(', ') : header) ?? null

const gone = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  if (reply.raw.destroyed) controller.abort()
  else reply.raw.once('close', () => controller.abort())
  return controller.signal
}
