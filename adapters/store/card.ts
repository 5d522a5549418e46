import { defineEntity, p } from '@mikro-orm/sqlite'

/** The message in a chat that shows a lease. Operational: outside the log. */
export const CardRow = defineEntity({
  name: 'CardRow',
  tableName: 'card',
  properties: { lease: p.text().primary(), channel: p.text(), ts: p.text(), shown: p.text() },
})

/** How far a webhook has been told. Operational: outside the log. `idx` null: all of that record. */
export const TellingRow = defineEntity({
  name: 'TellingRow',
  tableName: 'telling',
  properties: {
    webhook: p.text().primary(),
    seq: p.integer(),
    idx: p.integer().nullable(),
    failures: p.integer(),
    next_at: p.integer(),
  },
})
