import type { Fleet, Lease, Machine } from '#core'
import { callerOfUuid } from '../facade/uuid-key.ts'
import { hostOf } from './host.ts'
import { json, parameter, tooOften, type LegacyRoute } from './route.ts'

/**
 * With a key: one's own hosts, each with its session. Without: every host that somebody can log in to, in the fourteen columns
 * that cico looks its new hosts up in, and of others no more than that: those columns that say more are empty.
 */
export const inventory: LegacyRoute = async ({ call, settings, slow }) => {
  const { ports } = call.door
  const key = call.query['key'] === undefined ? null : (parameter(call, 'key') ?? '')
  if (key === null) {
    return json(
      await ports.lane.read((fleet) =>
        [...held(fleet, fleet.leases.values())].map(({ machine, lease }) =>
          rowOf(machine, lease, hostOf(machine, settings)),
        ),
      ),
    )
  }
  const caller = await callerOfUuid(key, ports)
  if (caller === null) return slow.stranger() ? tooOften() : json([])
  if (slow.caller(caller.key)) return tooOften()
  return json(
    await ports.lane.read((fleet) =>
      [...held(fleet, fleet.leasesOf.of(caller.tenant))].map(({ machine, lease }) => [
        hostOf(machine, settings),
        lease.id,
      ]),
    ),
  )
}

interface HeldMachine {
  readonly machine: Machine
  readonly lease: Lease
}

function* held(fleet: Fleet, leases: Iterable<Lease>): Generator<HeldMachine> {
  for (const lease of leases) {
    if (lease.state.status !== 'active') continue
    for (const { machine } of lease.machines) yield { machine: fleet.machines.need(machine), lease }
  }
}

/** id, host, address, chassis, uses, state, session, distribution, release, version, architecture, pool, console, flavour. */
const rowOf = ({ number, access }: Machine, { id, hold }: Lease, host: string): readonly unknown[] => [
  number,
  host,
  access?.address ?? null,
  null,
  0,
  hold === null ? 'Deployed' : 'Fail',
  id,
  null,
  null,
  null,
  null,
  1,
  null,
  null,
]
