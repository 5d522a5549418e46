import type { Instant, LeaseId, MachineName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Lease } from '../lease.ts'
import type { Machine } from '../machine.ts'
import { latestEnd, plannedEnd } from '../policy/due.ts'
import { Ranking } from '../collections/ranking.ts'
import { shapeKey } from './stock.ts'
import type { Index } from '../collections/table.ts'

/** A lent machine, and when it is taken back if nothing changes. */
export interface Ending {
  readonly machine: MachineName
  readonly lease: LeaseId
  /** The key of its stock's shape. */
  readonly shape: string
  readonly at: Instant
  /** At the latest: a lease that has yet to begin may do so later. */
  readonly latest: Instant
}

/** The same machines in two orders. */
interface Lent {
  readonly soonest: Ranking<Ending>
  readonly latest: Ranking<Ending>
}

/**
 * Lent machines by shape, in the order in which their leases end. It follows two tables, machines and leases: where a machine
 * stands is worked out anew when either row changes, from both as they are then.
 */
export class Ends {
  readonly ofMachines: Index<Machine> = { change: (before, after) => this.#place((after ?? before)!.name) }
  readonly ofLeases: Index<Lease> = {
    change: (before, after) => {
      for (const { machine } of before?.machines ?? []) this.#place(machine)
      for (const { machine } of after?.machines ?? []) this.#place(machine)
    },
  }
  readonly #machineOf: (name: MachineName) => Machine | undefined
  readonly #leaseOf: (id: LeaseId) => Lease | undefined
  readonly #placed = new Map<MachineName, Ending>()
  readonly #shapes = new Map<string, Lent>()

  constructor(machineOf: (name: MachineName) => Machine | undefined, leaseOf: (id: LeaseId) => Lease | undefined) {
    this.#machineOf = machineOf
    this.#leaseOf = leaseOf
  }

  /** The first `most` lent machines of a shape to end, soonest first. Those that will not be lent again are not among them. */
  of(shape: string, most: number): readonly Ending[] {
    return this.#shapes.get(shape)?.soonest.take(most) ?? []
  }

  /** How many lent machines of a shape there are, of those that will be lent again. */
  countOf(shape: string): number {
    return this.#shapes.get(shape)?.soonest.size ?? 0
  }

  /** The first `most` of them to be over for certain. */
  latestOf(shape: string, most: number): readonly Ending[] {
    return this.#shapes.get(shape)?.latest.take(most) ?? []
  }

  /** How many of them are over by an instant for certain, counted no further than to `enough`. */
  countBy(shape: string, instant: number, enough: number): number {
    return this.#shapes.get(shape)?.latest.countWhile(({ latest }) => latest <= instant, enough) ?? 0
  }

  #place(name: MachineName): void {
    const before = this.#placed.get(name)
    const after = this.#ending(name)
    if (isSame(before, after)) return
    if (before !== undefined) this.#leave(before)
    if (after !== undefined) this.#join(after)
  }

  #ending(name: MachineName): Ending | undefined {
    const machine = this.#machineOf(name)
    if (machine?.state.status !== 'leased' || !machine.configured) return undefined
    const lease = this.#leaseOf(machine.state.lease)
    return lease === undefined
      ? undefined
      : { machine: name, lease: lease.id, shape: shapeKey(machine), at: plannedEnd(lease), latest: latestEnd(lease) }
  }

  #join(ending: Ending): void {
    let lent = this.#shapes.get(ending.shape)
    if (lent === undefined)
      this.#shapes.set(ending.shape, (lent = { soonest: new Ranking(bySoonest), latest: new Ranking(byLatest) }))
    lent.soonest.add(ending)
    lent.latest.add(ending)
    this.#placed.set(ending.machine, ending)
  }

  #leave(ending: Ending): void {
    const { soonest, latest } = this.#shapes.get(ending.shape)!
    soonest.remove(ending)
    latest.remove(ending)
    if (soonest.size === 0) this.#shapes.delete(ending.shape)
    this.#placed.delete(ending.machine)
  }
}

const isSame = (one: Ending | undefined, other: Ending | undefined): boolean =>
  one?.at === other?.at && one?.latest === other?.latest && one?.lease === other?.lease && one?.shape === other?.shape

export const bySoonest = (a: Ending, b: Ending): number => a.at - b.at || byText(a.machine, b.machine)
export const byLatest = (a: Ending, b: Ending): number => a.latest - b.latest || byText(a.machine, b.machine)
