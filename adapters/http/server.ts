import Fastify, {
  type FastifyError,
  type FastifyHttpsOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { callerOf, type Caller } from './api-key.ts'
import { readJson } from './json.ts'
import { settingsOf, type HttpOptions, type Settings } from './options.ts'
import type { Ports } from './ports.ts'
import { busy, mayBeDone, noKey, notDone, nothingDone, notFound, notReady, problem, tooFast } from './problem.ts'
import { buckets } from './rate.ts'
import type { Answer, Call, Door, Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { waits } from './wait.ts'

/** The running door. */
export interface RunningDoor extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string
  /** Answers that `?wait=` holds back now. */
  readonly waiting: () => number
}

/** How long open answers may take to finish once the door closes. */
const CLOSE_MS = 5000

/** The native HTTP API. `start` throws with a sentence if an option is wrong or the port is taken. */
export function httpDoor(options: HttpOptions = {}): { name: 'http'; start(ports: Ports): Promise<RunningDoor> } {
  return {
    name: 'http',
    async start(ports) {
      const settings = settingsOf(options)
      const door: Door = {
        ports,
        bounds: settings.bounds,
        waits: waits(ports, settings.bounds.waiters),
        base: settings.base,
      }
      const app = listener(settings)
      readBodies(app, door)
      admit(app, door)
      for (const route of ROUTES) serve(app, door, route)
      answerFaults(app, door)
      await listen(app, settings)
      return {
        url: urlOf(app, settings),
        waiting: () => door.waits.size,
        async [Symbol.asyncDispose]() {
          door.waits.close()
          const impatience = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS)
          await app.close()
          clearTimeout(impatience)
        },
      }
    },
  }
}

const listener = ({ tls, trustProxy, bounds }: Settings): FastifyInstance => {
  const { headersMs, headerBytes, slowCheckMs } = bounds
  const net = { headersTimeout: headersMs, maxHeaderSize: headerBytes, connectionsCheckingInterval: slowCheckMs }
  const options = {
    trustProxy,
    bodyLimit: bounds.bodyBytes,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.idleMs,
    connectionTimeout: bounds.waitMs + bounds.requestMs,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: refuseAddress,
  }
  const app = tls === null ? Fastify({ ...options, http: net }) : secure({ ...options, https: { ...net, ...tls } })
  app.server.maxConnections = bounds.connections
  return app
}

/** Addresses that the router cannot read, before there is a route. */
const refuseAddress = (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
  const isLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH'
  const detail = isLong
    ? 'A part of the address is too long: an id or a name has at most 200 characters. GET /api/v2/help lists what there is.'
    : 'The address is not well-formed: "%" is to be followed by two hexadecimal digits, which give UTF-8. GET /api/v2/help lists what there is.'
  send(reply, problem(isLong ? 414 : 400, isLong ? 'addressTooLong' : 'badAddress', 'Bad address', detail))
}

/** Fastify's types tell the two kinds of server apart where nothing here does. */
const secure = (options: FastifyHttpsOptions<Server>): FastifyInstance => {
  const app: unknown = Fastify(options)
  return app as FastifyInstance
}

