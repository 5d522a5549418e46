import type { Event } from './event.ts'
import type { Fleet } from './fleet.ts'
import type { MachineName } from './id.ts'
import type { Machine } from './machine.ts'

/**
 * What must hold of the way that a fleet came to be, and cannot be seen in the fleet alone. It is shown every event, before and
 * after it happens to the fleet, and says what is wrong with it, as sentences.
 */
export interface HistoryWatch {
  before(fleet: Fleet, event: Event): void
  after(fleet: Fleet, event: Event): string[]
}

export const historyWatch = (): HistoryWatch => {
  const fences = new Map<MachineName, number>()
  let machines = 0
  let readied: Machine | undefined
  return {
    before(fleet, event) {
      readied = event.type === 'machineReadied' ? fleet.machines.get(event.machine) : undefined
    },
    after(fleet, event) {
      const wrong = [...uncleaned(fleet, readied), ...overQuota(fleet, event)]
      if (fleet.machines.size < machines)
        wrong.push(`there were ${machines} machines, and after ${event.type} ${fleet.machines.size}`)
      machines = fleet.machines.size
      for (const name of named(event)) {
        const fence = fleet.machines.get(name)?.fence ?? 0
        if (fence < (fences.get(name) ?? 0)) wrong.push(`the fence of ${name} fell to ${fence} with ${event.type}`)
        fences.set(name, fence)
      }
      return wrong
    },
  }
}

/** From one tenant to the next only by way of a cleaning, unless the machine's driver has none. */
function* uncleaned(fleet: Fleet, machine: Machine | undefined): Generator<string> {
  if (machine === undefined) return
  const { status } = machine.state
  if (status !== 'leased' && status !== 'collecting' && status !== 'revoking') return
  const { steps, afterLease } = fleet.poolOf(machine)
  if (steps.includes(afterLease)) yield `${machine.name} was ${status} and became ready without ${afterLease}`
}

function* overQuota(fleet: Fleet, event: Event): Generator<string> {
  if (event.type !== 'leaseGranted') return
  const lease = fleet.leases.need(event.lease)
  const { name, held, quota } = fleet.tenants.need(lease.tenant)
  if (held > quota) yield `${event.lease} brought tenant ${name} to ${held} machines, over its quota of ${quota}`
}

/** Machines that an event is about. */
const named = (event: Event): readonly MachineName[] => {
  if (event.type === 'runOwed') return [event.run.machine]
  if (event.type === 'leaseGranted') return event.machines
  return 'machine' in event ? [event.machine] : []
}
