import { leaseId, type Instant } from '../id.ts'
import { missing } from '../lease.ts'
import { fitting, leastWorn } from '../policy/match.ts'
import { most, place, type Placement } from '../policy/platform.ts'
import { queueOf } from '../policy/queue.ts'
import type { Pool } from '../pool.ts'
import type { MachineRequest } from '../request.ts'
import { explain } from '../explain.ts'
import type { Draft } from './draft.ts'
import { activate, begin } from './steps.ts'

/** Gives what is free to whom it is owed: first leases that lost a machine, then those who wait, then the pools' own stock. */
export const settle = (draft: Draft): void => {
  supply(draft)
  serve(draft)
  for (const pool of draft.fleet.pools.values()) fill(draft, pool)
}

/** Carries a placement out. */
export const grant = (draft: Draft, request: MachineRequest, placed: Placement): void => {
  const { fleet } = draft
  const { machines, choice } = placed
  const tenant = fleet.tenants.need(request.tenant)
  const why = explain(fleet, tenant, request.demand, placed, 'granted')
  const number = fleet.next('lease')
  const lease = leaseId(number)
  const names = machines!.map(({ name }) => name)
  const prepareMs = Math.max(...machines!.map((machine) => fleet.poolOf(machine).prepareMs))
  if (choice!.reason === 'first') {
    draft.emit({
      type: 'homeChosen',
      tenant: tenant.name,
      machineType: request.demand.type,
      platform: choice!.platform,
    })
  }
  draft.emit({
    type: 'leaseGranted',
    lease,
    number,
    request: request.id,
    machines: names,
    choice: choice!,
    why,
    giveUpAt: (draft.at + prepareMs) as Instant,
  })
  for (const name of names) begin(draft, name, 'grant', lease)
  if (choice!.reason === 'first') dropHopeless(draft, [...fleet.waitingOf.of(tenant.name)])
}

/** Requests that can no longer be served, whatever comes free, are told so rather than left to wait for ever. */
export const dropHopeless = (draft: Draft, requests: readonly MachineRequest[]): void => {
  const { fleet } = draft
  for (const { id, tenant, demand, address } of requests) {
    const { most: reachable, home } = most(fleet, fleet.tenants.need(tenant), demand)
    if (demand.count <= reachable) continue
    const where = demand.platform === 'same' && home !== null ? ` on ${home}` : ''
    const reason = `there are only ${reachable} such machines${where}`
    draft.emit({ type: 'requestUnsatisfiable', request: id, reason })
    draft.tell(address, { type: 'requestEnded', request: id, reason })
  }
}

/** A machine whose grant failed is replaced from the lease's own platform, before anybody who waits is served. */
const supply = (draft: Draft): void => {
  const { fleet } = draft
  for (const lease of [...fleet.shortLeases.of('all')]) {
    if (lease.state.status !== 'preparing') continue
    const fit = fitting(fleet, lease.demand).filter(
      ({ shape }) => lease.choice.reason === 'any' || shape.platform === lease.choice.platform,
    )
    for (const { name } of leastWorn(fit, missing(lease))) {
      draft.emit({ type: 'machineSupplied', lease: lease.id, machine: name })
      begin(draft, name, 'grant', lease.id)
    }
    activate(draft, lease.id)
  }
}

/**
 * Those who wait, in order of arrival. One who cannot be served holds up nobody but those who want the same for the same
 * tenant: so no machine is idle while somebody waits who would take it.
 */
const serve = (draft: Draft): void => {
  const { fleet, at } = draft
  const heads = [...fleet.queues.firsts()].toSorted(byArrival)
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    // A grant just made may have shown it to be hopeless.
    if (!fleet.requests.has(head.id)) continue
    const tenant = fleet.tenants.need(head.tenant)
    if (tenant.held + head.demand.count > tenant.quota) continue
    const placed = place(fleet, tenant, head.demand, at < head.preferUntil)
    if (placed.machines === null) continue
    const line = queueOf(head)
    grant(draft, head, placed)
    const next = fleet.queues.first(line)
    if (next === undefined) continue
    const turn = heads.findIndex((other) => byArrival(next, other) < 0)
    heads.splice(turn < 0 ? heads.length : turn, 0, next)
  }
}

const byArrival = (a: MachineRequest, b: MachineRequest): number => a.number - b.number

/** Wakes machines, least worn first, until those ready and on their way cover the pool's level and those who wait. */
const fill = (draft: Draft, pool: Pool): void => {
  const { fleet } = draft
  if (!pool.configured) return
  const off = fleet.off.size(pool.name)
  if (off === 0) return
  const wanted = pool.ready + wantedOf(draft, pool)
  const lacking = Math.min(off, wanted - onHand(draft, pool))
  for (let woken = 0; woken < lacking; woken += 1) begin(draft, fleet.off.first(pool.name)!.name, 'provision')
}

/** Machines that waiting requests would take from this pool: those that name it, and those that name only its type. */
const wantedOf = ({ fleet }: Draft, { name, type }: Pool): number =>
  fleet.wanted.of(`pool ${name}`) + fleet.wanted.of(`type ${type}`)

/** Machines that are ready, or will be without anything more being decided. */
const onHand = ({ fleet }: Draft, { name, afterLease }: Pool): number => {
  const coming = [
    'ready',
    'checking',
    'provisioning',
    'recycling',
    'rebuilding',
    ...(afterLease === 'shutdown' ? [] : ['revoking']),
  ]
  return coming.reduce((total, status) => total + fleet.statuses.of(`${name}/${status}`), 0)
}
