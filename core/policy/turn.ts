import type { Fleet } from '../fleet.ts'
import type { Group } from '../heads.ts'
import type { Instant } from '../id.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import { inOrder, type Head } from './fairness.ts'
import { place, type Placement } from './platform.ts'
import type { Waiting } from './queue.ts'

/** Whose turn it is, and what it is served with. */
export interface Turn {
  readonly request: Waiting
  readonly placed: Placement
}

/** The first in the order of service who can be served now; null if nobody who waits can be. */
export const nextTurn = (fleet: Fleet, at: Instant): Turn | null => {
  fleet.heads.reach(at)
  for (const { request } of groupsInOrder(fleet, typesReady(fleet))) {
    const placed = place(fleet, fleet.tenants.need(request.tenant), request.demand, at < request.preferUntil)
    if (placed.machines !== null) return { request, placed }
  }
  return null
}

/** The first of each group, in the order of service: the others of a group want the same, and fare alike. */
export const groupsInOrder = (
  fleet: Fleet,
  types: readonly MachineType[] = MACHINE_TYPES,
): (Head & { readonly group: Group })[] =>
  types
    .flatMap((type) => Array.from(fleet.heads.groups(type), (group) => ({ ...fleet.heads.firstOf(group), group })))
    .toSorted(inOrder(fleet))

const typesReady = (fleet: Fleet): MachineType[] =>
  MACHINE_TYPES.filter((type) => fleet.stocks.all().some(({ shape, ready }) => shape.type === type && ready.size > 0))
