import { Draft } from './decide/draft.ts'
import { findOne, ownLeases } from './decide/lease.ts'
import type { Asked, Command } from './command.ts'
import type { Fleet } from './fleet.ts'
import { heldOf, type Lease } from './lease.ts'
import { isOwn, obeyed } from './policy/membership.ts'
import type { Held } from './refusal.ts'

/** What a command would end beside what it names, or of somebody else's: a person is to say yes to exactly that. */
export interface Harm {
  /** The command, which is refused if it would end anything else by then. */
  readonly command: Command
  readonly ends: readonly Held[]
  /** Whose it is: all that the asker holds, somebody else's lease, or all that a tenant holds. */
  readonly whose: 'asker' | 'other' | 'tenant'
  readonly tenant: string
}

/** Null: nothing is to be asked first. Whoever may not do it is refused when they try. */
export const harmOf = (fleet: Fleet, asked: Asked): Harm | null => {
  const { command, by, room } = asked
  const who = obeyed(fleet, by, room)
  if (who === null) return null
  if (command.do === 'retireTenant') {
    const leases = who.role === 'operator' ? [...fleet.leasesOf.of(command.tenant)] : []
    return planned(command, leases, { whose: 'tenant', tenant: command.tenant })
  }
  if (command.do !== 'done') return null
  const draft = new Draft(fleet, asked)
  if (command.what === 'all') {
    const own = ownLeases(draft, who)
    return own.length < 2 ? null : planned(command, own, { whose: 'asker', tenant: who.tenant })
  }
  const found = findOne(draft, command.what, who)
  if ('type' in found) return null
  const [lease] = found.leases as [Lease]
  if (isOwn(fleet, by, lease)) return null
  const harm = planned(command, [lease], { whose: 'other', tenant: lease.tenant })
  return harm === null || found.machine === null
    ? harm
    : { ...harm, ends: [{ lease: lease.id, machines: [found.machine] }] }
}

const planned = (
  command: Extract<Command, { do: 'done' | 'retireTenant' }>,
  leases: readonly Lease[],
  of: Pick<Harm, 'whose' | 'tenant'>,
): Harm | null => {
  const ends = leases.map(heldOf)
  return ends.length === 0 ? null : { command: { ...command, only: ends } as Command, ends, ...of }
}
