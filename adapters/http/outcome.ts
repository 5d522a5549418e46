import { spacedCode, type Fleet, type LeaseId, type Outcome, type RequestId } from '#core'
import type { Caller } from './api-key.ts'
import { ok, type Answer, type Call } from './route.ts'
import { withInstants } from './instants.ts'
import { lookedAt } from './looks.ts'
import { refuse } from './refuse.ts'
import { mayChange, ownLease, ownRequest, presentStanding, type Standing } from './standing.ts'
import { outcomeWords } from './words.ts'

interface Reached {
  readonly outcome: Outcome
  /** How long the answer may be held back until one can log in. */
  readonly waitMs: number
  /** Whether what was asked for lasts though the caller goes away before the answer. */
  readonly keepsPlace: boolean
  /** A code to link by that was made for it, or sent with it. */
  readonly code?: string
}

/** What a command came to, with what its ids stand for now. */
export async function outcomeAnswer(call: Call, caller: Caller, reached: Reached): Promise<Answer> {
  const { ports } = call.door
  const { outcome, waitMs, keepsPlace, code } = reached
  switch (outcome.type) {
    case 'granted':
      return gotten(call, caller, { request: outcome.request, lease: outcome.lease, waitMs, keepsPlace })
    case 'waiting':
      return gotten(call, caller, { request: outcome.request, lease: null, waitMs, keepsPlace })
    case 'extended':
    case 'held':
      return told(call, outcome, { lease: await ownLease(ports, outcome.lease, caller) })
    case 'reserved':
      return created(
        await told(call, outcome, { request: await ownRequest(ports, outcome.request, caller) }),
        `${call.door.base}/api/v2/requests/${outcome.request}`,
      )
    case 'cancelled':
      return told(call, outcome, { request: await ownRequest(ports, outcome.request, caller) })
    case 'keyAdded':
      return created(await told(call, outcome), `${call.door.base}/api/v2/keys`)
    case 'tenantAdded':
      return created(await told(call, outcome), `${call.door.base}/api/v2/tenants/${outcome.tenant}`)
    case 'apiKeyAdded':
      return created(await told(call, outcome), `${call.door.base}/api/v2/tenants/${outcome.tenant}/api-keys`)
    case 'webhookAdded':
      return created(await told(call, outcome), `${call.door.base}/api/v2/webhooks`)
    case 'accepted':
      return { ...(await told(call, outcome)), status: 202 }
    case 'homeMoved':
    case 'extendedAll':
    case 'done':
    case 'readmitted':
    case 'keyRemoved':
    case 'keyKnown':
    case 'maintenanceSet':
    case 'maintenanceLifted':
    case 'buildEnded':
    case 'configured':
    case 'tenantSet':
    case 'tenantRetired':
    case 'tenantRevived':
    case 'memberAdded':
    case 'memberRemoved':
    case 'apiKeyRevoked':
    case 'webhookRemoved':
    case 'snoozed':
    case 'muted':
    case 'linked':
    case 'unlinked':
    case 'nothing':
      return told(call, outcome)
    case 'linkOffered':
    case 'linkFound':
      return told(call, outcome, code === undefined ? {} : { code: spacedCode(code) }, code)
    case 'linkClaimed':
      return { ...(await told(call, outcome)), status: 202 }
    case 'counted':
      return refuse(call.door, outcome.refusal)
  }
}

const told = async (
  call: Call,
  outcome: Outcome,
  more: Readonly<Record<string, unknown>> = {},
  code?: string,
): Promise<Answer> => {
  const { type, ...data } = withInstants(outcome) as Outcome
  return ok({ outcome: type, detail: await wordsOf(call, outcome, code), ...data, ...more })
}

const created = (answer: Answer, location: string): Answer => ({ ...answer, status: 201, headers: { location } })

const wordsOf = (call: Call, outcome: Outcome, code?: string): Promise<string> =>
  call.door.ports.lane.read((fleet, at) =>
    outcomeWords(outcome, fleet, {
      at,
      estimates: call.door.ports.estimates(fleet, at),
      ...(code !== undefined && { code }),
    }),
  )

interface Gotten {
  readonly request: RequestId
  readonly lease: LeaseId | null
  readonly waitMs: number
  readonly keepsPlace: boolean
}

const gotten = async (call: Call, caller: Caller, got: Gotten): Promise<Answer> => {
  const { request, lease, waitMs, keepsPlace } = got
  const { ports, waits } = call.door
  const isOver = (fleet: Fleet): boolean => !mayChange(fleet, request, lease, caller.tenant)
  const wait = waitMs > 0 ? await waits.over(request, isOver, { ms: waitMs, signal: call.signal() }) : 'over'
  if (wait === 'over') lookedAt(call, [request])
  if (wait === 'gone' && !keepsPlace) ports.presence.left(request, caller.tenant)
  return standingAnswer(call, await presentStanding(ports, request, lease, caller.tenant))
}

/** 201 once one can log in, 202 while that is still to come, 200 if it is over already (a repeat that came late). */
const standingAnswer = async (call: Call, now: Standing): Promise<Answer> => {
  const { base } = call.door
  if (now.type === 'request') {
    const { id, state } = now.request
    const detail = await wordsOf(call, { type: 'waiting', request: id })
    const headers = { location: `${base}/api/v2/requests/${id}` }
    /** What could be had instead, if anything could. */
    const note = detail.split('\n')[1] ?? null
    return { status: state === 'waiting' ? 202 : 200, body: { detail, request: { ...now.request, note } }, headers }
  }
  const { id, request, state } = now.lease
  return {
    status: LEASE_STATUS[state],
    body: { detail: await wordsOf(call, { type: 'granted', request, lease: id }), lease: now.lease },
    headers: { location: `${base}/api/v2/leases/${id}` },
  }
}

const LEASE_STATUS = { preparing: 202, active: 201, ended: 200 } as const
