import { artifactsOf, type ArtifactsAnswer } from './answer/artifacts.ts'
import { leaseNamed, requestNamed, type Past } from './answer/find.ts'
import { homeOfTenant, type HomeAnswer } from './answer/home.ts'
import { holderOf, type Holder } from './answer/holder.ts'
import { calibrationsOf, type CalibrationView } from './answer/calibrations.ts'
import { listAll, listMine, type AllAnswer, type MineAnswer } from './answer/list.ts'
import { maintenanceOf, type MaintenanceAnswer } from './answer/maintenance.ts'
import { refusalNamed, type WhyRefusal } from './answer/refused.ts'
import { reservationsFor, type ReservationsAnswer } from './answer/reservations.ts'
import { preview, type Preview } from './answer/preview.ts'
import { queueOfAll, type QueueAnswer } from './answer/queue.ts'
import { whyLease, whyMachine, whyRequest, type WhyLease, type WhyMachine, type WhyRequest } from './answer/why.ts'
import { aboutTenants, type TenantsAnswer } from './answer/tenants.ts'
import { webhooksOf, type WebhooksAnswer } from './answer/webhooks.ts'
import { wearReport, type WearAnswer } from './answer/wear.ts'
import { estimatesAt, type Estimates } from './estimate.ts'
import type { Fleet } from './fleet.ts'
import type { Fingerprint, Identity, Instant, MachineName, PlatformName, TenantName } from './id.ts'
import type { MachineStatus, MachineType } from './machine.ts'
import { obeyed, speaker, toldWhere, type Speaker } from './policy/membership.ts'
import { noSuchPool } from './policy/pools.ts'
import { identitiesOf, keysOf, mutedUntil, routesOf } from './policy/selves.ts'
import { machineNamed, noSuchMachine } from './policy/target.ts'
import type { Question } from './question.ts'
import type { RefusalAnswer } from './refusal.ts'
import type { Role } from './tenant.ts'
import { poolView, type PoolView } from './view.ts'

export type { Chances, WhyLease, WhyMachine, WhyRequest } from './answer/why.ts'
export type { WhyRefusal } from './answer/refused.ts'
export type { Preview } from './answer/preview.ts'
export type { AllAnswer, MineAnswer } from './answer/list.ts'
export type { ArtifactsAnswer } from './answer/artifacts.ts'
export type { Past } from './answer/find.ts'

/** What a question comes to, as data: `sentences/answer.ts` has the words. */
export type Answer =
  | MineAnswer
  | AllAnswer
  | WhyRequest
  | WhyLease
  | WhyMachine
  | WhyRefusal
  | Preview
  | WearAnswer
  | QueueAnswer
  | HomeAnswer
  | MaintenanceAnswer
  | ReservationsAnswer
  | ArtifactsAnswer
  /** `whole`: every pool was asked about. */
  | { readonly type: 'status'; readonly pools: readonly PoolView[]; readonly waiting: number; readonly whole: boolean }
  | { readonly type: 'pools'; readonly pools: readonly PoolView[] }
  | {
      readonly type: 'who'
      readonly machine: MachineName
      readonly state: MachineStatus
      readonly holder: Holder | null
    }
  /** `tenantKeys`: let in where the person has none. */
  | { readonly type: 'keys'; readonly keys: readonly Fingerprint[]; readonly tenantKeys: readonly Fingerprint[] }
  /** `others`: what else they are to Duffy. `told`: where they are told things, one place after the other until one takes it. */
  | {
      readonly type: 'whoami'
      readonly identity: Identity
      readonly others: readonly Identity[]
      readonly told: readonly Identity[]
      readonly mutedUntil: Instant | null
      readonly standing: Standing | null
    }
  | { readonly type: 'estimates'; readonly estimates: readonly CalibrationView[] }
  /** The verb asked about; null: all of them. It is for the words to say whether there is such a verb. */
  | { readonly type: 'help'; readonly verb: string | null }
  | TenantsAnswer
  | WebhooksAnswer
  | RefusalAnswer

/** What somebody is to Duffy. */
export interface Standing {
  readonly tenant: TenantName
  readonly role: Role
  readonly held: number
  readonly quota: number
  readonly homes: Readonly<Partial<Record<MachineType, PlatformName>>>
  readonly keys: number
}

/**
 * Answers a question without changing anything. Another tenant's lease or request is as unknown as one that never was;
 * who holds a machine, and how it is, everybody may know. `past` holds what the question may be about and the fleet has no more.
 */
