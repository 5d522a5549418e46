import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import type { Kind, Reach } from '../kind.ts'
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
  readonly #over = new Map<Kind, { readonly isOver: boolean; readonly claims: number }>()

  constructor(fleet: Fleet, at: Instant, kept: SetAside) {
    this.#fleet = fleet
    this.#at = at
    this.#kept = kept
  }

  /** Whether nobody more of a kind can be served, nor have anything set aside. */
  isOver(kind: Kind): boolean {
    const known = this.#over.get(kind)
    const claims = this.#kept.claims.length
    if (known !== undefined && (known.isOver || known.claims === claims)) return known.isOver
    const isOver = !this.canClaim(kind) && !this.hasHope(kind)
    this.#over.set(kind, { isOver, claims })
    return isOver
  }

  /** Whether the least that any of a kind wants may be there to be given. */
  hasHope(kind: Kind): boolean {
    const { leastCount, leastMs } = kind
    return served(kind, reachOf(this.#fleet, kind)).some(
      (stocks) => this.#kept.mostOf(stocks, leastMs, leastCount) >= leastCount,
    )
  }

  /** Whether there may be something left that can be set aside for somebody of a kind. */
  canClaim(kind: Kind): boolean {
    return claimed(kind, reachOf(this.#fleet, kind)).some(
      (stocks) => this.#isOpen(stocks) && freeBy(this.#fleet, stocks, kind.leastCount, this.#at) !== null,
    )
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
