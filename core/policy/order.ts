import type { Fleet } from '../fleet.ts'
import type { TenantName } from '../id.ts'
import type { MachineType } from '../machine.ts'
import { byPriority, byShare, bySince, headOf, isOverdue, shareOf, type Head } from './fairness.ts'
import type { Waiting } from './queue.ts'

/** Those who wait for machines of a type, in the order in which they would be served; the first `most` of them. */
export const orderOfService = (fleet: Fleet, type: MachineType, most: number): readonly Waiting[] =>
  lineOf(fleet, type)
    .slice(0, most)
    .map(({ request }) => request)

/**
 * All of them, each with the share that its turn depends on: what those before of its tenant want counts as held. For telling and
 * not for deciding, since all are looked at; told again of the same fleet it costs nothing.
 */
export const lineOf = (fleet: Fleet, type: MachineType): readonly Head[] => fleet.line.of(type)

/**
 * Its place among all who wait for the same type, from 1: in the order in which they would be served if one machine after the
 * other came free and nobody else came; whoever is not their tenant's first counts what those before want as held.
 */
export const positionOf = (fleet: Fleet, request: Waiting): number => fleet.places.of(request) ?? 1

interface Known {
  readonly version: number
  readonly overtakenMost: number
  readonly heads: readonly Head[]
}

/** All who wait, in the order of service, found anew when it has changed. */
export class WholeLine {
  readonly #fleet: Fleet
  readonly #known = new Map<MachineType, Known>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  of(type: MachineType): readonly Head[] {
    const { version } = this.#fleet.heads
    const { overtakenMost } = this.#fleet.limits
    const before = this.#known.get(type)
    if (before?.version === version && before.overtakenMost === overtakenMost) return before.heads
    const heads = orderOf(this.#fleet, type)
    this.#known.set(type, { version, overtakenMost, heads })
    return heads
  }
}

const orderOf = (fleet: Fleet, type: MachineType): readonly Head[] => {
  const waiting = Array.from(fleet.waiting.of(type), (request) =>
    headOf(fleet, request, fleet.tenants.need(request.tenant)),
  )
  const isFirst = (head: Head): boolean => head.request.headSince !== null && isOverdue(fleet, head)
  const first = waiting.filter(isFirst).toSorted(bySince)
  const others = waiting.filter((head) => !isFirst(head)).toSorted(byPriority)
  const held = new Map<TenantName, number>()
  return [...first.map(inTurn), ...others.map(inTurn).toSorted(byShare)]

  function inTurn(head: Head): Head {
    const tenant = fleet.tenants.need(head.request.tenant)
    const before = held.get(tenant.name) ?? tenant.held
    held.set(tenant.name, before + head.request.demand.count)
    return { ...head, share: shareOf(tenant, before) }
  }
}
