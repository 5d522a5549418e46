import type { Fleet, Lease, LeaseId, Machine } from '#core'
import { present } from '../facade/session.ts'
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
        [...held(fleet, fleet.leases.values())].map((one) => rowOf(one, hostOf(one.machine, settings))),
      ),
    )
  }
  const caller = await callerOfUuid(key, ports)
  if (caller === null) return slow.stranger() ? tooOften() : json([])
  if (slow.caller(caller.key)) return tooOften()
  return json(
    await ports.lane.read((fleet) =>
      [...held(fleet, fleet.leasesOf.of(caller.tenant))].map(({ machine, session }) => [
        hostOf(machine, settings),
        session,
      ]),
    ),
  )
}

interface HeldMachine {
  readonly machine: Machine
  readonly lease: Lease
  /** Several leases may be one session, under the name of the first. */
  readonly session: LeaseId
}

function* held(fleet: Fleet, leases: Iterable<Lease>): Generator<HeldMachine> {
  for (const lease of leases) {
    if (lease.state.status !== 'active') continue
    const session = present(fleet, lease)[0].id
    for (const { machine } of lease.machines) yield { machine: fleet.machines.need(machine), lease, session }
  }
}

/** id, host, address, chassis, uses, state, session, distribution, release, version, architecture, pool, console, flavour. */
const rowOf = ({ machine: { number, access }, lease: { hold }, session }: HeldMachine, host: string) => [
  number,
  host,
  access?.address ?? null,
  null,
  0,
  hold === null ? 'Deployed' : 'Fail',
  session,
  null,
  null,
  null,
  null,
  1,
  null,
  null,
]
