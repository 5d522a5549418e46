// oxlint-disable no-restricted-imports -- it looks inside core, at what nobody else is to call
import type { Fleet, Instant, MachineType } from '#core'
import { MACHINE_TYPES } from '../../core/machine.ts'
import { headOf, inOrder, type Head } from '../../core/policy/fairness.ts'
import type { Placement } from '../../core/policy/platform.ts'
import { queueOf, wantOf, type Waiting } from '../../core/policy/queue.ts'
import { SetAside } from '../../core/policy/setaside.ts'
import { placeFor, reservedTurns, setAside, type Asking, type Turn } from '../../core/policy/turn.ts'

/**
 * The walk over all who wait as plainly as can be: the first of every line sorted anew, and everybody placed. What the core's own
 * walk, which leaves out whoever cannot matter, is held against.
 */

/** The first in the order of service who can be served now; null if nobody who waits can be. */
export const plainNextTurn = (fleet: Fleet, at: Instant): Turn | null => {
  fleet.heads.reach(at)
  for (const { request, placed } of turns(fleet, at, typesReady(fleet)))
    if (placed.machines !== null) return { request, placed }
  return null
}

/**
 * What somebody would be given who asked now, or is given who waits: nothing that is kept for those before them, nor what is
 * those others' to take.
 */
export const plainPlaceOf = (fleet: Fleet, at: Instant, asking: Asking): Placement => {
  fleet.heads.reach(at)
  const kept = new SetAside(fleet, at)
  const own = headOf(fleet, asking, fleet.tenants.need(asking.tenant))
  const comesBefore = inOrder(fleet)
  for (const { head, placed } of turns(fleet, at, [asking.demand.type], { kept })) {
    if (head !== null && comesBefore(own, head) <= 0) break
    if (placed.machines !== null) return { ...placeFor(fleet, at, asking, kept), machines: null, choice: null }
  }
  return placeFor(fleet, at, asking, kept)
}

/** What is set aside, and for whom. */
export const plainSetAsideAt = (fleet: Fleet, at: Instant, now: Instant): SetAside => {
  const kept = new SetAside(fleet, at)
  for (const _ of turns(fleet, at, MACHINE_TYPES, { kept, now }));
  return kept
}

/** Of those who want the same from the same home, and are as patient at `now`, the first: the others fare alike. */
const headsInOrder = (fleet: Fleet, types: readonly MachineType[], now: Instant): Head[] => {
  const seen = new Set<string>()
  return [...Map.groupBy(fleet.requests.values(), queueOf).values()]
    .map(
      (line) =>
        line
          .filter(({ reserved, poll }) => reserved === null && poll?.kept?.left !== true)
          .toSorted((a, b) => a.number - b.number)[0],
    )
    .filter((first): first is Waiting => first !== undefined && types.includes(first.demand.type))
    .filter(({ tenant, demand }) => {
      const { held, quota } = fleet.tenants.need(tenant)
      return held + demand.count <= quota
    })
    .map((request) => headOf(fleet, request, fleet.tenants.need(request.tenant)))
    .toSorted(inOrder(fleet))
    .filter(({ request: { demand, durationMs, graceMs, preferUntil, tenant } }) => {
      const home = demand.platform === 'any' ? '' : fleet.tenants.need(tenant).homes[demand.type]
      const key = `${wantOf(demand, durationMs)} ${graceMs} ${home} ${demand.platform === 'prefer' && preferUntil > now}`
      return !seen.has(key) && seen.add(key)
    })
}

/**
 * Everybody's turn, in the order of service, each with what is left by those before. Whoever cannot be served, and is the first
 * to wait for some machines, has them set aside: see `docs/decisions/0015-set-aside.md`.
 */
function* turns(
  fleet: Fleet,
  at: Instant,
  types: readonly MachineType[],
  { kept = new SetAside(fleet, at), now = at }: { readonly kept?: SetAside; readonly now?: Instant } = {},
): Generator<Turn & { readonly head: Head | null }> {
  yield* reservedTurns(fleet, at, types, kept)
  for (const head of headsInOrder(fleet, types, now)) {
    const { request } = head
    const placed = placeFor(fleet, at, request, afresh(fleet, at, kept))
    yield { request, head, placed }
    if (placed.machines === null) setAside(fleet, at, { request, placed }, kept)
  }
}

/** The same claims, with nothing worked out of them yet. */
const afresh = (fleet: Fleet, at: Instant, { claims }: SetAside): SetAside => {
  const kept = new SetAside(fleet, at)
  for (const claim of claims) kept.add(claim)
  return kept
}

const typesReady = (fleet: Fleet): MachineType[] =>
  MACHINE_TYPES.filter((type) => fleet.stocks.all().some(({ shape, ready }) => shape.type === type && ready.size > 0))
