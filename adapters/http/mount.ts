import type { FastifyInstance } from 'fastify'

/**
 * An address that another door answers: it is handed each request as it came, for its signature is over the very bytes. Whoever
 * owns it checks who calls; rates, sizes and times are bounded here.
 */
export interface Mount {
  readonly path: string
  readonly receive: (request: RawRequest) => Promise<RawReply>
}

export interface RawRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

/** `type` is the content type of the body; null: there is none. */
export interface RawReply {
  readonly status: number
  readonly type: string | null
  readonly body: string
}

/** What a platform sends about one message with all its parts. */
const BODY_BYTES = 512 * 1024

/** In a context of its own, so that every other address goes on taking JSON alone. */
export const mountOn = (app: FastifyInstance, { path, receive }: Mount): void => {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
    scope.post(path, { bodyLimit: BODY_BYTES }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const answer = await receive({ headers: request.headers, body })
      reply.code(answer.status).header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
      if (answer.type !== null) reply.header('content-type', answer.type)
      return reply.send(answer.body)
    })
    done()
  })
}
