import { defineEntity, p, type InferEntity } from '@mikro-orm/sqlite'
import type { LeaseEnd } from '#core'
import { CardRow, TellingRow } from './entities/operational.ts'
import { AnswerRow } from './entities/answer.ts'
import { ClaimRow } from './entities/operational.ts'
import { CalibrationRow, DemandRow, FailureRateRow, StepTimesRow } from './entities/learned.ts'
import { ApiKeyRow, PersonalRow, PersonRow, TenantRow, WebhookRow } from './entities/people.ts'

/*
 * The tables, as MikroORM knows them; what it cannot say (partial indexes, triggers) stands in the migrations alone.
 * Properties carry the names of their columns: rows are read and written by SQL and never become MikroORM entities.
 * Columns hold what an operator would ask for or SQL must hold fast; the rest is JSON text.
 */

/** One row: commits counted, and the last record, which a trigger notes, so that a log cut short shows. */
export const TurnRow = defineEntity({
  name: 'TurnRow',
  tableName: 'turn',
  properties: { id: p.integer().primary(), turn: p.integer(), seq: p.integer(), hash: p.text() },
})

/** The log. `body` is text exactly as hashed. */
export const RecordRow = defineEntity({
  name: 'RecordRow',
  tableName: 'record',
  properties: {
    seq: p.integer().primary(),
    at: p.integer(),
    by: p.text(),
    door: p.text(),
    key: p.text().nullable(),
    body: p.text(),
    hash: p.text(),
  },
})

export const MachineRow = defineEntity({
  name: 'MachineRow',
  tableName: 'machine',
  properties: {
    name: p.text().primary(),
    number: p.integer(),
    pool: p.text(),
    type: p.text().$type<'metal' | 'vm'>(),
    platform: p.text(),
    chassis: p.text().nullable(),
    arch: p.text(),
    configured: p.integer(),
    status: p.text(),
    since: p.integer().nullable(),
    lease: p.text().nullable(),
    run: p.text().nullable(),
    failure: p.text().nullable(),
    probation_at: p.integer().nullable(),
    was: p.text().nullable().$type<'clean' | 'used' | 'faulty' | 'off' | null>(),
    maintenance: p.text().nullable(),
    fence: p.integer(),
    attempts: p.integer(),
    uses: p.integer(),
    burnins: p.integer(),
    leased_ms: p.integer(),
    last_used_at: p.integer().nullable(),
    worked_at: p.integer(),
    failures: p.integer(),
    health: p.text(),
    idle_since: p.integer(),
    checked_at: p.integer(),
    labels: p.text(),
    variables: p.text(),
    access: p.text().nullable(),
    facts: p.text(),
    data: p.text(),
  },
})

export const PoolRow = defineEntity({
  name: 'PoolRow',
  tableName: 'pool',
  properties: {
    name: p.text().primary(),
    type: p.text().$type<'metal' | 'vm'>(),
    driver: p.text(),
    configured: p.integer(),
    policy: p.text(),
  },
})

export const PlatformRow = defineEntity({
  name: 'PlatformRow',
  tableName: 'platform',
  properties: {
    name: p.text().primary(),
    arch: p.text(),
    vendor: p.text(),
    model: p.text().nullable(),
    memory_gib: p.float().nullable(),
    description: p.text(),
  },
})

export const RequestRow = defineEntity({
  name: 'RequestRow',
  tableName: 'request',
  properties: {
    number: p.integer().primary(),
    id: p.text(),
    tenant: p.text(),
    by: p.text(),
    status: p.text().$type<'waiting' | 'granted' | 'cancelled' | 'unsatisfiable'>(),
    asked_at: p.integer(),
    ended_at: p.integer().nullable(),
    lease: p.text().nullable(),
    ending: p.text().nullable(),
    reason: p.text(),
    duration_ms: p.integer(),
    priority: p.integer(),
    head_since: p.integer().nullable(),
    grace_ms: p.integer(),
    prefer_until: p.integer(),
    reserved: p.text().nullable(),
    estimate: p.text().nullable(),
    poll: p.text().nullable(),
    build: p.text().nullable(),
    collect: p.text().nullable(),
    agent: p.text().nullable(),
    demand: p.text(),
    keys: p.text(),
    metadata: p.text(),
    address: p.text().nullable(),
    why: p.text().nullable(),
  },
})

