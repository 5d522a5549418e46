import type { Command, Outcome } from '../command.ts'
import type { WebhookId } from '../id.ts'
import { mayManage, noSuchTenant, type Speaker } from '../policy/membership.ts'
import type { Refusal } from '../refusal.ts'
import { LONGEST_WEBHOOK_FAILURE } from '../webhook.ts'
import type { Draft } from './draft.ts'

type Add = Extract<Command, { do: 'addWebhook' }>
type Remove = Extract<Command, { do: 'removeWebhook' }>

export const decideWebhook = (draft: Draft, command: Add | Remove, by: Speaker): Outcome | Refusal =>
  command.do === 'addWebhook' ? add(draft, command, by) : remove(draft, command.webhook, by)

/** Admins have what happens to their tenant told, operators what happens to everybody. */
const add = (draft: Draft, { id, tenant, all, url }: Add, by: Speaker): Outcome | Refusal => {
  const { fleet, at } = draft
  const of = tenant ?? by.tenant
  if (all && by.role !== 'operator') return { type: 'operatorsOnly' }
  if (!all && !mayManage(by, of)) return { type: 'adminsOnly', tenant: of }
  if (!all && fleet.tenants.get(of) === undefined) return noSuchTenant(fleet, of)
  if (fleet.webhooks.has(id)) return { type: 'webhookExists', asked: id }
  const { webhooksPerTenant } = fleet.limits
  if (fleet.webhooksOf.size(all ? '' : of) >= webhooksPerTenant)
    return { type: 'tooMany', limit: 'webhooksPerTenant', most: webhooksPerTenant }
  const person = draft.person(draft.identity)
  draft.emit({
    type: 'webhookAdded',
    webhook: { id, tenant: all ? null : of, url, by: person, addedAt: at, disabled: null },
  })
  return { type: 'webhookAdded', webhook: id }
}

/** One of another tenant is as unknown as one that never was. */
const remove = (draft: Draft, asked: string, by: Speaker): Outcome | Refusal => {
  const webhook = draft.fleet.webhooks.get(asked as WebhookId)
  const isOperator = by.role === 'operator'
  if (webhook === undefined || (!isOperator && webhook.tenant !== by.tenant)) return { type: 'noSuchWebhook', asked }
  if (!isOperator && !mayManage(by, by.tenant)) return { type: 'adminsOnly', tenant: by.tenant }
  draft.emit({ type: 'webhookRemoved', webhook: webhook.id })
  return { type: 'webhookRemoved', webhook: webhook.id }
}

type Disable = Extract<Command, { do: 'disableWebhook' }>

/** It failed for so long that nobody can be behind it any more; whoever wanted it is told. */
export const decideDisableWebhook = (draft: Draft, { webhook: id, failures, because }: Disable): Outcome => {
  const { fleet } = draft
  const webhook = fleet.webhooks.get(id)
  if (webhook === undefined || webhook.disabled !== null) return { type: 'nothing' }
  const why = because.slice(0, LONGEST_WEBHOOK_FAILURE)
  draft.emit({ type: 'webhookDisabled', webhook: id, tenant: webhook.tenant, failures, because: why })
  const message = { type: 'webhookDisabled', webhook: id, url: webhook.url, failures, because: why } as const
  if (webhook.tenant === null) {
    for (const place of fleet.site.get('site')?.operators?.places ?? []) draft.announce(place, message)
  } else {
    const person = webhook.by === null ? undefined : fleet.people.get(webhook.by)
    if (person !== undefined) draft.tellPerson(person, message)
  }
  return { type: 'nothing' }
}
