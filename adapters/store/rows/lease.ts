import type { AddressRef, Instant, Lease, LeaseId, LeaseState, PersonId, RequestId, TenantName } from '#core'
import { LeaseRow, type Row } from '../entities.ts'
import { parse, parseOrNull, print, printOrNull } from './json.ts'
import type { Rows } from './rows.ts'

export const leases: Rows<Lease, Row<typeof LeaseRow>> = {
  entity: LeaseRow,
  key: 'number',
  write: (lease) => {
    const { state } = lease
    return {
      id: lease.id,
      number: lease.number,
      request: lease.request,
      tenant: lease.tenant,
      by: lease.by,
      status: state.status,
      granted_at: lease.grantedAt,
      give_up_at: 'giveUpAt' in state ? state.giveUpAt : null,
      since: 'since' in state ? state.since : null,
      until: 'until' in state ? state.until : null,
      ended_at: 'at' in state ? state.at : null,
      how: 'how' in state ? state.how : null,
      due_at: lease.dueAt,
      warned: lease.warned,
      remind_at: lease.remindAt,
      spared: lease.spared ? 1 : 0,
      hold: printOrNull(lease.hold),
      build: printOrNull(lease.build),
      collect: printOrNull(lease.collect ?? null),
      agent: printOrNull(lease.agent),
      returned: lease.returned,
      reason: lease.reason,
      duration_ms: lease.durationMs,
      grace_ms: lease.graceMs,
      demand: print(lease.demand),
      keys: print(lease.keys),
      metadata: print(lease.metadata),
      address: lease.address,
      choice: print(lease.choice),
      why: print(lease.why),
      machines: print(lease.machines),
    }
  },
  read: (row) => ({
    id: row.id as LeaseId,
    number: row.number,
    request: row.request as RequestId,
    tenant: row.tenant as TenantName,
    by: row.by as PersonId,
    demand: parse(row.demand),
    durationMs: row.duration_ms,
    graceMs: row.grace_ms,
    keys: parse(row.keys),
    reason: row.reason,
    metadata: parse(row.metadata),
    address: (row.address ?? null) as AddressRef | null,
    grantedAt: row.granted_at as Instant,
    choice: parse(row.choice),
    why: parse(row.why),
    machines: parse(row.machines),
    returned: row.returned,
    warned: row.warned ?? null,
    spared: row.spared === 1,
    remindAt: (row.remind_at ?? null) as Instant | null,
    hold: parseOrNull(row.hold ?? null),
    build: parseOrNull(row.build ?? null),
    ...(typeof row.collect === 'string' && { collect: parse<readonly string[]>(row.collect) }),
    agent: parseOrNull(row.agent ?? null),
    dueAt: row.due_at as Instant,
    state: stateOf(row),
  }),
}

const stateOf = (row: Row<typeof LeaseRow>): LeaseState => {
  const { status } = row
  switch (status) {
    case 'preparing':
      return { status, giveUpAt: row.give_up_at as Instant }
    case 'active':
      return { status, since: row.since as Instant, until: row.until as Instant }
    case 'ended':
      return { status, at: row.ended_at as Instant, how: row.how! }
  }
}
