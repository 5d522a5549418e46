import type { Command, Fleet, GetCommand, Instant, Lease, PoolName, Refusal, RefusalType, TenantName } from '#core'
import { z } from 'zod'
import type { Caller } from '../api-key.ts'
import { badOwnId } from '../call.ts'
import { lengthFor } from '../facade/length.ts'
import { plainGet, reserve } from '../facade/reserve.ts'
import type { Answer } from '../route.ts'
import { refusalWords } from '../words.ts'
import { badId, forbidden, idOf, invalidBody, no, notFound, success, type Asked, type V3Route } from './route.ts'
import { EMPTY, emptySession } from './empty.ts'
import { numberOrText, whole, yesOrNo } from './lenient.ts'
import { present, partMetadata, sessionOfNumber, type Session } from '../facade/session.ts'
import { endOf, sessionOf, type Spec } from './shapes.ts'
import { readExpiry, stamp, type Expiry } from './time.ts'

const DOOR = 'v3'

export const sessions: readonly V3Route[] = [
  {
    method: 'GET',
    path: '/sessions',
    who: 'optional',
    async answer({ call, settings }, caller) {
      const found = await call.door.ports.lane.read((fleet) =>
        sessionsOf(fleet, seen(fleet, caller, settings.openLists)).map((one) => sessionOf(fleet, one, settings)),
      )
      return success('get', { sessions: found })
    },
  },
  {
    method: 'GET',
    path: '/sessions/:id',
    who: 'tenant',
    async answer(asked, caller) {
      const { call, settings } = asked
      if (idOf(call) === EMPTY) return empty(asked, 'get', caller!.tenant)
      const own = await ownSession(asked, caller!)
      if ('status' in own) return own
      return success('get', { session: await call.door.ports.lane.read((fleet) => sessionOf(fleet, own, settings)) })
    },
  },
  {
    method: 'POST',
    path: '/sessions',
    who: 'tenant',
    async answer(asked, caller) {
      const odd = badOwnId(asked.call)
      if (odd !== null) return no(422, odd)
      const read = POST.safeParse(asked.call.body ?? {})
      return read.success ? post(asked, caller!, read.data) : invalidBody(read.error)
    },
  },
  {
    method: 'PUT',
    path: '/sessions/:id',
    who: 'tenant',
    async answer(asked, caller) {
      const read = PUT.safeParse(asked.call.body ?? {})
      if (!read.success) return invalidBody(read.error)
      if (idOf(asked.call) === EMPTY) return isRetired(EMPTY)
      const own = await ownSession(asked, caller!)
      return 'status' in own ? own : put(asked, caller!, { session: own, ...read.data })
    },
  },
]

const MOST_SPECS = 50
const SPEC = z.object({ pool: numberOrText(z.string().max(200)), quantity: whole(z.int().min(1)) })
const POST = z.object({ nodes_specs: z.array(SPEC).max(MOST_SPECS), tenant_id: whole(z.int()).nullish() })
const expiry = z.union([z.number().min(0), z.string().max(60)]).transform((value, context): Expiry => {
  const read = readExpiry(value)
  if (read !== null) return read
  context.addIssue({ code: 'custom', message: 'a date and time, or a length with its sign: "+6h", "-20m25s"' })
  return z.NEVER
})
const PUT = z.object({ active: yesOrNo.nullish(), expires_at: expiry.nullish() })

/** Whoever gives no credentials has no sessions. */
const seen = (fleet: Fleet, caller: Caller | null, isOpen: boolean): Iterable<Lease> => {
  if (caller === null) return isOpen ? fleet.leases.values() : []
  return caller.role === 'operator' ? fleet.leases.values() : fleet.leasesOf.of(caller.tenant)
}

/** Each session once, whose parts may be several leases. */
const sessionsOf = (fleet: Fleet, leases: Iterable<Lease>): Session[] => {
  const found = new Map<number, Session>()
  for (const lease of leases) {
    const session = present(fleet, lease)
    found.set(session[0].number, session)
  }
  return [...found.values()]
}

/** Lasting or ended; older clients are told when it is another tenant's. */
const ownSession = async ({ call }: Asked, caller: Caller): Promise<Session | Answer> => {
  const number = idOf(call)
  if (number === null) return badId()
  const session = number === 0 ? undefined : await sessionOfNumber(call.door.ports, number)
  if (session === undefined) return notFound()
  return session[0].tenant === caller.tenant || caller.role === 'operator' ? session : forbidden()
}

const post = async (
  { call, settings }: Asked,
  caller: Caller,
  { nodes_specs: specs, tenant_id: tenantId }: z.output<typeof POST>,
): Promise<Answer> => {
  const { lane } = call.door.ports
  const asked = merged(specs)
  const commands = await lane.read((fleet): readonly GetCommand[] | Answer => {
    const owner = ownerOf(fleet, caller, tenantId ?? null)
    return typeof owner === 'object' ? owner : commandsOf(fleet, owner, { asked, leaseMs: settings.leaseMs })
  })
  if ('status' in commands) return commands
  const [first, ...others] = commands
  if (first === undefined) {
    const owner = await lane.read((fleet) => ownerOf(fleet, caller, tenantId ?? null))
    return typeof owner === 'object' ? owner : empty({ call, settings }, 'post', owner)
  }
  const reserved = await reserve(call, caller, {
    parts: [first, ...others],
    door: DOOR,
    hold: settings,
    wish: `v3 ${asked.map(({ pool, quantity }) => `${pool}=${quantity}`).join(' ')}`,
  })
  switch (reserved.type) {
    case 'leases': {
      const [id] = reserved.leases
      const session = await lane.read((fleet) => sessionOf(fleet, present(fleet, fleet.leases.need(id)), settings))
      return success('post', { session })
    }
    case 'refused':
      return refusedPost(call.door.ports.clock(), asked, reserved.refusal)
    case 'short':
    case 'gone':
      return cannotReserve(asked)
    case 'unprepared':
      return no(503, 'contextualization of nodes failed', { 'retry-after': '0' })
  }
}

