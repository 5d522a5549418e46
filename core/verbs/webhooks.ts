import type { TenantName, WebhookId } from '../id.ts'
import { LONGEST_WEBHOOK_URL } from '../webhook.ts'
import { nameOf } from './bounds.ts'
import type { Verb } from './verb.ts'

export const webhooks: Verb = {
  name: 'webhooks',
  aliases: ['webhooks list'],
  summary: 'where your tenant is told what happens, as it does',
  who: 'member',
  type: 'question',
  arguments: [],
  examples: ['webhooks'],
  private: true,
  asks: () => ({ type: 'question', question: { ask: 'webhooks' } }),
}

export const addWebhook: Verb = {
  name: 'webhooks add',
  aliases: [],
  summary:
    'have what happens to your tenant posted to an address; the answer shows the secret that it is signed with, once. For admins',
  who: 'member',
  type: 'command',
  arguments: [
    {
      name: 'url',
      kind: { type: 'text', longest: LONGEST_WEBHOOK_URL, example: 'https://ci.example.org/duffy' },
      summary: 'the address: https://, or http:// in a network that the site allows',
      required: true,
    },
    {
      name: 'tenant',
      kind: nameOf(['tenant'], 'infra'),
      summary: 'of which tenant; your own unless said',
      after: ['of'],
    },
    {
      name: 'all',
      kind: { type: 'flag', standard: false },
      summary: 'of everybody, and of machines; for operators',
      after: ['all'],
    },
  ],
  examples: ['webhooks add https://ci.example.org/duffy', 'webhooks add https://ci.example.org/duffy all'],
  keyed: true,
  asks: ({ url, tenant, all }) => ({
    type: 'command',
    command: {
      do: 'addWebhook',
      // Its door makes one.
      id: '' as WebhookId,
      url: url as string,
      tenant: (tenant ?? null) as TenantName | null,
      all: (all ?? false) as boolean,
    },
  }),
}

export const removeWebhook: Verb = {
  name: 'webhooks remove',
  aliases: ['webhooks rm'],
  summary: 'post to an address no more. For admins',
  who: 'member',
  type: 'command',
  arguments: [
    { name: 'webhook', kind: nameOf([], 'hk3fe1c09b42'), summary: 'its id, as `webhooks` lists it', required: true },
  ],
  examples: ['webhooks remove hk3fe1c09b42'],
  private: true,
  asks: ({ webhook }) => ({ type: 'command', command: { do: 'removeWebhook', webhook: webhook as string } }),
}
