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
  /** Whether it matters who is served, and not only what is set aside. */
  readonly #serves: boolean
  readonly #known = new Map<Kind, Known>()
  /** Kinds that may still be served, the last of them for certain; all others cannot. */
  #hopeful: Kind[] | null = null

  constructor(fleet: Fleet, at: Instant, { kept, serves }: { readonly kept: SetAside; readonly serves: boolean }) {
    this.#fleet = fleet
    this.#at = at
    this.#kept = kept
    this.#serves = serves
  }

  /** Whether it is known that nobody of a kind matters any more. */
  isOut(kind: Kind): boolean {
    return this.#known.get(kind)?.isOut === true
  }

  /** Whether the first of a group does not matter: it can have nothing set aside, and cannot be served if that matters. */
  isOver({ group: { kind }, head: { request } }: Turned): boolean {
    const known = this.#knownOf(kind)
    if (this.#canClaim(kind, known)) return false
    if (!this.#serves || !this.#hasHope(kind, known)) {
      known.isOut = true
      return true
    }
    const { count } = request.demand
    const stayMs = request.durationMs + request.graceMs
    if (count >= known.lostCount && stayMs >= known.lostMs) return true
    if (this.#mayHave(kind, count, stayMs)) return false
    if (count <= known.lostCount && stayMs <= known.lostMs) Object.assign(known, { lostCount: count, lostMs: stayMs })
    return true
  }

  /** Whether anybody who waits for machines of these types may still be served. */
  hasHope(types: readonly MachineType[]): boolean {
    const hopeful = (this.#hopeful ??= types.flatMap((type) => [...this.#fleet.heads.kinds(type)]))
    for (let kind = hopeful.at(-1); kind !== undefined; kind = hopeful.at(-1)) {
      if (this.#hasHope(kind, this.#knownOf(kind))) return true
      hopeful.pop()
    }
    return false
  }

  /** Whether there may be something left that can be set aside for somebody of a kind. */
  #canClaim(kind: Kind, known: Known): boolean {
    const claims = this.#kept.claims.length
    if (known.canClaim && known.claimedAfter < claims) {
      known.claimedAfter = claims
      known.canClaim = claimed(kind, reachOf(this.#fleet, kind)).some(
        (stocks) => this.#isOpen(stocks) && freeBy(this.#fleet, stocks, kind.leastCount, this.#at) !== null,
      )
    }
    return known.canClaim
  }

  #knownOf(kind: Kind): Known {
    let known = this.#known.get(kind)
    if (known === undefined) this.#known.set(kind, (known = unknown()))
    return known
  }

  /** Whether the least that anybody of a kind wants may be there. */
  #hasHope(kind: Kind, known: Known): boolean {
    const claims = this.#kept.claims.length
    if (known.hasHope && known.hopedAfter < claims) {
      known.hopedAfter = claims
      known.hasHope = this.#mayHave(kind, kind.leastCount, kind.leastMs)
    }
    return known.hasHope
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

/** What has been found of a kind, after so many claims: what it cannot have it will not have later. */
interface Known {
  canClaim: boolean
  claimedAfter: number
  hasHope: boolean
  hopedAfter: number
  /** Nobody of it matters any more. */
  isOut: boolean
  /** So many for so long were not there. */
  lostCount: number
  lostMs: number
}

const unknown = (): Known => ({
  canClaim: true,
  claimedAfter: -1,
  hasHope: true,
  hopedAfter: -1,
  isOut: false,
  lostCount: Infinity,
  lostMs: Infinity,
})

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
