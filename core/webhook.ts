import type { Instant, PersonId, TenantName, WebhookId } from './id.ts'

/** Where somebody is told what happens, as it does. The secret that it is signed with is kept nowhere: it follows from the id. */
export interface Webhook {
  readonly id: WebhookId
  /** Of whom it tells; null: of everybody and of machines, for operators. */
  readonly tenant: TenantName | null
  readonly url: string
  /** Who wants it, and is told if it comes to an end. */
  readonly by: PersonId | null
  /** What happened before is not told. */
  readonly addedAt: Instant
  /** Set once it was given up. */
  readonly disabled: DisabledWebhook | null
}

export interface DisabledWebhook {
  readonly at: Instant
  readonly failures: number
  /** Of the last one. */
  readonly because: string
}

export type WebhookCommand =
  /** `id`: made by its door, which makes its secret of that. `tenant` null: the asker's. `all`: of everybody. */
  | {
      readonly do: 'addWebhook'
      readonly id: WebhookId
      readonly url: string
      readonly tenant: TenantName | null
      readonly all: boolean
    }
  | { readonly do: 'removeWebhook'; readonly webhook: string }
  /** So many posts to it failed in a row. */
  | { readonly do: 'disableWebhook'; readonly webhook: WebhookId; readonly failures: number; readonly because: string }

export interface WebhookOutcome {
  readonly type: 'webhookAdded' | 'webhookRemoved'
  readonly webhook: WebhookId
}

/** Longest address, and longest words of what failed. */
export const LONGEST_WEBHOOK_URL = 500
export const LONGEST_WEBHOOK_FAILURE = 200
