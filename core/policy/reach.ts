import type { Fleet } from '../fleet.ts'
import type { Kind } from '../fleet/kind.ts'
import type { Stock } from '../fleet/stock.ts'
import { mismatch } from './match.ts'
import { isNear } from './platform.ts'

/** Each is all that one grant can come from: the stocks of a platform, or, under `any`, of all. */
export type Choices = readonly (readonly Stock[])[]

/**
 * What a kind can have machines of, as far as shapes and platforms alone say. Kinds that can have the same share one, so that
 * there are as many as the machines have differences, however many things are asked for.
 */
export interface Reach {
  /** All stocks that there were when this was found. */
  readonly of: readonly Stock[]
  readonly choices: Choices
  /** The home that it keeps to: always, or for as long as it is patient. */
  readonly home: (Home & { readonly until: 'patience is over' | 'ever' }) | null
}

interface Home {
  /** Those of the choices that are of its class. */
  readonly near: Choices
  /** All of the type and the home's class, whatever else is wanted. */
  readonly ofClass: readonly Stock[]
}

/** Of what those of a reach can be given machines at this moment. */
export const served = ({ home, choices }: Reach): Choices => (home === null ? choices : among(home, choices))

/** Of what they can have machines set aside: those whose patience is over by then are given others. */
export const claimed = ({ home, choices }: Reach): Choices => (home?.until === 'ever' ? among(home, choices) : choices)

/** A home counts as long as any machine of its class is in service. */
const among = ({ near, ofClass }: Home, choices: Choices): Choices =>
  ofClass.some(({ inService }) => inService > 0) ? near : choices

/** What kinds can have machines of, found anew when there are other stocks. */
export class Reaches {
  readonly #fleet: Fleet
  readonly #known = new Map<string, Reach>()
  /** Those that all that is known is of. */
  #stocks: readonly Stock[] = []

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  of(kind: Kind): Reach {
    const stocks = this.#fleet.stocks.all()
    if (kind.reach?.of === stocks) return kind.reach
    if (this.#stocks !== stocks) this.#known.clear()
    this.#stocks = stocks
    return (kind.reach = this.#shared(newReach(this.#fleet, stocks, kind)))
  }

  /** The one that is the same as this, if there is any. */
  #shared(reach: Reach): Reach {
    const key = keyOf(reach)
    const same = this.#known.get(key)
    if (same === undefined) this.#known.set(key, reach)
    return same ?? reach
  }
}

const newReach = (fleet: Fleet, of: readonly Stock[], { demand, home, isPatient }: Kind): Reach => {
  const ofType = of.filter(({ shape }) => shape.type === demand.type)
  const fit = ofType.filter(({ shape }) => mismatch(shape, demand) === null)
  const choices = demand.platform === 'any' ? [fit] : [...Map.groupBy(fit, ({ shape }) => shape.platform).values()]
  if (home === null || (demand.platform !== 'same' && !isPatient)) return { of, choices, home: null }
  const isOfClass = ({ shape }: Stock): boolean => isNear(fleet, home, shape.platform)
  const near = choices.filter(([first]) => first !== undefined && isOfClass(first))
  const until = demand.platform === 'same' ? 'ever' : 'patience is over'
  return { of, choices, home: { near, ofClass: ofType.filter(isOfClass), until } }
}

/** The same for what can have the same. */
const keyOf = ({ of, choices, home }: Reach): string => {
  const places = new Map(of.map((stock, place) => [stock, place]))
  const told = (stocks: readonly Stock[]): string => stocks.map((stock) => places.get(stock)).join()
  return JSON.stringify([
    choices.map(told),
    home === null ? null : [home.until, home.near.map(told), told(home.ofClass)],
  ])
}
