import { defineEntity, p } from '@mikro-orm/sqlite'

/** The message in a chat that shows a lease. Operational: outside the log. */
export const CardRow = defineEntity({
  name: 'CardRow',
  tableName: 'card',
  properties: { lease: p.text().primary(), channel: p.text(), ts: p.text(), shown: p.text() },
})
