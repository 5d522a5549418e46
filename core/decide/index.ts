import type { Asked, GetCommand, Outcome } from '../command.ts'
import type { Notice } from '../effect.ts'
import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import { DUFFY, type PersonId } from '../id.ts'
import { noSuchTenant, obeyed, toldWhere, type Speaker } from '../policy/membership.ts'
import type { Refusal, RefusalAnswer } from '../refusal.ts'
import { decideEndBuild, decideNoteBuilds } from './build.ts'
import { decideConfigure } from './configure.ts'
import { Draft } from './draft.ts'
import { decideGet, decideGetAll } from './get.ts'
import { decideHold } from './hold.ts'
import { decideMoveHome } from './home.ts'
import { decideAddKey, decideRemoveKey } from './keys.ts'
import { decideNoteEstimates } from './estimates.ts'
import { decideCancel, decideDone, decideExtend, decideShorten } from './lease.ts'
import { decideEndMaintenance, decideSetMaintenance } from './maintenance.ts'
import { decideLeave, decideLeavePlaces, decideNotePolls } from './presence.ts'
import { decideAgreeLink, decideLink, decideOfferLink, decideOfferMail, decideUnlink } from './link.ts'
import { decideReadmit } from './readmit.ts'
import { decideReserve } from './reserve.ts'
import { decideFinishRun } from './run.ts'
import { decideDisableWebhook, decideWebhook } from './webhook.ts'
import { decideMute, decideSnooze } from './quiet.ts'
import { decideNoteUnwarned, decideSweep } from './sweep.ts'
import {
  decideAddApiKey,
  decideAddMember,
  decideAddTenant,
  decideRemoveMember,
  decideRetireTenant,
  decideReviveTenant,
  decideRevokeApiKey,
  decideSetTenant,
} from './tenants.ts'

/** What a command comes to. Its events have already happened to the fleet, whose journal can take them back. */
export type Decision =
  | {
      readonly type: 'accepted'
      readonly by: PersonId | 'duffy'
      readonly events: readonly Event[]
      readonly notices: readonly Notice[]
      readonly outcome: Outcome
    }
  | RefusalAnswer

/**
 * Decides a command: total and deterministic. An accepted one leaves the fleet as it is afterwards, with every change in
 * `fleet.journal`; a refused one changes nothing.
 */
export const decide = (fleet: Fleet, asked: Asked): Decision => {
  const draft = new Draft(fleet, asked)
  const outcome = answer(draft, asked)
  if (isRefusal(outcome)) {
    if (draft.events.length > 0) throw new Error(`refused ${outcome.type} after ${draft.events[0]!.type}`)
    return { type: 'refused', refusal: toldWhere(fleet, outcome, asked.by) }
  }
  const by = draft.events.length === 0 || asked.by === DUFFY ? 'duffy' : draft.speaker()
  return { type: 'accepted', by, events: draft.events, notices: draft.notices, outcome }
}

const answer = (draft: Draft, { by, room, command }: Asked): Outcome | Refusal => {
  if (by === DUFFY) return answerDuffy(draft, command)
  // Whoever speaks for nobody yet is to become somebody, or to get away from whom they were taken for.
  if (command.do === 'offerLink') return decideOfferLink(draft, command)
  if (command.do === 'unlink') return decideUnlink(draft, command)
  const who = obeyed(draft.fleet, by, room)
  return who === null ? { type: 'stranger', identity: by } : answerPerson(draft, command, who)
}

type Ours = Exclude<Asked['command'], { do: 'offerLink' | 'unlink' }>

const answerPerson = (draft: Draft, command: Ours, who: Speaker): Outcome | Refusal => {
  if (command.do === 'addWebhook' || command.do === 'removeWebhook') return decideWebhook(draft, command, who)
  switch (command.do) {
    case 'get': {
      const asker = onBehalf(draft, command, who)
      return 'type' in asker ? asker : decideGet(draft, command, asker)
    }
    case 'getAll': {
      const asker = onBehalf(draft, command.parts[0] ?? {}, who)
      return 'type' in asker ? asker : decideGetAll(draft, command.parts, asker)
    }
    case 'done':
      return decideDone(draft, command, who)
    case 'extend':
      return decideExtend(draft, command, who)
    case 'shorten':
      return decideShorten(draft, command, who)
    case 'hold':
      return decideHold(draft, command, who)
    case 'reserve':
      return decideReserve(draft, command, who)
    case 'endBuild':
      return decideEndBuild(draft, command, who)
    case 'cancel':
      return decideCancel(draft, command.what, who)
    case 'snooze':
      return decideSnooze(draft, command, who)
    case 'mute':
      return decideMute(draft, command.forMs)
    case 'moveHome':
      return decideMoveHome(draft, command, who)
    case 'addKey':
      return decideAddKey(draft, command.key)
    case 'removeKey':
      return decideRemoveKey(draft, command.fingerprint)
    case 'link':
      return decideLink(draft, command, who)
    case 'offerMail':
      return decideOfferMail(draft, command)
    case 'agreeLink':
      return decideAgreeLink(draft)
    case 'addMember':
      return decideAddMember(draft, command, who)
    case 'removeMember':
      return decideRemoveMember(draft, command, who)
    case 'addApiKey':
      return decideAddApiKey(draft, command.apiKey, who)
    case 'revokeApiKey':
      return decideRevokeApiKey(draft, command.apiKey, who)
    case 'addTenant':
    case 'setTenant':
    case 'retireTenant':
    case 'reviveTenant':
    case 'setMaintenance':
    case 'endMaintenance':
    case 'readmit':
    case 'configure':
    case 'finishRun':
    case 'noteEstimates':
    case 'notePolls':
    case 'leave':
    case 'disableWebhook':
    case 'leavePlaces':
    case 'noteUnwarned':
    case 'noteBuilds':
    case 'sweep':
      return who.role === 'operator' ? answerDuffy(draft, command) : { type: 'operatorsOnly' }
  }
}

