import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'

type WebhookEvent = Extract<Event, { type: 'webhookAdded' | 'webhookRemoved' | 'webhookDisabled' }>

export const isWebhookEvent = (event: Event): event is WebhookEvent =>
  event.type === 'webhookAdded' || event.type === 'webhookRemoved' || event.type === 'webhookDisabled'

export const evolveWebhook = (fleet: Fleet, event: WebhookEvent, at: Instant): void => {
  switch (event.type) {
    case 'webhookAdded':
      return fleet.webhooks.put(event.webhook.id, event.webhook)
    case 'webhookRemoved':
      return fleet.webhooks.remove(event.webhook)
    case 'webhookDisabled': {
      const webhook = fleet.webhooks.need(event.webhook)
      const { failures, because } = event
      return fleet.webhooks.put(webhook.id, { ...webhook, disabled: { at, failures, because } })
    }
  }
}
