import type { Fleet } from './fleet.ts'
import type { Instant } from './id.ts'
import { entitlement } from './lease.ts'
import { isOpen, openRun, type Machine } from './machine.ts'
import { plannedEnd } from './policy/due.ts'
import { MINUTE } from './time.ts'

/**
 * Every way in which this fleet is not as it must always be, as sentences; empty if all is well. Asked after every step of
 * a simulation, after every kill, and by `duffy verify`.
 */
export const violations = (fleet: Fleet, at: Instant): string[] => [
  ...holders(fleet),
  ...overdue(fleet, at),
  ...leases(fleet),
  ...runs(fleet),
  ...tenants(fleet),
  ...indexes(fleet),
  ...windows(fleet),
]

/** One holder a machine; leased exactly if a lease holds it; the fence is the lease's. */
function* holders(fleet: Fleet): Generator<string> {
  const holder = new Map<string, string>()
  for (const lease of fleet.leases.values()) {
    for (const { machine: name, fence } of lease.machines) {
      const other = holder.get(name)
      if (other !== undefined) yield `${name} is held by both ${other} and ${lease.id}`
      holder.set(name, lease.id)
      const machine = fleet.machines.get(name)
      if (machine === undefined) yield `${lease.id} holds ${name}, which does not exist`
      else if (machine.state.status !== 'leased') yield `${lease.id} holds ${name}, which is ${machine.state.status}`
      else if (machine.fence !== fence)
        yield `${lease.id} holds ${name} with fence ${fence}, the machine has ${machine.fence}`
    }
  }
  for (const { name, state } of fleet.machines.values()) {
    if (state.status === 'leased' && holder.get(name) !== state.lease)
      yield `${name} is leased to ${state.lease}, which does not hold it`
  }
}

/** Clocks differ, and ticks come late: only what is overdue by more than this is. */
const TOLERANCE_MS = 5 * MINUTE

/** Every lease ends. */
function* overdue(fleet: Fleet, at: Instant): Generator<string> {
  for (const { id, state, graceMs } of fleet.leases.values()) {
    const end = state.status === 'active' ? state.until + graceMs : state.status === 'preparing' ? state.giveUpAt : at
    if (end + TOLERANCE_MS < at) yield `${id} was to end at ${end}, and it is ${at}`
  }
}

function* leases(fleet: Fleet): Generator<string> {
  for (const lease of fleet.leases.values()) {
    const { id, state, machines } = lease
    if (state.status === 'ended') yield `${id} has ended, and is still in the fleet`
    if (machines.length > lease.demand.count)
      yield `${id} holds ${machines.length} machines and asked for ${lease.demand.count}`
    if (state.status !== 'active') continue
    const shut = machines.find(({ machine }) => {
      const held = fleet.machines.get(machine)
      return held?.state.status === 'leased' && !isOpen(held)
    })
    if (shut !== undefined) yield `${id} is active, but ${shut.machine} has not let its tenant in`
  }
}

/** A machine in a step has exactly the run that the step says, and the run has the machine's fence. */
function* runs(fleet: Fleet): Generator<string> {
  const seen = new Set<string>()
  for (const machine of fleet.machines.values()) {
    const id = openRun(machine)
    if (id === null) continue
    seen.add(id)
    const run = fleet.runs.get(id)
    if (run === undefined) yield `${machine.name} is in run ${id}, which is not owed`
    else if (run.machine !== machine.name) yield `${machine.name} is in run ${id}, which is for ${run.machine}`
    else if (run.fence !== machine.fence) yield `run ${id} has fence ${run.fence}, ${machine.name} has ${machine.fence}`
  }
  for (const { id, machine } of fleet.runs.values())
    if (!seen.has(id)) yield `run ${id} is owed, but ${machine} is not in it`
}

/** What a tenant is counted with is what its leases hold. (A quota holds when a lease is granted; it may be lowered later.) */
function* tenants(fleet: Fleet): Generator<string> {
  const held = new Map<string, number>()
  for (const lease of fleet.leases.values()) held.set(lease.tenant, (held.get(lease.tenant) ?? 0) + entitlement(lease))
  for (const { name, held: counted } of fleet.tenants.values()) {
    const real = held.get(name) ?? 0
    if (real !== counted) yield `tenant ${name} is counted with ${counted} machines and holds ${real}`
  }
}

/** The indexes say what the tables say. */
function* indexes(fleet: Fleet): Generator<string> {
  const ready = [...fleet.machines.values()].filter(isReady).length
  const listed = fleet.stocks.all().reduce((total, stock) => total + stock.ready.size, 0)
  if (ready !== listed) yield `${ready} machines are ready, the index has ${listed}`
  for (const request of fleet.requests.values()) {
    if (request.state.status !== 'waiting') yield `${request.id} is ${request.state.status}, and still in line`
  }
}

const isReady = ({ state, configured }: Machine): boolean => state.status === 'ready' && configured

/** A machine in maintenance has a window, and no lease that began after a window was set reaches into it, but one whose warning came late. */
function* windows(fleet: Fleet): Generator<string> {
  for (const { name, state, maintenance } of fleet.machines.values()) {
    if (state.status === 'maintenance' && maintenance === null)
      yield `${name} is in maintenance, and nobody said until when`
    if (maintenance === null) continue
    const { from, until, setAt } = maintenance
    if (until !== null && until <= from) yield `the maintenance of ${name} ends at ${until}, and begins at ${from}`
    const lease = state.status === 'leased' ? fleet.leases.get(state.lease) : undefined
    if (lease !== undefined && lease.grantedAt > setAt && plannedEnd(lease) > from && !lease.spared)
      yield `${lease.id} was granted after the maintenance of ${name} was set, and reaches into it`
  }
}