/** An operator may ask for any tenant. */
const onBehalf = ({ fleet }: Draft, { tenant }: Pick<GetCommand, 'tenant'>, who: Speaker): Speaker | Refusal => {
  if (tenant === undefined || tenant === who.tenant) return who
  if (who.role !== 'operator') return { type: 'operatorsOnly' }
  const found = fleet.tenants.get(tenant)
  if (found === undefined) return noSuchTenant(fleet, tenant)
  return found.active ? { ...who, tenant } : { type: 'tenantRetired', tenant }
}

/** What Duffy tells itself, and operators may. */
const answerDuffy = (draft: Draft, command: Asked['command']): Outcome | Refusal => {
  switch (command.do) {
    case 'configure':
      return decideConfigure(draft, command.site)
    case 'addApiKey':
      return decideAddApiKey(draft, command.apiKey, null)
    case 'revokeApiKey':
      return decideRevokeApiKey(draft, command.apiKey, null)
    case 'addTenant':
      return decideAddTenant(draft, command)
    case 'setTenant':
      return decideSetTenant(draft, command)
    case 'retireTenant':
      return decideRetireTenant(draft, command)
    case 'reviveTenant':
      return decideReviveTenant(draft, command.tenant)
    case 'setMaintenance':
      return decideSetMaintenance(draft, command)
    case 'endMaintenance':
      return decideEndMaintenance(draft, command)
    case 'readmit':
      return decideReadmit(draft, command.machine)
    case 'finishRun':
      return decideFinishRun(draft, command.run, command.fence, command.result)
    case 'noteEstimates':
      return decideNoteEstimates(draft, command.given)
    case 'notePolls':
      return decideNotePolls(draft, command.polls)
    case 'endBuild':
      return decideEndBuild(draft, command, null)
    case 'noteBuilds':
      return decideNoteBuilds(draft, command.builds)
    case 'leave':
      return decideLeave(draft, command.request, command.tenant)
    case 'disableWebhook':
      return decideDisableWebhook(draft, command)
    case 'leavePlaces':
      return decideLeavePlaces(draft, command.requests)
    case 'noteUnwarned':
      return decideNoteUnwarned(draft, command.leases)
    case 'sweep':
      return decideSweep(draft)
    case 'get':
    case 'getAll':
    case 'done':
    case 'extend':
    case 'shorten':
    case 'hold':
    case 'reserve':
    case 'cancel':
    case 'snooze':
    case 'mute':
    case 'moveHome':
    case 'addKey':
    case 'removeKey':
    case 'offerLink':
    case 'link':
    case 'offerMail':
    case 'agreeLink':
    case 'unlink':
    case 'addMember':
    case 'removeMember':
    case 'addWebhook':
    case 'removeWebhook':
      return { type: 'operatorsOnly' }
  }
}

/** Spelled out, so that the compiler asks for a new outcome's place here. */
const OUTCOMES: Readonly<Record<Outcome['type'], true>> = {
  granted: true,
  waiting: true,
  done: true,
  readmitted: true,
  extended: true,
  extendedAll: true,
  held: true,
  reserved: true,
  cancelled: true,
  snoozed: true,
  muted: true,
  homeMoved: true,
  keyAdded: true,
  keyRemoved: true,
  keyKnown: true,
  linkOffered: true,
  linkFound: true,
  linkClaimed: true,
  linked: true,
  unlinked: true,
  counted: true,
  tenantAdded: true,
  tenantSet: true,
  tenantRetired: true,
  tenantRevived: true,
  memberAdded: true,
  memberRemoved: true,
  apiKeyAdded: true,
  apiKeyRevoked: true,
  webhookAdded: true,
  webhookRemoved: true,
  maintenanceSet: true,
  maintenanceLifted: true,
  buildEnded: true,
  configured: true,
  nothing: true,
  accepted: true,
}
const isRefusal = (result: Outcome | Refusal): result is Refusal => !(result.type in OUTCOMES)
