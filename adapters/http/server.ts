import Fastify, {
  type FastifyError,
  type FastifyHttpsOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { callerOf, type Caller } from './api-key.ts'
import { readJson } from './json.ts'
import { hasToken, jenkinsOf } from './jenkins-key.ts'
import { callOf } from './call.ts'
import { answerFault, BadBody } from './faults.ts'
import { facades } from './facade/index.ts'
import { settingsOf, type HttpOptions, type Settings } from './options.ts'
import { mountOn } from './mount.ts'
import type { Ports } from './ports.ts'
import { noKey, noSecret, notFound, notReady, problem, tooFast } from './problem.ts'
import { unread } from './query.ts'
import { buckets } from './rate.ts'
import type { Answer, Door, Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { send } from './send.ts'
import { streams } from './streams.ts'
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
        streams: streams(ports, settings.bounds),
        base: settings.base,
      }
      const app = listener(settings)
      readBodies(app, door)
      admit(app, door)
      for (const route of ROUTES) serve(app, door, route)
      facades(app, door, settings)
      for (const mount of ports.mounts ?? []) mountOn(app, mount)
      answerFaults(app, door)
      await listen(app, settings)
      return {
        url: urlOf(app, settings),
        waiting: () => door.waits.size,
        async [Symbol.asyncDispose]() {
          door.waits.close()
          door.streams.close()
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
    readonly token?: boolean
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
    const { who, token } = request.routeOptions.config
    if (who === undefined || who === 'anyone') return
    if (!ports.ready()) return send(reply, notReady())
    const caller =
      (await callerOf(request.headers.authorization, ports)) ??
      (token === true ? await jenkinsOf(request.query, ports) : null)
    if (caller === null) {
      const waitMs = strangers.take(request.ip, now)
      const isByToken = token === true && hasToken(request.query)
      return send(reply, waitMs > 0 ? tooFast(waitMs) : isByToken ? noSecret() : noKey())
    }
    const waitMs = perKey.take(caller.key, now)
    if (waitMs > 0) return send(reply, tooFast(waitMs))
    if (who === 'operator' && caller.role !== 'operator') return send(reply, operatorsOnly())
    request.caller = caller
  })
}

const operatorsOnly = (): Answer =>
  problem(
    403,
    'operatorsOnly',
    'For operators only',
    "Only operators may do that, so nothing was done; use an operator's API key, such as operator.key in Duffy's data directory. Who you are: duffy whoami",
    {
      refusal: 'operatorsOnly',
      data: {},
    },
  )

const serve = (app: FastifyInstance, door: Door, route: Route): void => {
  app.route({
    method: route.method,
    url: route.path,
    config: { who: route.who, ...('token' in route && { token: true }) },
    handler: async (request, reply) => {
      const call = callOf(door, request, reply)
      if (route.who === 'anyone') return send(reply, await route.answer(call))
      return send(reply, unread(route, call.query) ?? (await route.answer(call, request.caller!)))
    },
  })
}

const answerFaults = (app: FastifyInstance, { ports }: Door): void => {
  app.setNotFoundHandler((_request, reply) =>
    send(reply, notFound('There is nothing at this address. GET /api/v2/help lists what there is.')),
  )
  app.setErrorHandler((error: FastifyError | BadBody, request, reply) =>
    send(reply, answerFault(error, request, ports)),
  )
}

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
