import { leaseId, unspell } from '#core'
import type { Command, Fleet, GetCommand, LeaseId, Outcome, Refusal, RequestId, TenantName } from '#core'
import type { Caller } from '../api-key.ts'
import type { Reply } from '../ports.ts'
import type { Call } from '../route.ts'

/** What a client that knows of no queue and no preparation is told at last. */
export type Reserved =
  /** One can log in to every machine of them: one lease, or one for each part. */
  | { readonly type: 'leases'; readonly leases: readonly [LeaseId, ...LeaseId[]] }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** It stood in line until its time was over. Its place is kept for a while for whoever asks for the same again. */
  | { readonly type: 'short' }
  /** No machine could be made to let its tenant in. Nothing is held. */
  | { readonly type: 'unprepared' }
  /** The caller hung up, and nothing is held for it. */
  | { readonly type: 'gone' }

export interface Wish {
  /** Of several parts: all are had, or none, and none of them waits in line. */
  readonly parts: readonly [GetCommand, ...GetCommand[]]
  /** The façade, so that its commands are told from those of others where a caller's id is looked up. */
  readonly door: string
  readonly hold: Hold
  /** What is asked for, as the caller says it: whoever says the same takes up a place that was kept. */
  readonly wish: string
}

/** How long an answer is held while its request waits, and the place kept after that; null: it is not. */
export interface Hold {
  readonly waitMs: number
  readonly keepPlaceMs: number | null
}

/** What an older client cannot say: its requests take machines of home first and others at once, and are told nothing. */
export const plainGet = (over: Pick<GetCommand, 'type' | 'pool' | 'count' | 'durationMs'>): GetCommand => ({
  do: 'get',
  arch: null,
  labels: [],
  platform: 'prefer',
  preferMs: 0,
  priority: 0,
  keys: [],
  reason: '',
  metadata: {},
  queue: false,
  // Who hangs up is seen to below.
  keepPlace: true,
  pollWithinMs: null,
  address: null,
  ...over,
})

/**
 * Leases machines for a client that takes an answer for the end of the matter: in line for a while, then until one can log in.
 * Whatever is not told to the caller is not held for it.
 */
export async function reserve(call: Call, caller: Caller, wish: Wish): Promise<Reserved> {
  const { lane } = call.door.ports
  const { parts, door } = wish
  const id = call.idempotencyKey
  const ask: Ask = (command, as = null) => lane.ask({ id: as, by: caller.identity, door, command })
  const signal = call.signal()
  const [part] = parts
  const isKept = wish.hold.keepPlaceMs !== null
  const reply = await ask(parts.length === 1 ? await inLine(call, part, wish) : { do: 'getAll', parts }, id)
  if (reply.type === 'refused') return reply
  const tenant = part.tenant ?? caller.tenant
  const first = await granted(call, reply.outcome, { ask, tenant, ms: wish.hold.waitMs, signal, isKept })
  if (first === null) return { type: signal.aborted ? 'gone' : 'short' }
  const leases = [first, ...parts.slice(1).map((_, index) => next(first, index + 1))] as const
  const active = await Promise.all(leases.map((lease) => isActive(call, lease, signal)))
  const isReady = active.every(Boolean)
  // Whoever gave an id of their own can come back for the answer.
  if (isReady && (!signal.aborted || id !== null)) return { type: 'leases', leases }
  await Promise.all(leases.map((lease) => ask({ do: 'done', what: lease })))
  return { type: signal.aborted ? 'gone' : 'unprepared' }
}

/** Whoever gave an id of their own comes back to the request itself; others to a place like the one that they had. */
const inLine = async (call: Call, part: GetCommand, { hold, wish }: Wish): Promise<GetCommand> => {
  const { waitMs, keepPlaceMs } = hold
  if (waitMs === 0 || keepPlaceMs === null) return { ...part, queue: waitMs > 0 }
  const shortestMs = await call.door.ports.lane.read(({ limits }) => limits.shortestPollMs)
  const pollWithinMs = Math.max(keepPlaceMs, shortestMs)
  return { ...part, queue: true, pollWithinMs, ...(call.idempotencyKey === null && { keepAs: wish }) }
}

/** Parts granted together have numbers one after the other. */
const next = (lease: LeaseId, by: number): LeaseId => leaseId(unspell(lease)! + by)

type Ask = (command: Command, as?: string | null) => Promise<Reply>

interface Standing {
  readonly ask: Ask
  readonly tenant: TenantName
  readonly ms: number
  readonly signal: AbortSignal
  /** Whether its place is kept afterwards. */
  readonly isKept: boolean
}

/** The lease that a request has come to, waiting for it if need be; null if it has to none, and is granted none that nobody asks for. */
const granted = async (
  call: Call,
  outcome: Outcome,
  { ask, tenant, ms, signal, isKept }: Standing,
): Promise<LeaseId | null> => {
  if (outcome.type === 'granted') return outcome.lease
  if (outcome.type !== 'waiting') throw new Error(`a get came to ${outcome.type}`)
  const { request } = outcome
  await call.door.waits.over(request, (fleet) => fleet.requests.get(request) === undefined, { ms, signal })
  if (isKept) {
    if (call.idempotencyKey === null) await call.door.ports.presence.leavePlace(request)
    return leaseOf(call, request, tenant)
  }
  // Refused if it was granted a moment before.
  const cancelled = await ask({ do: 'cancel', what: request })
  return cancelled.type === 'accepted' ? null : leaseOf(call, request, tenant)
}

const leaseOf = async (call: Call, request: RequestId, tenant: TenantName): Promise<LeaseId | null> => {
  const { lane, store } = call.door.ports
  const present = await lane.read((fleet) => leaseFrom(fleet, request, tenant))
  if (present !== null) return present
  const past = await store.request(request)
  return past?.state.status === 'granted' ? past.state.lease : null
}

const leaseFrom = (fleet: Fleet, request: RequestId, tenant: TenantName): LeaseId | null => {
  for (const lease of fleet.leasesOf.of(tenant)) if (lease.request === request) return lease.id
  return null
}

/** Waits until one can log in to it; false if that does not come to be. */
const isActive = async (call: Call, id: LeaseId, signal: AbortSignal): Promise<boolean> => {
  const { waits, bounds, ports } = call.door
  const lease = await ports.lane.read((fleet) => standing(fleet, id))
  if (lease.status !== 'preparing') return lease.status === 'active'
  const isOver = (fleet: Fleet): boolean => standing(fleet, id).status !== 'preparing'
  await waits.over(lease.request, isOver, { ms: bounds.waitMs, signal })
  return (await ports.lane.read((fleet) => standing(fleet, id))).status === 'active'
}

const standing = (
  fleet: Fleet,
  id: LeaseId,
): { readonly status: 'gone' } | { readonly status: 'preparing' | 'active' | 'ended'; readonly request: RequestId } => {
  const lease = fleet.leases.get(id)
  return lease === undefined ? { status: 'gone' } : { status: lease.state.status, request: lease.request }
}
