import type { Instant, PlatformName, PoolName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import { closesAt, inService, type Machine, type MachineType } from '../machine.ts'
import type { Recurrence } from '../maintenance.ts'
import { byWear } from '../policy/wear.ts'
import type { Platform } from '../pool.ts'
import { Ranking } from '../collections/ranking.ts'
import type { Index } from '../collections/table.ts'

/** What a request can tell machines apart by, and until when it can have them. Machines of one shape differ in wear alone. */
export interface Shape {
  readonly key: string
  readonly type: MachineType
  readonly pool: PoolName
  readonly platform: PlatformName
  readonly arch: string
  readonly labels: readonly string[]
  /** From when on they are not to be anybody's: a window ahead; null: none is known. */
  readonly closesAt: Instant | null
  /** When that window is over; null: there is none, or nobody knows. */
  readonly opensAt: Instant | null
  /** Windows that come after it, again and again; null: none do. */
  readonly again: Recurrence | null
}

/** All machines of one shape: those ready in order of wear, and figures over the rest. */
export interface Stock {
  readonly shape: Shape
  readonly ready: Ranking<Machine>
  /** Those that can be woken, in order of wear. */
  readonly off: Ranking<Machine>
  /** Machines that are lent, or will be again. */
  inService: number
  /** Attempts of those. */
  attempts: number
  /** Ready without anything more being decided, once their step is over. */
  coming: number
  /** Being shut to the tenant who had them. */
  returning: number
  /** Being turned off. */
  stopping: number
  quarantined: number
  maintenance: number
}

/** Machines by shape: what keeps a decision from looking at each of 100,000 machines. */
export class Stocks implements Index<Machine> {
  /** What is known of platforms is kept beside the stocks, and as long as those are the same. */
  readonly ofPlatforms: Index<Platform> = {
    change: () => {
      this.#ordered = null
    },
  }
  readonly #stocks = new Map<string, Stock>()
  #ordered: Stock[] | null = null

  change(before: Machine | undefined, after: Machine | undefined): void {
    if (before !== undefined) this.#leave(before)
    if (after !== undefined) this.#join(after)
    if (before !== undefined) this.#tidy(before)
  }

  /** Every stock, in an order that depends on the shapes alone: the same list until there are others. */
  all(): readonly Stock[] {
    return (this.#ordered ??= [...this.#stocks.values()].toSorted((a, b) => byText(a.shape.key, b.shape.key)))
  }

  #join(machine: Machine): void {
    const stock = this.#stockOf(machine)
    count(stock, machine, 1)
    rankingOf(stock, machine)?.add(machine)
  }

  #leave(machine: Machine): void {
    const stock = this.#stockOf(machine)
    count(stock, machine, -1)
    rankingOf(stock, machine)?.remove(machine)
  }

  /** Each window has a stock of its own, which goes with its last machine. */
  #tidy(machine: Machine): void {
    const key = shapeKey(machine)
    if (closesAt(machine) === null || (this.#stocks.get(key)?.inService ?? 1) > 0) return
    this.#stocks.delete(key)
    this.#ordered = null
  }

  #stockOf(machine: Machine): Stock {
    const key = shapeKey(machine)
    let stock = this.#stocks.get(key)
    if (stock === undefined) {
      const { type, pool, platform, arch, labels } = machine
      const closes = closesAt(machine)
      const { until: opensAt = null, again = null } = closes === null ? {} : machine.maintenance!
      const shape = { key, type, pool, platform, arch, labels, closesAt: closes, opensAt, again }
      stock = {
        shape,
        ready: new Ranking(byWear),
        off: new Ranking(byWear),
        inService: 0,
        attempts: 0,
        coming: 0,
        returning: 0,
        stopping: 0,
        quarantined: 0,
        maintenance: 0,
      }
      this.#stocks.set(key, stock)
      this.#ordered = null
    }
    return stock
  }
}

const rankingOf = ({ ready, off }: Stock, { state, configured }: Machine): Ranking<Machine> | null => {
  if (!configured) return null
  if (state.status === 'ready') return ready
  return state.status === 'enrolled' ? off : null
}

const count = (stock: Stock, machine: Machine, sign: 1 | -1): void => {
  if (!inService(machine)) return
  stock.inService += sign
  stock.attempts += sign * machine.attempts
  switch (machine.state.status) {
    case 'checking':
    case 'burning':
    case 'provisioning':
    case 'recycling':
    case 'rebuilding':
      stock.coming += sign
      return
    case 'collecting':
    case 'revoking':
      stock.returning += sign
      return
    case 'stopping':
      stock.stopping += sign
      return
    case 'quarantined':
      stock.quarantined += sign
      return
    case 'maintenance':
      stock.maintenance += sign
      return
    case 'ready':
    case 'enrolled':
    case 'leased':
    case 'retired':
  }
}

const keys = new WeakMap<readonly string[], string>()
/** Joining labels for every change would cost more than the rest of the index; they are shared between a machine's versions. */
const labelKey = (labels: readonly string[]): string => {
  let key = keys.get(labels)
  if (key === undefined) keys.set(labels, (key = labels.join(',')))
  return key
}

/** What names the stock that a machine belongs to. */
export const shapeKey = (machine: Machine): string => {
  const { pool, platform, labels } = machine
  const closes = closesAt(machine)
  const key = `${pool}/${platform}/${labelKey(labels)}`
  if (closes === null) return key
  const { until, again } = machine.maintenance!
  const then = again === undefined ? '' : `+${again.from}/${again.everyMs}/${again.forMs}`
  return `${key}@${closes}-${until ?? ''}${then}`
}