/** Bytes that are no HTTP, headers too long or too slow: answered on the socket, before there is a request. */
const refuseUnreadable = (error: Error & { code?: string }, socket: Socket): void => {
  if (socket.destroyed || !socket.writable) return void socket.destroy()
  const [status, reason] = UNREADABLE[error.code ?? ''] ?? [400, 'Bad Request']
  const { body } = problem(
    status,
    'unreadable',
    reason,
    `That was no request that Duffy could read: ${reason.toLowerCase()}.`,
  )
  const text = JSON.stringify(body)
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(text)}`
  socket.end(`${head}\r\nConnection: close\r\n\r\n${text}`)
}

const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/** A body that is not taken. */
class BadBody extends Error {
  readonly statusCode = 400
}

/** JSON alone, read strictly. Without this Fastify would also take text. */
const readBodies = (app: FastifyInstance, { bounds }: Door): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (_request, text, done) => {
    const read = readJson(text, bounds)
    if (read.ok) done(null, read.value)
    else done(new BadBody(read.detail))
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    readonly who?: Route['who']
  }
}

/** Rates, readiness and keys are checked before a body is read. */
const admit = (app: FastifyInstance, { ports, bounds }: Door): void => {
  const perAddress = buckets(bounds.perAddress)
  const perKey = buckets(bounds.perKey)
  const strangers = buckets(bounds.strangers)
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    const now = ports.clock()
    const hurried = perAddress.take(request.ip, now)
    if (hurried > 0) return send(reply, tooFast(hurried))
    const { who } = request.routeOptions.config
    if (who === undefined || who === 'anyone') return
    if (!ports.ready()) return send(reply, notReady())
    const caller = await callerOf(request.headers.authorization, ports)
    if (caller === null) {
      const waitMs = strangers.take(request.ip, now)
      return send(reply, waitMs > 0 ? tooFast(waitMs) : noKey())
    }
    const waitMs = perKey.take(caller.key, now)
    if (waitMs > 0) return send(reply, tooFast(waitMs))
    if (who === 'operator' && caller.role !== 'operator') return send(reply, operatorsOnly())
    request.caller = caller
  })
}

const operatorsOnly = (): Answer =>
  problem(403, 'operatorsOnly', 'For operators only', "Only operators may do that; use an operator's API key.", {
    refusal: 'operatorsOnly',
    data: {},
  })

const serve = (app: FastifyInstance, door: Door, route: Route): void => {
  app.route({
    method: route.method,
    url: route.path,
    config: { who: route.who },
    handler: async (request, reply) => {
      const call = callOf(door, request, reply)
      if (route.who === 'anyone') return send(reply, await route.answer(call))
      return send(reply, await route.answer(call, request.caller!))
    },
  })
}

const callOf = (door: Door, request: FastifyRequest, reply: FastifyReply): Call => ({
  door,
  params: request.params as Record<string, string>,
  query: request.query as Record<string, unknown>,
  body: request.body,
  idempotencyKey: single(request.headers['idempotency-key']),
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

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const JSON_TYPE = 'application/json; charset=utf-8'

const send = (reply: FastifyReply, { status, body, headers }: Answer): FastifyReply => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return reply
    .code(status)
    .headers(HEADERS)
    .header('content-type', JSON_TYPE)
    .headers(headers ?? {})
    .send(text)
}

const answerFaults = (app: FastifyInstance, { ports }: Door): void => {
  app.setNotFoundHandler((_request, reply) =>
    send(reply, notFound('There is nothing at this address. GET /api/v2/help lists what there is.')),
  )
  app.setErrorHandler((error: FastifyError | BadBody, request, reply) => {
    const answer = blamed(error) ?? turnedAway(error)
    if (answer !== null) return send(reply, answer)
    const ref = randomBytes(2).toString('hex')
    const { method, routeOptions, caller } = request
    ports.log('error', 'a request failed', { ref, method, route: routeOptions.url, key: caller?.key, cause: error })
    if (isNotDone(error)) return send(reply, notDone(ref))
    return send(reply, method === 'GET' || isBug(error) ? nothingDone(ref) : mayBeDone(ref))
  })
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

/** Somebody else listens there, or nobody may: in words for whoever starts Duffy. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen'

  constructor(host: string, port: number, cause: unknown) {
    const isTaken = (cause as { readonly code?: unknown }).code === 'EADDRINUSE'
    const why = isTaken ? 'something else listens there' : (cause as Error).message
    super(`Duffy cannot listen on ${host} port ${port}: ${why}. Give it another with DUFFY_PORT (0: any free one).`, {
      cause,
    })
  }
}

const listen = async (app: FastifyInstance, { host, port }: Settings): Promise<void> => {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw new CannotListen(host, port, cause)
  }
}

const urlOf = (app: FastifyInstance, { tls, host }: Settings): string => {
  const { port } = app.server.address() as AddressInfo
  return `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
