import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TenantName } from '#core'
import type { Caller } from '../api-key.ts'
import { callOf } from '../call.ts'
import { answerFault, BadBody } from '../faults.ts'
import type { V3Settings } from '../facade/settings.ts'
import { hashChecks, type HashChecks } from '../facade/hash-checks.ts'
import { firstUse } from '../facade/imported-key.ts'
import { callerOfUuid, isUuid } from '../facade/uuid-key.ts'
import { busy, notReady, tooFast } from '../problem.ts'
import { buckets, type Buckets } from '../rate.ts'
import type { Answer, Door } from '../route.ts'
import { send } from '../send.ts'
import { nodes } from './nodes.ts'
import { pools } from './pools.ts'
import { forbidden, invalid, no, notFound, type V3Route, type Who } from './route.ts'
import { sessions } from './sessions.ts'
import { tenants } from './tenants.ts'
import { takeUntyped } from './untyped.ts'

const PREFIX = '/api/v1'
const ROUTES: readonly V3Route[] = [...sessions, ...nodes, ...pools, ...tenants]

/** The API of Duffy v3, for its command line, its library and what is built on them. */
export function duffyV3(app: FastifyInstance, door: Door, settings: V3Settings): void {
  void app.register(
    async (scope) => {
      const rates = { perKey: buckets(door.bounds.perKey), strangers: buckets(door.bounds.strangers) }
      const checks = hashChecks()
      takeUntyped(scope, door.bounds)
      scope.addHook('onClose', () => checks[Symbol.asyncDispose]())
      for (const { method, path, who, answer } of ROUTES) {
        scope.route({
          method,
          url: path,
          // Before a body is read.
          onRequest: (request, reply) => admit(request, reply, { door, who, checks, rates }),
          handler: async (request, reply) =>
            send(reply, await answer({ call: callOf(door, request, reply), settings }, request.caller as never)),
        })
      }
      scope.setNotFoundHandler((request, reply) =>
        send(reply, methodsAt(request.url) ? noMethod(request.url) : notFound()),
      )
      scope.setErrorHandler((error: FastifyError | BadBody, request, reply) =>
        send(reply, inDetail(error instanceof BadBody ? unreadable(error) : answerFault(error, request, door.ports))),
      )
    },
    { prefix: PREFIX },
  )
}

interface Gate {
  readonly door: Door
  readonly who: Who
  readonly checks: HashChecks
  readonly rates: { readonly perKey: Buckets; readonly strangers: Buckets }
}

/** A tenant that is retired is known, and let do nothing. */
const admit = async (request: FastifyRequest, reply: FastifyReply, gate: Gate): Promise<void> => {
  const { door, who, rates } = gate
  const { ports } = door
  if (!ports.ready()) return void send(reply, inDetail(notReady()))
  const { authorization } = request.headers
  if (who === 'anyone' || (who === 'optional' && authorization === undefined)) return
  const now = ports.clock()
  const caller = await callerOf(authorization, gate)
  if (caller === 'busy') return void send(reply, inDetail(busy(1000)))
  if (caller === null) {
    const waitMs = rates.strangers.take(request.ip, now)
    return void send(reply, waitMs > 0 ? inDetail(tooFast(waitMs)) : unauthorized(authorization))
  }
  const waitMs = rates.perKey.take(caller.key, now)
  if (waitMs > 0) return void send(reply, inDetail(tooFast(waitMs)))
  const isActive = await ports.lane.read((fleet) => fleet.tenants.get(caller.tenant)?.active === true)
  if (!isActive || (who === 'admin' && caller.role !== 'operator')) return void send(reply, forbidden())
  request.caller = caller
}

const unauthorized = (authorization: string | undefined): Answer =>
  no(401, authorization === undefined ? 'Not authenticated' : 'Unauthorized', {
    'www-authenticate': 'Basic realm="duffy"',
  })

/** HTTP Basic: the tenant's name, and its UUID. */
const callerOf = async (
  authorization: string | undefined,
  { door: { ports }, checks }: Gate,
): Promise<Caller | 'busy' | null> => {
  const [, encoded] = (authorization !== undefined && authorization.length < 400 && BASIC.exec(authorization)) || []
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) return null
  const [tenant, uuid] = [text.slice(0, colon) as TenantName, text.slice(colon + 1)]
  const caller = await callerOfUuid(uuid, ports)
  if (caller !== null) return caller.tenant === tenant ? caller : null
  return isUuid(uuid) ? firstUse(uuid, tenant, { ports, checks }) : null
}

const BASIC = /^Basic ([A-Za-z0-9+/=]+)$/i

/** The same with what clients read of it: `detail`. */
const inDetail = ({ status, body, headers = {} }: Answer): Answer => {
  const { detail } = body as { readonly detail: unknown }
  const retryAfter = headers['retry-after']
  return { status, body: { detail }, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }
}

const unreadable = ({ message }: BadBody): Answer =>
  invalid([{ loc: ['body'], msg: message, type: 'value_error.jsondecode' }])

const methodsAt = (url: string): string => {
  const path = url.split('?')[0]!.slice(PREFIX.length)
  return ROUTES.filter((route) => isAt(route.path, path))
    .map(({ method }) => method)
    .join(', ')
}

const isAt = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replace(/:[a-z]+/, '[^/]+')}$`).test(path)

const noMethod = (url: string): Answer => no(405, 'Method Not Allowed', { allow: methodsAt(url) })
