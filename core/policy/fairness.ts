import type { Fleet } from '../fleet.ts'
import type { MachineType } from '../machine.ts'
import type { Tenant } from '../tenant.ts'
import type { Waiting } from './queue.ts'

/** What decides between requests of one tenant. */
interface Ranked {
  readonly request: Pick<Waiting, 'number'>
  /** As asked for, within what its tenant may ask for now. */
  readonly priority: number
}

/** And between those of several, of whom nobody was overtaken too often. */
interface Sharing extends Ranked {
  /** It is for its tenant's k-th machine, or the first of several; divided by the tenant's weight. */
  readonly share: number
}

/** What a request's turn depends on. */
interface Standing extends Sharing {
  readonly request: Pick<Waiting, 'number' | 'demand' | 'priority' | 'headSince'>
  /** Machines of its type granted when it came to the head of its line: what was granted since went to others. */
  readonly since: number
}

/** The first of a line. */
export interface Head extends Standing {
  readonly request: Waiting
}

export const headOf = <R extends Standing['request']>(
  fleet: Fleet,
  request: R,
  tenant: Tenant,
): Standing & { readonly request: R } => ({
  request,
  priority: Math.min(request.priority, tenant.priority),
  share: shareOf(tenant, tenant.held),
  since: request.headSince ?? granted(fleet, request),
})

/** The next machine of a tenant that holds so many competes with the next of the others by this: least first. */
export const shareOf = ({ weight }: Pick<Tenant, 'weight'>, held: number): number => (held + 1) / weight

/**
 * The order of service: who comes first is offered what is free first.
 *
 * 1. Whoever was overtaken too often (`limits.overtakenMost`, N), the longest at the head of its line first.
 * 2. The higher priority.
 * 3. The tenant's k-th machine before the others' (k + 1)-th, k divided by the tenant's weight.
 * 4. The older request.
 *
 * Waiting is bounded by the first rule. Let r come to the head of its line, with room in its tenant's quota, when m other heads
 * have been there for longer. Once N grants of its type have gone to others it is before everybody but those m, and whoever
 * follows one of them in its line came to the head later than r. So of the machines that r could have been given, others are
 * given some at most N + m times before r, whatever their priorities and weights. What is set aside for somebody before r is not
 * among those; what passes r while machines are set aside for it does not delay it (see `setaside.ts`).
 */
export const inOrder =
  (fleet: Fleet) =>
  (a: Standing, b: Standing): number => {
    const [lateA, lateB] = [isOverdue(fleet, a), isOverdue(fleet, b)]
    if (lateA !== lateB) return lateA ? -1 : 1
    return lateA ? bySince(a, b) : byShare(a, b)
  }

/** Of two who were not overtaken too often. */
export const byShare = (a: Sharing, b: Sharing): number =>
  b.priority - a.priority || a.share - b.share || a.request.number - b.request.number

/** Of two of one tenant. */
export const byPriority = (a: Ranked, b: Ranked): number =>
  b.priority - a.priority || a.request.number - b.request.number

/** Of two who were. */
export const bySince = (a: Standing, b: Standing): number => a.since - b.since || a.request.number - b.request.number

/** Whoever came to the head of its line when so many were granted of a type, or fewer, was overtaken too often. */
export const overdueSince = (fleet: Fleet, type: MachineType): number =>
  granted(fleet, { demand: { type } }) - fleet.limits.overtakenMost

export const isOverdue = (fleet: Fleet, { request, since }: Standing): boolean =>
  since <= overdueSince(fleet, request.demand.type)

/** Grants of a request's type so far. */
export const granted = (fleet: Fleet, { demand }: { readonly demand: Pick<Waiting['demand'], 'type'> }): number =>
  fleet.counters.get(`granted ${demand.type}`) ?? 0
