import { defineEntity, p } from '@mikro-orm/sqlite'

/** Which process group performs a run. Operational: outside the log, and lost with the host that it names. */
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
