import type { Group } from './heads.ts'
import type { PlatformName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Reach } from '../policy/reach.ts'
import { Ranking } from '../collections/ranking.ts'
import type { Demand } from '../request.ts'

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
  readonly #shortest = new Ranking<Group>((a, b) => a.stayMs - b.stayMs || byText(a.key, b.key))

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

  /** The shortest time that any of its groups keeps them for. */
  get leastMs(): number {
    return this.#shortest.first()!.stayMs
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
