import type { Instant, LeaseId, MachineName } from './id.ts'
import { byText } from './indexes.ts'
import type { Lease } from './lease.ts'
import type { Machine } from './machine.ts'
import { plannedEnd } from './policy/due.ts'
import { Ranking } from './ranking.ts'
import { shapeKey } from './stock.ts'
import type { Index } from './table.ts'

/** A lent machine, and when it is taken back if nothing changes. */
export interface Ending {
  readonly machine: MachineName
  readonly lease: LeaseId
  /** The key of its stock's shape. */
  readonly shape: string
  readonly at: Instant
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
  readonly #shapes = new Map<string, Ranking<Ending>>()

  constructor(machineOf: (name: MachineName) => Machine | undefined, leaseOf: (id: LeaseId) => Lease | undefined) {
    this.#machineOf = machineOf
    this.#leaseOf = leaseOf
  }

  /** The first `most` lent machines of a shape to end, soonest first. Those that will not be lent again are not among them. */
  of(shape: string, most: number): readonly Ending[] {
    return this.#shapes.get(shape)?.take(most) ?? []
  }

  /** How many lent machines of a shape there are, of those that will be lent again. */
  countOf(shape: string): number {
    return this.#shapes.get(shape)?.size ?? 0
  }

  /** How many of them end by an instant, counted no further than to `enough`. */
  countBy(shape: string, instant: number, enough: number): number {
    return this.#shapes.get(shape)?.countWhile(({ at }) => at <= instant, enough) ?? 0
  }

  #place(name: MachineName): void {
    const before = this.#placed.get(name)
    const after = this.#ending(name)
    if (before?.at === after?.at && before?.lease === after?.lease && before?.shape === after?.shape) return
    if (before !== undefined) this.#leave(before)
    if (after !== undefined) this.#join(after)
  }

  #ending(name: MachineName): Ending | undefined {
    const machine = this.#machineOf(name)
    if (machine?.state.status !== 'leased' || !machine.configured) return undefined
    const lease = this.#leaseOf(machine.state.lease)
    return lease === undefined
      ? undefined
      : { machine: name, lease: lease.id, shape: shapeKey(machine), at: plannedEnd(lease) }
  }

  #join(ending: Ending): void {
    let ranking = this.#shapes.get(ending.shape)
    if (ranking === undefined) this.#shapes.set(ending.shape, (ranking = new Ranking(bySoonest)))
    ranking.add(ending)
    this.#placed.set(ending.machine, ending)
  }

  #leave(ending: Ending): void {
    const ranking = this.#shapes.get(ending.shape)!
    ranking.remove(ending)
    if (ranking.size === 0) this.#shapes.delete(ending.shape)
    this.#placed.delete(ending.machine)
  }
}

export const bySoonest = (a: Ending, b: Ending): number => a.at - b.at || byText(a.machine, b.machine)
