import type { Group } from './heads.ts'
import type { PlatformName } from './id.ts'
import { byText } from './indexes.ts'
import { Ranking } from './ranking.ts'
import type { Demand } from './request.ts'
import type { Stock } from './stock.ts'

/** What a kind can have machines of, as far as shapes and platforms alone say. */
export interface Reach {
  /** All stocks that there were when this was found. */
  readonly of: readonly Stock[]
  /** Each is all that one grant can come from: of a platform, or, under `any`, of all. */
  readonly choices: readonly (readonly Stock[])[]
  /** Those of the home's class. */
  readonly near: readonly (readonly Stock[])[]
  /** All of the type and the home's class, whatever else is wanted. */
  readonly ofClass: readonly Stock[]
}

/** Groups that can be served from the same machines, and differ in how many they want and for how long. */
export class Kind {
  readonly key: string
  /** Of one of its heads: how many it wants, and how they share chassis, are not the kind's. */
  readonly demand: Demand
  /** Where its heads are at home; null: nowhere, or it does not matter to them. */
  readonly home: PlatformName | null
  /** Whether they still wait for machines of their home's class alone. */
  readonly isPatient: boolean
  /** Kept until there are other stocks. */
  reach: Reach | null = null
  readonly #smallest = new Ranking<Group>((a, b) => a.demand.count - b.demand.count || byText(a.key, b.key))
  readonly #shortest = new Ranking<Group>((a, b) => a.durationMs - b.durationMs || byText(a.key, b.key))

  constructor(key: string, demand: Demand, from: Pick<Kind, 'home' | 'isPatient'>) {
    this.key = key
    this.demand = demand
    this.home = from.home
    this.isPatient = from.isPatient
  }

  get size(): number {
    return this.#smallest.size
  }

  /** The fewest machines that any of its groups wants. */
  get leastCount(): number {
    return this.#smallest.first()!.demand.count
  }

  /** The shortest time that any of its groups wants them for. */
  get leastMs(): number {
    return this.#shortest.first()!.durationMs
  }

  add(group: Group): void {
    this.#smallest.add(group)
    this.#shortest.add(group)
  }

  remove(group: Group): void {
    this.#smallest.remove(group)
    this.#shortest.remove(group)
  }
}
