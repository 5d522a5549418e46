import type { Fleet } from '../fleet.ts'
import type { Turned } from '../heads.ts'
import type { Instant } from '../id.ts'
import type { Kind, Reach } from '../kind.ts'
import type { MachineType } from '../machine.ts'
import type { Stock } from '../stock.ts'
import { mismatch } from './match.ts'
import { isNear } from './platform.ts'
import type { SetAside } from './setaside.ts'
import { freeBy } from './timeline.ts'

/**
 * What can become of those who come later in a walk over all who wait, found without placing them. Within a walk machines stay
 * where they are and claims are only added: so what a kind cannot have once it cannot have later either. What is said here is
 * at least as hopeful as the truth.
 */
export class Outlook {
  readonly #fleet: Fleet
  readonly #at: Instant
  readonly #kept: SetAside
  /** When it was last asked whether a kind can claim anything: how many claims there were, and what the answer was. */
  readonly #claimable = new Map<Kind, { readonly claims: number; readonly can: boolean }>()
  /** Kinds that may still be served, the last of them as far as is known after so many claims; all others cannot. */
  #hopeful: Kind[] | null = null
  #hopefulAfter = -1

  constructor(fleet: Fleet, at: Instant, kept: SetAside) {
    this.#fleet = fleet
    this.#at = at
    this.#kept = kept
  }

  /** Whether the first of a group can neither be served nor have anything set aside. */
  isOver({ group: { kind }, head: { request } }: Turned): boolean {
    return !this.canClaim(kind) && !this.#mayHave(kind, request.demand.count, request.durationMs + request.graceMs)
  }

  /** Whether anybody who waits for machines of these types may still be served. */
  hasHope(types: readonly MachineType[]): boolean {
    const hopeful = (this.#hopeful ??= types.flatMap((type) => [...this.#fleet.heads.kinds(type)]))
    if (this.#hopefulAfter === this.#kept.claims.length) return hopeful.length > 0
    this.#hopefulAfter = this.#kept.claims.length
    for (let kind = hopeful.at(-1); kind !== undefined; kind = hopeful.at(-1)) {
      if (this.#mayHave(kind, kind.leastCount, kind.leastMs)) return true
      hopeful.pop()
    }
    return false
  }

  /** Whether there may be something left that can be set aside for somebody of a kind. */
  canClaim(kind: Kind): boolean {
    const claims = this.#kept.claims.length
    const known = this.#claimable.get(kind)
    if (known !== undefined && (!known.can || known.claims === claims)) return known.can
    const can = claimed(kind, reachOf(this.#fleet, kind)).some(
      (stocks) => this.#isOpen(stocks) && freeBy(this.#fleet, stocks, kind.leastCount, this.#at) !== null,
    )
    this.#claimable.set(kind, { claims, can })
    return can
  }

  /** Whether so many, for so long, may be there to be given to somebody of a kind. */
  #mayHave(kind: Kind, count: number, stayMs: number): boolean {
    return served(kind, reachOf(this.#fleet, kind)).some((stocks) => this.#kept.mostOf(stocks, stayMs, count) >= count)
  }

  /** Whether nobody claims any of these; where some of them close, and are left out for whoever wants them for long: whether any of them is left. */
  #isOpen(stocks: readonly Stock[]): boolean {
    const closes = stocks.some(({ shape, inService }) => shape.closesAt !== null && inService > 0)
    return closes
      ? stocks.some((stock) => stock.inService > 0 && this.#kept.isFirst([stock]))
      : this.#kept.isFirst(stocks)
  }
}

/** Of what a kind's heads can be given machines at this moment. */
const served = (kind: Kind, reach: Reach): Reach['choices'] =>
  kind.demand.platform === 'same' || kind.isPatient ? ofHome(reach) : reach.choices

/** Of what they can have machines set aside: those whose patience is over by then are given others. */
const claimed = (kind: Kind, reach: Reach): Reach['choices'] =>
  kind.demand.platform === 'same' ? ofHome(reach) : reach.choices

/** A home counts as long as any machine of its class is in service. */
const ofHome = ({ ofClass, near, choices }: Reach): Reach['choices'] =>
  ofClass.some(({ inService }) => inService > 0) ? near : choices

const reachOf = (fleet: Fleet, kind: Kind): Reach => {
  const of = fleet.stocks.all()
  if (kind.reach?.of === of) return kind.reach
  const { demand, home } = kind
  const ofType = of.filter(({ shape }) => shape.type === demand.type)
  const fit = ofType.filter(({ shape }) => mismatch(shape, demand) === null)
  const choices = demand.platform === 'any' ? [fit] : [...Map.groupBy(fit, ({ shape }) => shape.platform).values()]
  const isOfClass = ({ shape }: Stock): boolean => home !== null && isNear(fleet, home, shape.platform)
  const near = choices.filter(([first]) => first !== undefined && isOfClass(first))
  return (kind.reach = { of, choices, near, ofClass: ofType.filter(isOfClass) })
}
