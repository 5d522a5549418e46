import type { FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import type { Answer } from './route.ts'

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const JSON_TYPE = 'application/json; charset=utf-8'

export function send(reply: FastifyReply, { status, body, headers }: Answer): FastifyReply {
  const payload = typeof body === 'string' || body instanceof Readable ? body : JSON.stringify(body)
  return reply
    .code(status)
    .headers(HEADERS)
    .header('content-type', JSON_TYPE)
    .headers(headers ?? {})
    .send(payload)
}
