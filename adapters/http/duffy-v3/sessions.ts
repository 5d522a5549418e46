import {
  leaseId,
  type Fleet,
  type GetCommand,
  type Lease,
  type PoolName,
  type Refusal,
  type RefusalType,
  type TenantName,
} from '#core'
import { z } from 'zod'
import type { Caller } from '../api-key.ts'
import { plainGet, reserve } from '../facade/reserve.ts'
import type { Answer } from '../route.ts'
import { refusalWords } from '../words.ts'
import { badId, forbidden, idOf, invalidBody, no, notFound, success, type Asked, type V3Route } from './route.ts'
import { sessionOf, type Spec } from './shapes.ts'
import { readExpiry, stamp, type Expiry } from './time.ts'

const DOOR = 'v3'

export const sessions: readonly V3Route[] = [
  {
    method: 'GET',
    path: '/sessions',
    who: 'optional',
    async answer({ call, settings }, caller) {
      const found = await call.door.ports.lane.read((fleet) =>
        Array.from(seen(fleet, caller, settings.openLists), (lease) => sessionOf(fleet, lease, settings)),
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
      const lease = await ownLease(asked, caller!)
      if ('status' in lease) return lease
      return success('get', { session: await call.door.ports.lane.read((fleet) => sessionOf(fleet, lease, settings)) })
    },
  },
  {
    method: 'POST',
    path: '/sessions',
    who: 'tenant',
    async answer(asked, caller) {
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
      const lease = await ownLease(asked, caller!)
      return 'status' in lease ? lease : put(asked, caller!, { lease, ...read.data })
    },
  },
]

const MOST_SPECS = 50
const SPEC = z.object({ pool: z.string().max(200), quantity: z.int().min(1) })
const POST = z.object({ nodes_specs: z.array(SPEC).max(MOST_SPECS), tenant_id: z.int().nullish() })
const expiry = z
  .string()
  .max(60)
  .transform((text, context): Expiry => {
    const read = readExpiry(text)
    if (read !== null) return read
    context.addIssue({ code: 'custom', message: 'a date and time, or a length with its sign: "+6h", "-20m25s"' })
    return z.NEVER
  })
const PUT = z.object({ active: z.boolean().nullish(), expires_at: expiry.nullish() })

/** Whoever gives no credentials has no sessions. */
const seen = (fleet: Fleet, caller: Caller | null, isOpen: boolean): Iterable<Lease> => {
  if (caller === null) return isOpen ? fleet.leases.values() : []
  return caller.role === 'operator' ? fleet.leases.values() : fleet.leasesOf.of(caller.tenant)
}

/** Lasting or ended; older clients are told when it is another tenant's. */
const ownLease = async ({ call }: Asked, caller: Caller): Promise<Lease | Answer> => {
  const number = idOf(call)
  if (number === null) return badId()
  if (number === 0) return notFound()
  const { lane, store } = call.door.ports
  const id = leaseId(number)
  const lease = (await lane.read((fleet) => fleet.leases.get(id))) ?? (await store.lease(id))
  if (lease === undefined) return notFound()
  return lease.tenant === caller.tenant || caller.role === 'operator' ? lease : forbidden()
}

const post = async (
  { call, settings }: Asked,
  caller: Caller,
  { nodes_specs: specs, tenant_id: tenantId }: z.output<typeof POST>,
): Promise<Answer> => {
  const { lane } = call.door.ports
  const asked = merged(specs)
  const [first] = asked
  if (first === undefined || asked.length > 1) return cannotReserve(first ?? null)
  const command = await lane.read((fleet): GetCommand | Answer => {
    const owner = ownerOf(fleet, caller, tenantId ?? null)
    return typeof owner === 'object' ? owner : (getOf(fleet, owner, first, settings.leaseMs) ?? cannotReserve(first))
  })
  if ('status' in command) return command
  const reserved = await reserve(call, caller, { command, door: DOOR, waitMs: settings.waitMs })
  switch (reserved.type) {
    case 'lease':
      return success('post', {
        session: await lane.read((fleet) => sessionOf(fleet, fleet.leases.need(reserved.lease), settings)),
      })
    case 'refused':
      return refusedPost(call.door.ports.clock(), first, reserved.refusal)
    case 'short':
    case 'gone':
      return cannotReserve(first)
    case 'unprepared':
      return no(503, 'contextualization of nodes failed', { 'retry-after': '0' })
  }
}

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

const getOf = (fleet: Fleet, owner: TenantName, { pool: name, quantity }: Spec, leaseMs: number) => {
  const pool = fleet.pools.get(name as PoolName)
  if (pool?.configured !== true) return null
  const durationMs = Math.min(leaseMs, pool.longestMs, fleet.tenants.need(owner).longestMs ?? Infinity)
  return { ...plainGet({ type: pool.type, pool: pool.name, count: quantity, durationMs }), tenant: owner }
}

/** The pool is unknown, or short: the same text. */
const cannotReserve = (spec: Spec | null): Answer =>
  no(
    422,
    spec === null
      ? "can't reserve nodes: none asked for"
      : `can't reserve nodes: quantity=${spec.quantity} pool='${spec.pool}'`,
  )

const refusedPost = (at: number, wanted: Spec, refusal: Refusal): Answer => {
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

type Change = z.output<typeof PUT> & { readonly lease: Lease }

/** Bounds cut without a word, as in Duffy v3. */
const put = async (asked: Asked, caller: Caller, { lease, active, expires_at: expires }: Change): Promise<Answer> => {
  const { ports } = asked.call.door
  const retired = no(422, `session ${lease.number} is retired`)
  if (lease.state.status === 'ended') return retired
  const by = { id: null, by: caller.identity, door: DOOR }
  const until = lease.state.status === 'active' ? lease.state.until : lease.grantedAt + lease.durationMs
  const wanted = expires === undefined || expires === null ? until : 'at' in expires ? expires.at : until + expires.byMs
  const now = await ports.lane.read((_fleet, at) => at)
  const what = lease.id
  const isOver = active === false || wanted <= now
  const command = isOver
    ? ({ do: 'done', what } as const)
    : wanted < until
      ? ({ do: 'shorten', what, until: wanted as typeof now } as const)
      : ({ do: 'extend', what, byMs: wanted - Math.max(until, now) } as const)
  if (isOver || wanted !== until) {
    const reply = await ports.lane.ask({ ...by, command })
    if (reply.type === 'refused' && reply.refusal.type === 'noSuchLease') return retired
    // As long already as it may be.
    if (reply.type === 'refused' && reply.refusal.type !== 'cannotExtend')
      return no(422, refusalWords(reply.refusal, now))
  }
  const after = (await ports.lane.read((fleet) => fleet.leases.get(what))) ?? (await ports.store.lease(what)) ?? lease
  const session = await ports.lane.read((fleet) => sessionOf(fleet, after, asked.settings))
  const cut = active !== false && isOver ? { expires_at: stamp(Math.max(wanted, lease.grantedAt)) } : {}
  return success('put', { session: { ...session, ...cut } })
}
