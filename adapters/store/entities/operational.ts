import { defineEntity, p } from '@mikro-orm/sqlite'

/* Operational: outside the log, so that nothing of it is replayed. */

/** Which process group performs a run. Lost with the host that it names. */
export const ClaimRow = defineEntity({
  name: 'ClaimRow',
  tableName: 'claim',
  properties: {
    run: p.text().primary(),
    host: p.text(),
    boot_id: p.text(),
    pgid: p.integer().nullable(),
    start_ticks: p.integer().nullable(),
    claimed_at: p.integer(),
  },
})

/** The message in a chat that shows a lease. */
export const CardRow = defineEntity({
  name: 'CardRow',
  tableName: 'card',
  properties: { lease: p.text().primary(), channel: p.text(), ts: p.text(), shown: p.text() },
})

/** How far a webhook has been told. `idx` null: all of that record. */
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