export function answer(
  fleet: Fleet,
  asked: { by: Identity; at: Instant; room?: string | null },
  question: Question,
  past: Past = NOTHING,
  estimates: Estimates = estimatesAt(fleet, asked.at),
): Answer {
  const { by, at } = asked
  switch (question.ask) {
    case 'help':
      return { type: 'help', verb: question.verb }
    case 'whoami':
      return whoami(fleet, by, at)
    case 'estimates':
      return { type: 'estimates', estimates: calibrationsOf(fleet) }
    case 'pools':
      return { type: 'pools', pools: [...fleet.pools.values()].map((pool) => poolView(fleet, pool, at)) }
    case 'status':
      return status(fleet, question.pool, at)
    case 'preview':
      return preview(fleet, { by, at, estimates }, question.command)
    case 'list':
    case 'why':
    case 'artifacts':
    case 'who':
    case 'tenants':
    case 'members':
    case 'apiKeys':
    case 'webhooks':
    case 'wear':
    case 'queue':
    case 'maintenance':
    case 'reservations':
    case 'home':
    case 'keys': {
      const member = obeyed(fleet, by, asked.room)
      if (member === null) return { type: 'refused', refusal: { type: 'stranger', identity: by } }
      const found = memberAnswer(fleet, { by, at, member, past, estimates }, question)
      return found.type === 'refused' ? { ...found, refusal: toldWhere(fleet, found.refusal, by) } : found
    }
  }
}

const NOTHING: Past = { leases: [], requests: [] }

interface Member {
  readonly by: Identity
  readonly at: Instant
  readonly member: Speaker
  readonly past: Past
  readonly estimates: Estimates
}

const memberAnswer = (
  fleet: Fleet,
  { by, at, member, past, estimates }: Member,
  question: Exclude<Question, { ask: 'help' | 'whoami' | 'pools' | 'status' | 'preview' | 'estimates' }>,
): Answer => {
  switch (question.ask) {
    case 'list':
      return question.scope === 'all' ? listAll(fleet, member) : listMine(fleet, by, member, estimates)
    case 'why': {
      const request = requestNamed(fleet, question.about, member, past)
      if (request !== undefined) return whyRequest(fleet, request, { by: member, at, estimates, past })
      const lease = leaseNamed(fleet, question.about, member, past)
      if (lease !== undefined) return whyLease(fleet, lease, past)
      const machine = machineNamed(fleet, question.about)
      if (machine !== undefined) return whyMachine(fleet, machine)
      return (
        refusalNamed(question.about, member, past) ?? { type: 'refused', refusal: noSuchMachine(fleet, question.about) }
      )
    }
    case 'wear':
      return wearReport(fleet, at)
    case 'queue':
      return queueOfAll(fleet, question.type, { by: member, at, estimates })
    case 'maintenance':
      return maintenanceOf(fleet, at)
    case 'reservations':
      return reservationsFor(fleet, member)
    case 'artifacts':
      return artifactsOf(fleet, question.lease, { by: member, past })
    case 'who': {
      const machine = machineNamed(fleet, question.machine)
      if (machine === undefined) return { type: 'refused', refusal: noSuchMachine(fleet, question.machine) }
      return { type: 'who', machine: machine.name, state: machine.state.status, holder: holderOf(fleet, machine) }
    }
    case 'tenants':
    case 'members':
    case 'apiKeys':
      return aboutTenants(fleet, member, question)
    case 'webhooks':
      return webhooksOf(fleet, member)
    case 'home':
      return homeOfTenant(fleet, question.tenant, member)
    case 'keys': {
      const keys = keysOf(fleet, by)
      return { type: 'keys', keys, tenantKeys: fleet.tenants.need(member.tenant).keys }
    }
  }
}

const whoami = (fleet: Fleet, identity: Identity, at: Instant): Answer => {
  const [, ...others] = identitiesOf(fleet, identity)
  const heard = { told: toldAt(fleet, identity), mutedUntil: mutedUntil(fleet, identity, at) }
  const member = speaker(fleet, identity)
  if (member === null) return { type: 'whoami', identity, others, ...heard, standing: null }
  const { name, held, quota, homes } = fleet.tenants.need(member.tenant)
  const keys = keysOf(fleet, identity).length
  return {
    type: 'whoami',
    identity,
    others,
    ...heard,
    standing: { tenant: name, role: member.role, held, quota, homes, keys },
  }
}

/** Where they speak from, if that is no API key, and then where else they are known. */
const toldAt = (fleet: Fleet, identity: Identity): readonly Identity[] =>
  routesOf(fleet, { door: '', identity, nick: '', room: null })
    .map((route) => route.identity)
    .filter((one) => !one.startsWith('key:'))

const status = (fleet: Fleet, name: string | null, at: Instant): Answer => {
  const pools = [...fleet.pools.values()]
  const asked = name === null ? pools : pools.filter((pool) => pool.name === name.toLowerCase() || pool.name === name)
  if (name === null || asked.length > 0) {
    const views = asked.map((pool) => poolView(fleet, pool, at))
    return { type: 'status', pools: views, waiting: fleet.requests.size, whole: name === null }
  }
  return { type: 'refused', refusal: noSuchPool(fleet, name) }
}
