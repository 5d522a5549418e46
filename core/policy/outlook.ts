import type { Fleet } from '../fleet.ts'
import type { Group } from '../fleet/heads.ts'
import type { Kind } from '../fleet/kind.ts'
import type { MachineType } from '../machine.ts'
import type { Stock } from '../fleet/stock.ts'
import { sum } from './match.ts'
import { claimed, served, type Choices, type Reach } from './reach.ts'
import type { SetAside } from './setaside.ts'
import { everFree } from './timeline.ts'

/**
 * What can become of those who come later in a walk over all who wait, found without placing them. Within a walk machines stay
 * where they are and claims are only added: so what cannot be had once cannot be had later either. What is said here is at least
 * as hopeful as the truth, and is found once for all who can have the same machines.
 */
export class Outlook {
  readonly #fleet: Fleet
  readonly #kept: SetAside
  /** Whether it matters who is served, and not only what is set aside. */
  readonly #serves: boolean
  readonly #known = new Map<Reach, Known>()
  readonly #out = new Set<Kind>()
  /** Kinds that may still be served, the last of them for certain after so many claims; all others cannot. */
  #hopeful: Kind[] | null = null
  #hopefulAfter = -1

  constructor(fleet: Fleet, { kept, serves }: { readonly kept: SetAside; readonly serves: boolean }) {
    this.#fleet = fleet
    this.#kept = kept
    this.#serves = serves
  }

  /** Whether it is known that nobody of a kind matters any more. */
  isOut(kind: Kind): boolean {
    return this.#out.has(kind)
  }

  /** Whether a group does not matter: it can have nothing set aside, and cannot be served if that matters. */
  isOver({ kind, demand, stayMs }: Group): boolean {
    if (this.#canClaim(kind)) return false
    if (!this.#serves || !this.#hasHope(kind)) {
      this.#out.add(kind)
      return true
    }
    return !this.#mayHave(kind, demand.count, stayMs)
  }

  /** Whether anybody who waits for machines of these types may still be served. */
  hasHope(types: readonly MachineType[]): boolean {
    const hopeful = (this.#hopeful ??= types.flatMap((type) => [...this.#fleet.heads.kinds(type)]))
    if (this.#hopefulAfter === this.#kept.claims.length) return hopeful.length > 0
    this.#hopefulAfter = this.#kept.claims.length
    for (let kind = hopeful.at(-1); kind !== undefined; kind = hopeful.at(-1)) {
      if (this.#hasHope(kind)) return true
      hopeful.pop()
    }
    return false
  }

  /** Whether there may be something left that can be set aside for somebody of a kind. */
  #canClaim(kind: Kind): boolean {
    const known = this.#knownOf(kind)
    const claims = this.#kept.claims.length
    if (known.openAfter < claims) {
      known.open = known.open.filter((stocks) => this.#isOpen(stocks))
      known.openAfter = claims
    }
    return known.open.some((stocks) => everFree(this.#fleet, stocks) >= kind.leastCount)
  }

  /** Whether the least that anybody of a kind wants may be there. */
  #hasHope(kind: Kind): boolean {
    return this.#mayHave(kind, kind.leastCount, kind.leastMs)
  }

  /** Whether so many, for so long, may be there to be given to somebody of a kind. */
  #mayHave(kind: Kind, count: number, stayMs: number): boolean {
    const known = this.#knownOf(kind)
    if (isLost(known, count, stayMs)) return false
    if (known.ready.some((stocks) => this.#kept.mostOf(stocks, stayMs, count) >= count)) return true
    if (count <= known.lostCount && stayMs <= known.lostMs) Object.assign(known, { lostCount: count, lostMs: stayMs })
    return false
  }

  #knownOf(kind: Kind): Known {
    const reach = this.#fleet.reaches.of(kind)
    let known = this.#known.get(reach)
    if (known === undefined) this.#known.set(reach, (known = newKnown(reach)))
    return known
  }

  /** Whether nobody claims any of these; where some of them close, and are left out for whoever wants them for long: whether any of them is left. */
  #isOpen(stocks: readonly Stock[]): boolean {
    const closes = stocks.some(({ shape, inService }) => shape.closesAt !== null && inService > 0)
    return closes
      ? stocks.some((stock) => stock.inService > 0 && this.#kept.isFirst([stock]))
      : this.#kept.isFirst(stocks)
  }
}

/** What has been found of a reach so far. */
interface Known {
  /** Of what something can be set aside, as it was after so many claims. */
  open: Choices
  openAfter: number
  /** The stocks that anything is ready of, and the most that is in one choice. */
  readonly ready: Choices
  readonly readyMost: number
  /** So many, for so long, were not there. */
  lostCount: number
  lostMs: number
}

const newKnown = (reach: Reach): Known => {
  const ready = served(reach)
    .map((stocks) => stocks.filter((stock) => stock.ready.size > 0))
    .filter((stocks) => stocks.length > 0)
  const readyMost = Math.max(0, ...ready.map((stocks) => sum(stocks, (stock) => stock.ready.size)))
  return { open: claimed(reach), openAfter: -1, ready, readyMost, lostCount: Infinity, lostMs: Infinity }
}

/** Whether it is known that so many, for so long, are not there. */
const isLost = ({ readyMost, lostCount, lostMs }: Known, count: number, stayMs: number): boolean =>
  count > readyMost || (count >= lostCount && stayMs >= lostMs)
