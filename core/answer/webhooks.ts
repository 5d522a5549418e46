import type { Fleet } from '../fleet.ts'
import type { TenantName, WebhookId } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Speaker } from '../policy/membership.ts'
import { isoTime } from '../time.ts'
import type { Webhook } from '../webhook.ts'

/** A webhook as those see it whom it tells of. */
export interface WebhookView {
  readonly id: WebhookId
  /** Null: it tells operators of everybody. */
  readonly tenant: TenantName | null
  readonly url: string
  readonly addedAt: string
  /** Set once it was given up: add it anew. */
  readonly disabled: { readonly at: string; readonly failures: number; readonly because: string } | null
}

export interface WebhooksAnswer {
  readonly type: 'webhooks'
  readonly webhooks: readonly WebhookView[]
}

/** Those of one's tenant; operators see all. */
export const webhooksOf = (fleet: Fleet, { tenant, role }: Speaker): WebhooksAnswer => ({
  type: 'webhooks',
  webhooks: [...fleet.webhooks.values()]
    .filter((webhook) => role === 'operator' || webhook.tenant === tenant)
    .toSorted((a, b) => a.addedAt - b.addedAt || byText(a.id, b.id))
    .map(webhookView),
})

const webhookView = ({ id, tenant, url, addedAt, disabled }: Webhook): WebhookView => ({
  id,
  tenant,
  url,
  addedAt: isoTime(addedAt),
  disabled: disabled === null ? null : { ...disabled, at: isoTime(disabled.at) },
})
