import { Migration } from '@mikro-orm/migrations'
import { NO_HASH } from '#core'

/** Everything as of the first release. Foreign keys are checked at commit, so that the order of writing is free. */
export class Initial extends Migration {
  override up(): void {
    for (const sql of [...LOG, ...SITE, ...PEOPLE, ...LENDING, ...OPERATION]) this.addSql(sql)
  }
}

const LOG = [
  `create table turn (
    id integer primary key not null, turn integer not null, seq integer not null, hash text not null, check (id = 1)
  ) strict`,
  `insert into turn (id, turn, seq, hash) values (1, 0, 0, '${NO_HASH}')`,
  `create table record (
    seq integer primary key not null, at integer not null, "by" text not null, door text not null, "key" text,
    body text not null, hash text not null
  ) strict`,
  `create trigger record_in_order before insert on record when new.seq <> (select seq + 1 from turn)
    begin select raise(abort, 'records are gapless'); end`,
  `create trigger record_head after insert on record begin update turn set seq = new.seq, hash = new.hash; end`,
  `create trigger record_no_update before update on record begin select raise(abort, 'records are append-only'); end`,
  `create trigger record_no_delete before delete on record begin select raise(abort, 'records are append-only'); end`,
]

const SITE = [
  `create table pool (
    name text primary key not null, type text not null, driver text not null, configured integer not null, policy text not null
  ) strict`,
  `create table platform (
    name text primary key not null, arch text not null, vendor text not null, model text, memory_gib real, description text not null
  ) strict`,
  `create table machine (
    name text primary key not null, number integer not null, pool text not null, type text not null, platform text not null,
    chassis text, arch text not null, configured integer not null, status text not null, since integer, lease text, run text, failure text,
     probation_at integer, was text, maintenance text, fence integer not null, attempts integer not null, uses integer not null, burnins integer not null,
     leased_ms integer not null, last_used_at integer, worked_at integer not null, failures integer not null, health text not null,
    idle_since integer not null, checked_at integer not null, labels text not null, variables text not null, access text,
    facts text not null, data text not null
  ) strict`,
  `create table failure_rate ("key" text primary key not null, outcomes real not null, failed real not null, lately real not null) strict, without rowid`,
  `create table step_times (
    "key" text primary key not null, count integer not null, recent_ms text not null,
    mean_ms real not null
  ) strict, without rowid`,
  `create table demand (
    "key" text primary key not null, since integer not null, hour integer not null, machines integer not null,
    hours text not null, squares real not null, expected real not null
  ) strict, without rowid`,
  `create table calibration (
    "key" text primary key not null, scored integer not null, inside50 integer not null, inside90 integer not null,
    places text not null, errors_ms text not null
  ) strict, without rowid`,
  `create table counter (name text primary key not null, value integer not null) strict, without rowid`,
  `create table site (
    name text primary key not null, digest text not null, limits text not null, control_rooms text not null, operators text
  ) strict, without rowid`,
]

const PEOPLE = [
  `create table tenant (
    name text primary key not null, number integer not null, quota integer not null, weight real not null, priority integer not null, held integer not null,
    owner text not null, active integer not null, default_ms integer, longest_ms integer,
    holds integer not null, hold_ms integer not null, added_at integer not null, retired_at integer, members text not null, admins text not null, keys text not null, homes text not null,
    habit text not null
  ) strict`,
  `create table person (
    id text primary key not null, number integer not null, keys text not null, linked integer, code text, misses text, muted integer
  ) strict, without rowid`,
  `create table api_key (id text primary key not null, tenant text not null, role text not null, digest text not null, note text not null) strict, without rowid`,
  `create table webhook (id text primary key not null, tenant text, url text not null, "by" text, added_at integer not null, disabled text) strict, without rowid`,
  `create table personal (ref text primary key not null, text text, turn integer not null) strict, without rowid`,
]

// What is made without end is kept in order of its number, which its id stands for: new rows go to the last page, and no index
// of scattered ids has to be kept.
const LENDING = [
  `create table request (
    number integer primary key not null, id text not null, tenant text not null, "by" text not null, status text not null,
    asked_at integer not null, ended_at integer, lease text, ending text, reason text not null,
    duration_ms integer not null, priority integer not null, head_since integer, grace_ms integer not null,
    prefer_until integer not null, reserved text, estimate text, poll text, build text, collect text, agent text, demand text not null, keys text not null, metadata text not null, address text, why text
  ) strict`,
  `create index request_waiting on request (number) where status = 'waiting'`,
  `create table lease (
    number integer primary key not null, id text not null,
    request text not null,
    tenant text not null, "by" text not null, status text not null, granted_at integer not null, give_up_at integer,
    since integer, until integer, ended_at integer, how text, due_at integer not null, warned real, remind_at integer, spared integer not null, hold text, build text, collect text, agent text,
    returned integer not null, reason text not null, duration_ms integer not null, grace_ms integer not null,
    demand text not null, keys text not null, metadata text not null, address text, choice text not null,
    why text not null, machines text not null
  ) strict`,
  `create index lease_open on lease (number) where status <> 'ended'`,
  `create index lease_tenant on lease (tenant, number)`,
  `create table holding (
    lease integer not null references lease (number) deferrable initially deferred,
    machine text not null references machine (name) deferrable initially deferred,
    fence integer not null, active integer not null, primary key (lease, machine)
  ) strict, without rowid`,
  // Whatever the code does, no machine is lent twice.
  `create unique index holding_one on holding (machine) where active = 1`,
  `create table run (
    number integer primary key not null, id text not null, step text not null,
    machine text not null references machine (name) deferrable initially deferred,
    lease text, fence integer not null, attempt integer not null, owed_at integer not null, due_at integer not null, collect text,
    ended_at integer, outcome text, message text
  ) strict`,
  `create index run_owed on run (number) where ended_at is null`,
  `create index run_machine on run (machine, number)`,
  `create index run_lease on run (lease, number) where lease is not null`,
]

const OPERATION = [
  `create table answer (
    id integer primary key not null, "key" text not null, command text not null, answer text not null, at integer not null
  ) strict`,
  // Keys are digests, and so scattered: an index of short entries touches far fewer pages than rows in that order would.
  `create unique index answer_key on answer ("key")`,
  `create table outbox (
    id integer primary key autoincrement not null, door text not null, recipient text not null, notice text not null, at integer not null,
    due_at integer, over_at integer, attempts integer not null default 0, failure text
  ) strict`,
  `create index outbox_due on outbox (due_at) where due_at is not null`,
  `create index outbox_recipient on outbox (recipient, id) where due_at is not null`,
  `create index outbox_over on outbox (over_at) where over_at is not null`,
  `create table claim (
    run text primary key not null, host text not null, boot_id text not null, pgid integer, start_ticks integer,
    claimed_at integer not null
  ) strict, without rowid`,
  `create table telling (webhook text primary key not null, seq integer not null, idx integer, failures integer not null, next_at integer not null) strict, without rowid`,
  `create table card (lease text primary key not null, channel text not null, ts text not null, shown text not null) strict, without rowid`,
]
