import { defineEntity, p } from '@mikro-orm/sqlite'

export const TenantRow = defineEntity({
  name: 'TenantRow',
  tableName: 'tenant',
  properties: {
    name: p.text().primary(),
    number: p.integer(),
    quota: p.integer(),
    weight: p.float(),
    priority: p.integer(),
    held: p.integer(),
    owner: p.text().$type<'config' | 'people'>(),
    active: p.integer(),
    default_ms: p.integer().nullable(),
    longest_ms: p.integer().nullable(),
    holds: p.integer(),
    hold_ms: p.integer(),
    added_at: p.integer(),
    retired_at: p.integer().nullable(),
    members: p.text(),
    admins: p.text(),
    keys: p.text(),
    homes: p.text(),
    habit: p.text(),
  },
})

export const PersonRow = defineEntity({
  name: 'PersonRow',
  tableName: 'person',
  properties: {
    id: p.text().primary(),
    number: p.integer(),
    keys: p.text(),
    linked: p.integer().nullable(),
    code: p.text().nullable(),
    misses: p.text().nullable(),
    muted: p.integer().nullable(),
  },
})

export const ApiKeyRow = defineEntity({
  name: 'ApiKeyRow',
  tableName: 'api_key',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    role: p.text().$type<'member' | 'admin' | 'operator'>(),
    digest: p.text(),
    note: p.text(),
  },
})

export const WebhookRow = defineEntity({
  name: 'WebhookRow',
  tableName: 'webhook',
  properties: {
    id: p.text().primary(),
    tenant: p.text().nullable(),
    url: p.text(),
    by: p.text().nullable(),
    added_at: p.integer(),
    disabled: p.text().nullable(),
  },
})

/** `text` is null once it is erased. `turn` is when it was last written, so that a lane that is behind can catch up. */
export const PersonalRow = defineEntity({
  name: 'PersonalRow',
  tableName: 'personal',
  properties: { ref: p.text().primary(), text: p.text().nullable(), turn: p.integer() },
})
