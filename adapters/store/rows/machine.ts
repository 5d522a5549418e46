import {
  openRun,
  type Instant,
  type LeaseId,
  type Machine,
  type MachineName,
  type MachineState,
  type PlatformName,
  type PoolName,
  type RunId,
} from '#core'
import { MachineRow, type Row } from '../entities.ts'
import { parse, parseOrNull, print, printOrNull } from './json.ts'
import type { Rows } from './rows.ts'

export const machines: Rows<Machine, Row<typeof MachineRow>> = {
  entity: MachineRow,
  key: 'name',
  write: (machine) => {
    const { state } = machine
    return {
      name: machine.name,
      number: machine.number,
      pool: machine.pool,
      type: machine.type,
      platform: machine.platform,
      chassis: machine.chassis,
      arch: machine.arch,
      configured: Number(machine.configured),
      status: state.status,
      since: 'since' in state ? state.since : null,
      lease: 'lease' in state ? state.lease : null,
      run: openRun(machine),
      failure: 'failure' in state ? print(state.failure) : null,
      probation_at: 'probationAt' in state ? state.probationAt : null,
      was: 'was' in state ? state.was : null,
      maintenance: printOrNull(machine.maintenance),
      fence: machine.fence,
      attempts: machine.attempts,
      uses: machine.uses,
      burnins: machine.burnins,
      leased_ms: machine.leasedMs,
      last_used_at: machine.lastUsedAt,
      worked_at: machine.workedAt,
      failures: machine.failures,
      health: print(machine.health),
      idle_since: machine.idleSince,
      checked_at: machine.checkedAt,
      labels: print(machine.labels),
      variables: print(machine.variables),
      access: printOrNull(machine.access),
      facts: print(machine.facts),
      data: print(machine.data),
    }
  },
  read: (row) => ({
    name: row.name as MachineName,
    number: row.number,
    pool: row.pool as PoolName,
    type: row.type,
    platform: row.platform as PlatformName,
    chassis: row.chassis ?? null,
    arch: row.arch,
    labels: parse(row.labels),
    variables: parse(row.variables),
    configured: row.configured === 1,
    fence: row.fence,
    attempts: row.attempts,
    uses: row.uses,
    burnins: row.burnins,
    leasedMs: row.leased_ms,
    lastUsedAt: (row.last_used_at ?? null) as Instant | null,
    workedAt: row.worked_at as Instant,
    failures: row.failures,
    health: parse(row.health),
    idleSince: row.idle_since as Instant,
    checkedAt: row.checked_at as Instant,
    access: parseOrNull(row.access ?? null),
    facts: parse(row.facts),
    data: parse(row.data),
    maintenance: parseOrNull(row.maintenance ?? null),
    state: stateOf(row),
  }),
}

const stateOf = (row: Row<typeof MachineRow>): MachineState => {
  const status = row.status as MachineState['status']
  switch (status) {
    case 'enrolled':
      return ENROLLED
    case 'ready':
      return READY
    case 'provisioning':
    case 'checking':
    case 'burning':
    case 'recycling':
    case 'rebuilding':
    case 'stopping':
      return { status, run: row.run as RunId }
    case 'leased':
      return {
        status,
        lease: row.lease as LeaseId,
        grant: (row.run ?? null) as RunId | null,
        since: row.since as Instant,
      }
    case 'collecting':
    case 'revoking':
      return { status, run: row.run as RunId, lease: row.lease as LeaseId }
    case 'quarantined':
      return {
        status,
        failure: parse(row.failure ?? '{}'),
        since: row.since as Instant,
        probationAt: (row.probation_at ?? null) as Instant | null,
      }
    case 'maintenance':
      return { status, since: row.since as Instant, was: row.was! }
    case 'retired':
      return { status, since: row.since as Instant }
  }
}
const ENROLLED: MachineState = { status: 'enrolled' }
const READY: MachineState = { status: 'ready' }
