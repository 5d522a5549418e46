import type {
  Absence,
  AddressRef,
  Canceller,
  Hopeless,
  Instant,
  LeaseId,
  MachineRequest,
  PersonId,
  RequestId,
  RequestState,
  TenantName,
  Why,
} from '#core'
import { RequestRow, type Row } from '../entities.ts'
import { parse, parseOrNull, print, printOrNull } from './json.ts'
import type { Rows } from './rows.ts'

export const requests: Rows<MachineRequest, Row<typeof RequestRow>> = {
  entity: RequestRow,
  key: 'number',
  write: (request) => {
    const { state } = request
    return {
      id: request.id,
      number: request.number,
      tenant: request.tenant,
      by: request.by,
      status: state.status,
      asked_at: request.askedAt,
      ended_at: 'at' in state ? state.at : null,
      lease: 'lease' in state ? state.lease : null,
      ending: endingOf(state),
      reason: request.reason,
      duration_ms: request.durationMs,
      priority: request.priority,
      head_since: request.headSince,
      grace_ms: request.graceMs,
      prefer_until: request.preferUntil,
      reserved: printOrNull(request.reserved),
      estimate: printOrNull(request.estimate),
      poll: printOrNull(request.poll),
      build: printOrNull(request.build),
      collect: printOrNull(request.collect ?? null),
      agent: printOrNull(request.agent),
      demand: print(request.demand),
      keys: print(request.keys),
      metadata: print(request.metadata),
      address: request.address,
      why: 'why' in state ? printOrNull(state.why) : null,
    }
  },
  read: (row) => ({
    id: row.id as RequestId,
    number: row.number,
    tenant: row.tenant as TenantName,
    by: row.by as PersonId,
    demand: parse(row.demand),
    durationMs: row.duration_ms,
    priority: row.priority,
    headSince: row.head_since ?? null,
    graceMs: row.grace_ms,
    keys: parse(row.keys),
    reason: row.reason,
    metadata: parse(row.metadata),
    address: (row.address ?? null) as AddressRef | null,
    askedAt: row.asked_at as Instant,
    preferUntil: row.prefer_until as Instant,
    reserved: parseOrNull(row.reserved ?? null),
    estimate: parseOrNull(row.estimate ?? null),
    poll: parseOrNull(row.poll ?? null),
    build: parseOrNull(row.build ?? null),
    ...(typeof row.collect === 'string' && { collect: parse<readonly string[]>(row.collect) }),
    agent: parseOrNull(row.agent ?? null),
    state: stateOf(row),
  }),
}

const endingOf = (state: RequestState): string | null => {
  switch (state.status) {
    case 'cancelled':
      return state.by === 'gone' ? print(state.how) : state.by
    case 'unsatisfiable':
      return print(state.because)
    case 'waiting':
    case 'granted':
      return null
  }
}

const stateOf = ({ status, why, ended_at: at, lease, ending }: Row<typeof RequestRow>): RequestState => {
  switch (status) {
    case 'waiting':
      return { status, why: parseOrNull<Why>(why ?? null) }
    case 'granted':
      return { status, at: at as Instant, lease: lease as LeaseId }
    case 'cancelled':
      return ending?.startsWith('{') === true
        ? { status, at: at as Instant, by: 'gone', how: parse<Absence>(ending) }
        : { status, at: at as Instant, by: ending as Canceller }
    case 'unsatisfiable':
      return { status, at: at as Instant, because: parse<Hopeless>(ending ?? '') }
  }
}