export const LeaseRow = defineEntity({
  name: 'LeaseRow',
  tableName: 'lease',
  properties: {
    number: p.integer().primary(),
    id: p.text(),
    request: p.text(),
    tenant: p.text(),
    by: p.text(),
    status: p.text().$type<'preparing' | 'active' | 'ended'>(),
    granted_at: p.integer(),
    give_up_at: p.integer().nullable(),
    since: p.integer().nullable(),
    until: p.integer().nullable(),
    ended_at: p.integer().nullable(),
    how: p.text().nullable().$type<LeaseEnd | null>(),
    due_at: p.integer(),
    warned: p.float().nullable(),
    remind_at: p.integer().nullable(),
    spared: p.integer(),
    hold: p.text().nullable(),
    build: p.text().nullable(),
    collect: p.text().nullable(),
    agent: p.text().nullable(),
    returned: p.integer(),
    reason: p.text(),
    duration_ms: p.integer(),
    grace_ms: p.integer(),
    demand: p.text(),
    keys: p.text(),
    metadata: p.text(),
    address: p.text().nullable(),
    choice: p.text(),
    why: p.text(),
    machines: p.text(),
  },
})

/** Which machine a lease holds or held. At most one active row a machine: a partial unique index refuses the second. */
export const HoldingRow = defineEntity({
  name: 'HoldingRow',
  tableName: 'holding',
  properties: {
    lease: p.integer().primary(),
    machine: p.text().primary(),
    fence: p.integer(),
    active: p.integer(),
  },
})

/** Owed while `ended_at` is null; afterwards it keeps how it ended. */
export const RunRow = defineEntity({
  name: 'RunRow',
  tableName: 'run',
  properties: {
    number: p.integer().primary(),
    id: p.text(),
    step: p
      .text()
      .$type<'provision' | 'check' | 'grant' | 'revoke' | 'collect' | 'recycle' | 'rebuild' | 'shutdown' | 'burnin'>(),
    machine: p.text(),
    lease: p.text().nullable(),
    fence: p.integer(),
    attempt: p.integer(),
    owed_at: p.integer(),
    due_at: p.integer(),
    collect: p.text().nullable(),
    ended_at: p.integer().nullable(),
    outcome: p.text().nullable(),
    message: p.text().nullable(),
  },
})

export const CounterRow = defineEntity({
  name: 'CounterRow',
  tableName: 'counter',
  properties: { name: p.text().primary(), value: p.integer() },
})

export const SiteRow = defineEntity({
  name: 'SiteRow',
  tableName: 'site',
  properties: {
    name: p.text().primary(),
    digest: p.text(),
    limits: p.text(),
    control_rooms: p.text(),
    operators: p.text().nullable(),
  },
})

/** Notices to deliver. `due_at` is null once it is over: sent, or given up, which `failure` then tells. */
export const OutboxRow = defineEntity({
  name: 'OutboxRow',
  tableName: 'outbox',
  properties: {
    id: p.integer().primary().autoincrement(),
    door: p.text(),
    recipient: p.text(),
    notice: p.text(),
    at: p.integer(),
    due_at: p.integer().nullable(),
    over_at: p.integer().nullable(),
    attempts: p.integer(),
    failure: p.text().nullable(),
  },
})

export const ENTITIES = [
  TurnRow,
  RecordRow,
  MachineRow,
  PoolRow,
  PlatformRow,
  TenantRow,
  PersonRow,
  ApiKeyRow,
  WebhookRow,
  PersonalRow,
  RequestRow,
  LeaseRow,
  HoldingRow,
  RunRow,
  StepTimesRow,
  DemandRow,
  CalibrationRow,
  FailureRateRow,
  CounterRow,
  SiteRow,
  AnswerRow,
  OutboxRow,
  ClaimRow,
  CardRow,
  TellingRow,
]

/** A row as SQL gives and takes it. */
export type Row<Entity> = Omit<InferEntity<Entity>, symbol>