const empty = ({ call, settings }: Asked, action: 'get' | 'post', tenant: TenantName): Promise<Answer> =>
  call.door.ports.lane.read((fleet, at) => success(action, { session: emptySession(fleet, tenant, { settings, at }) }))

/** What is wanted of each pool in all. */
const merged = (specs: readonly Spec[]): Spec[] =>
  [...Map.groupBy(specs, ({ pool }) => pool)].map(([pool, of]) => ({
    quantity: of.reduce((total, { quantity }) => total + quantity, 0),
    pool,
  }))

const ownerOf = (fleet: Fleet, caller: Caller, tenantId: number | null) => {
  if (tenantId === null) return caller.tenant
  const tenant = [...fleet.tenants.values()].find(({ number }) => number === tenantId)
  if (tenant === undefined) return no(422, `can't find tenant with id ${tenantId}`)
  if (tenant.name !== caller.tenant && caller.role !== 'operator')
    return no(403, "can't create session for other tenant")
  return tenant.active ? tenant.name : no(422, `tenant '${tenant.name}' isn't active`)
}

interface Wanted {
  readonly asked: readonly Spec[]
  readonly leaseMs: number
}

/** A get for each pool, or that one of them is unknown. */
const commandsOf = (fleet: Fleet, owner: TenantName, { asked, leaseMs }: Wanted): readonly GetCommand[] | Answer => {
  const pools = asked.map(({ pool }) => fleet.pools.get(pool as PoolName))
  const unknown = pools.findIndex((pool) => pool?.configured !== true)
  if (unknown >= 0) return cannotReserve([asked[unknown]!])
  const tenant = fleet.tenants.need(owner)
  return pools.map((pool, at) => {
    const { type, name } = pool!
    const durationMs = lengthFor(tenant, pool!, leaseMs)
    const command = plainGet({ type, pool: name, count: asked[at]!.quantity, durationMs })
    return { ...command, tenant: owner, metadata: partMetadata(at, asked.length) }
  })
}

/** The pool is unknown, or short: the same text. Of several the first is named. */
const cannotReserve = ([first]: readonly Spec[]): Answer =>
  no(422, `can't reserve nodes: quantity=${first!.quantity} pool='${first!.pool}'`)

const refusedPost = (at: number, wanted: readonly Spec[], refusal: Refusal): Answer => {
  if (refusal.type === 'overQuota') return overQuota(refusal)
  if (refusal.type === 'stranger') return forbidden()
  return SHORT.has(refusal.type) ? cannotReserve(wanted) : no(422, refusalWords(refusal, at))
}

const SHORT: ReadonlySet<RefusalType> = new Set([
  'noSuchType',
  'noSuchPool',
  'noneFree',
  'neverEnough',
  'tooMany',
  'queueFull',
])

const overQuota = ({ count, held, quota }: Extract<Refusal, { type: 'overQuota' }>): Answer =>
  no(403, `quota exceeded: requested nodes (${count}) + current allocation (${held}) = ${count + held} > ${quota}`)

const isRetired = (number: number): Answer => no(422, `session ${number} is retired`)

type Change = z.output<typeof PUT> & { readonly session: Session }

/** Bounds cut without a word, as in Duffy v3. */
const put = async (asked: Asked, caller: Caller, { session, active, expires_at: expires }: Change): Promise<Answer> => {
  const { ports } = asked.call.door
  const [{ number, grantedAt }] = session
  const retired = isRetired(number)
  const lasting = session.filter(({ state }) => state.status !== 'ended')
  if (lasting.length === 0) return retired
  const now = await ports.lane.read((_fleet, at) => at)
  const ends = lasting.map((lease) => ({ lease, end: active === false ? 0 : endWanted(lease, expires ?? null) }))
  for (const { lease, end } of ends) {
    const command = commandFor(lease, end, now)
    if (command === null) continue
    const reply = await ports.lane.ask({ id: null, by: caller.identity, door: DOOR, command })
    if (reply.type !== 'refused') continue
    if (reply.refusal.type === 'noSuchLease' && lasting.length === 1) return retired
    if (!SILENT.has(reply.refusal.type)) return no(422, refusalWords(reply.refusal, now))
  }
  const after = (await sessionOfNumber(ports, number)) ?? session
  const told = await ports.lane.read((fleet) => sessionOf(fleet, after, asked.settings))
  const cut = active === false || told.active ? {} : { expires_at: stamp(Math.max(ends[0]!.end, grantedAt)) }
  return success('put', { session: { ...told, ...cut } })
}

const endWanted = (lease: Lease, expires: Expiry | null): number => {
  if (expires === null) return endOf(lease)
  return 'at' in expires ? expires.at : endOf(lease) + expires.byMs
}

const commandFor = (lease: Lease, wanted: number, now: number): Command | null => {
  const what = lease.id
  const end = endOf(lease)
  if (wanted === end) return null
  if (wanted <= now) return { do: 'done', what }
  return wanted < end
    ? { do: 'shorten', what, until: wanted as Instant }
    : { do: 'extend', what, byMs: wanted - Math.max(end, now) }
}

/** As long already as it may be; or a part of it was given back a moment before. */
const SILENT: ReadonlySet<RefusalType> = new Set(['cannotExtend', 'noSuchLease'])
