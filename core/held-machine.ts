import { machineAgentView } from './agent.ts'
import type { Fleet } from './fleet.ts'
import type { Holding, Lease } from './lease.ts'
import { isOpen } from './machine.ts'

/** A machine of a lease, as its tenant reads it. */
export const heldMachineView = (fleet: Fleet, lease: Lease, { machine: name }: Holding) => {
  const machine = fleet.machines.need(name)
  const { access, platform, chassis, arch, type, pool } = machine
  return {
    name,
    address: access?.address ?? null,
    port: access?.port ?? null,
    user: access?.user ?? null,
    hostKeys: access?.hostKeys ?? [],
    platform,
    chassis,
    arch,
    type,
    pool,
    /** Its tenant can log in. */
    open: isOpen(machine),
    agent: machineAgentView(lease, machine),
  }
}
export type HeldMachineView = ReturnType<typeof heldMachineView>

/** A machine that somebody else may hold by now: what it is, and no longer how it is reached. */
export const formerMachineView = (fleet: Fleet, lease: Lease, held: Holding): HeldMachineView => ({
  ...heldMachineView(fleet, lease, held),
  address: null,
  port: null,
  user: null,
  hostKeys: [],
  open: false,
  agent: null,
})
