import type { Fleet } from '../fleet.ts'
import type { RequestId, TenantName } from '../id.ts'
import type { MachineType } from '../machine.ts'
import { byPriority, byShare, overdueSince, shareOf } from '../policy/fairness.ts'
import { isInLine, isLeft } from '../policy/presence.ts'
import type { Waiting } from '../policy/queue.ts'
import { Ranking } from '../collections/ranking.ts'
import { SumTree } from '../collections/sum-tree.ts'
import type { Index } from '../collections/table.ts'
import type { Tenant } from '../tenant.ts'

interface Place {
  readonly request: Waiting
  /** As asked for, within what its tenant may ask for now. */
  readonly priority: number
  isOverdue: boolean
}

/** What waits of a tenant for machines of a type. */
interface Line {
  /** Those that were not overtaken too often, in the order in which they follow each other. */
  readonly others: SumTree<Place>
  /** Machines that those want that were: all of them come first. */
  overdue: number
}

interface Lines {
  readonly of: Map<TenantName, Line>
  /** The first of lines, by how long they are that: who was overtaken too often when somebody last asked, and who was not. */
  readonly overdue: Ranking<Place>
  readonly inTime: Ranking<Place>
}

/**
 * The place of everybody who waits, as `policy/order.ts` tells it: a tenant's requests in their order with the sums of what they
 * want, so that one place is found without looking at all who wait. Finding it costs a logarithm of the queue for each tenant.
 */
export class Places {
  readonly ofRequests: Index<Waiting> = {
    change: (before, after) => {
      if (before !== undefined && after !== undefined && isSame(before, after)) return
      if (before !== undefined) this.#leave(before)
      if (after !== undefined && isInLine(after)) this.#join(after)
    },
  }
  readonly ofTenants: Index<Tenant> = {
    change: (before, after) => {
      if (before?.priority === after?.priority) return
      for (const request of this.#fleet.waitingOf.of((after ?? before)!.name)) {
        this.#leave(request)
        if (isInLine(request)) this.#join(request)
      }
    },
  }
  readonly #fleet: Fleet
  readonly #lines: Readonly<Record<MachineType, Lines>> = { metal: noLines(), vm: noLines() }
  readonly #places = new Map<RequestId, Place>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  /** From 1; null: it does not wait. */
  of({ id, demand }: Pick<Waiting, 'id' | 'demand'>): number | null {
    const place = this.#places.get(id)
    if (place === undefined) return null
    const { of, overdue } = this.#reached(demand.type)
    if (place.isOverdue) return overdue.rank(place) + 1
    const own = this.#heldBefore(place.request.tenant, of.get(place.request.tenant)!)
    const share = own(of.get(place.request.tenant)!.others.sumBefore(place))
    const asked = { ...place, share }
    let before = overdue.size
    for (const [tenant, line] of of) {
      const shareAt = this.#heldBefore(tenant, line)
      before += line.others.countWhile(
        ({ request, priority }, sum) => byShare({ request, priority, share: shareAt(sum) }, asked) < 0,
      )
    }
    return before + 1
  }

  /** The share of whoever of a tenant is next when others of its line want so many before. */
  #heldBefore(name: TenantName, { overdue }: Line): (sum: number) => number {
    const tenant = this.#fleet.tenants.need(name)
    return (sum) => shareOf(tenant, tenant.held + overdue + sum)
  }

  /** With all those among the overdue who are by now, and nobody else. */
  #reached(type: MachineType): Lines {
    const lines = this.#lines[type]
    const last = overdueSince(this.#fleet, type)
    for (let head = lines.inTime.first(); head !== undefined && since(head) <= last; head = lines.inTime.first())
      this.#turn(lines, head, true)
    for (let head = lines.overdue.last(); head !== undefined && since(head) > last; head = lines.overdue.last())
      this.#turn(lines, head, false)
    return lines
  }

  #turn(lines: Lines, place: Place, isOverdue: boolean): void {
    this.#remove(lines, place)
    place.isOverdue = isOverdue
    this.#add(lines, place)
  }

  #join(request: Waiting): void {
    const tenant = this.#fleet.tenants.get(request.tenant)
    if (tenant === undefined) return
    const place = { request, priority: Math.min(request.priority, tenant.priority), isOverdue: false }
    this.#places.set(request.id, place)
    this.#add(this.#lines[request.demand.type], place)
  }

  #leave({ id, demand }: Waiting): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    this.#places.delete(id)
    this.#remove(this.#lines[demand.type], place)
  }

  #add(lines: Lines, place: Place): void {
    const { tenant, demand, headSince } = place.request
    let line = lines.of.get(tenant)
    if (line === undefined) lines.of.set(tenant, (line = { others: newTree(), overdue: 0 }))
    if (place.isOverdue) line.overdue += demand.count
    else line.others.add(place)
    if (headSince !== null) (place.isOverdue ? lines.overdue : lines.inTime).add(place)
  }

  #remove(lines: Lines, place: Place): void {
    const { tenant, demand, headSince } = place.request
    const line = lines.of.get(tenant)!
    if (place.isOverdue) line.overdue -= demand.count
    else line.others.remove(place)
    if (headSince !== null) (place.isOverdue ? lines.overdue : lines.inTime).remove(place)
    if (line.others.size === 0 && line.overdue === 0) lines.of.delete(tenant)
  }
}

/** Whether nothing changed that a place depends on, but for the tenant. */
const isSame = (a: Waiting, b: Waiting): boolean =>
  a.headSince === b.headSince && a.reserved === b.reserved && isLeft(a) === isLeft(b)

const since = ({ request }: Place): number => request.headSince!
const bySince = (a: Place, b: Place): number => since(a) - since(b) || a.request.number - b.request.number

const noLines = (): Lines => ({ of: new Map(), overdue: new Ranking(bySince), inTime: new Ranking(bySince) })
const newTree = (): SumTree<Place> =>
  new SumTree<Place>({
    compare: byPriority,
    number: ({ request }) => request.number,
    amount: ({ request }) => request.demand.count,
  })
