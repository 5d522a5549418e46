import type { Instant, LeaseId, Notice, RunId, WebhookId } from '#core'
import type { CardRow, TellingRow } from './entities/operational.ts'
import type { ClaimRow } from './entities/operational.ts'
import type { OutboxRow, Row } from './entities.ts'
import { query, type Executor } from './executor.ts'
import type { Cards, Claim, Claims, Outbox, Tellings } from './port.ts'
import { SQLITE } from './sqlite.ts'

/** Runs one short statement that need not survive a power cut; how many rows it changed. */
export type Operate = (text: string, parameters: readonly unknown[]) => Promise<number>

export const claims = (sql: Executor, operate: Operate): Claims => ({
  async claims() {
    const rows = await query<Row<typeof ClaimRow>>(sql, 'select * from claim order by claimed_at, run')
    return rows.map(claimOf)
  },
  async claim(run, { host, bootId, pgid, startTicks }, at) {
    const written = await operate(CLAIM, [run, host, bootId, pgid, startTicks, at])
    return written === 1
  },
  async release(run) {
    await operate('delete from claim where run = ?', [run])
  },
})

const CLAIM = `insert into claim (run, host, boot_id, pgid, start_ticks, claimed_at) values (?, ?, ?, ?, ?, ?)
  on conflict (run) do update set boot_id = excluded.boot_id, pgid = excluded.pgid, start_ticks = excluded.start_ticks
  where claim.host = excluded.host`

const claimOf = (row: Row<typeof ClaimRow>): Claim => ({
  run: row.run as RunId,
  host: row.host,
  bootId: row.boot_id,
  pgid: row.pgid ?? null,
  startTicks: row.start_ticks ?? null,
  claimedAt: row.claimed_at as Instant,
})

export const outbox = (sql: Executor, operate: Operate): Outbox => ({
  async dueNotices(at, limit, except = []) {
    return (await query<Row<typeof OutboxRow>>(sql, DUE, [at, JSON.stringify(except), limit])).map((row) => {
      const { to, message } = JSON.parse(row.notice) as Notice
      return { id: row.id, to, message, at: row.at as Instant, attempts: row.attempts }
    })
  },
  async noticeSent(id, at) {
    await operate('update outbox set over_at = ?, due_at = null, failure = null where id = ?', [at, id])
  },
  async noticeFailed(id, failure, at, nextAt) {
    const overAt = nextAt === null ? at : null
    const text = 'update outbox set attempts = attempts + 1, failure = ?, due_at = ?, over_at = ? where id = ?'
    await operate(text, [failure, nextAt, overAt, id])
    if (nextAt !== null) await operate(POSTPONE, [nextAt, id])
  },
})

/** Those for whom something is due, with all that they are still to be told before it. */
const DUE = `select * from outbox where due_at is not null
  and recipient in (select recipient from outbox where due_at <= ?) and recipient not in ${SQLITE.oneOf} order by id limit ?`

/** What is for the same person waits with it, so that they hear things in order. */
const POSTPONE = `update outbox set due_at = max(due_at, ?) where due_at is not null
  and recipient = (select recipient from outbox where id = ?)`

export const cards = (sql: Executor, operate: Operate): Cards => ({
  async cards() {
    const rows = await query<Row<typeof CardRow>>(sql, 'select * from card order by lease')
    return rows.map((row) => ({ ...row, lease: row.lease as LeaseId }))
  },
  async putCard({ lease, channel, ts, shown }) {
    await operate(PUT_CARD, [lease, channel, ts, shown])
  },
  async removeCard(lease) {
    await operate('delete from card where lease = ?', [lease])
  },
})

const PUT_CARD = `insert into card (lease, channel, ts, shown) values (?, ?, ?, ?)
  on conflict (lease) do update set channel = excluded.channel, ts = excluded.ts, shown = excluded.shown`

export const tellings = (sql: Executor, operate: Operate): Tellings => ({
  async tellings() {
    const rows = await query<Row<typeof TellingRow>>(sql, 'select * from telling order by webhook')
    return rows.map(({ webhook, seq, idx, failures, next_at: nextAt }) => ({
      webhook: webhook as WebhookId,
      upTo: { seq, index: idx ?? Infinity },
      failures,
      nextAt: nextAt as Instant,
    }))
  },
  async putTelling({ webhook, upTo, failures, nextAt }) {
    await operate(PUT_TELLING, [webhook, upTo.seq, upTo.index === Infinity ? null : upTo.index, failures, nextAt])
  },
  async removeTelling(webhook) {
    await operate('delete from telling where webhook = ?', [webhook])
  },
})

const PUT_TELLING = `insert into telling (webhook, seq, idx, failures, next_at) values (?, ?, ?, ?, ?)
  on conflict (webhook) do update set seq = excluded.seq, idx = excluded.idx, failures = excluded.failures, next_at = excluded.next_at`
