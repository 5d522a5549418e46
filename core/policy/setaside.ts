import type { Fleet } from '../fleet.ts'
import type { Instant, RequestId } from '../id.ts'
import type { Stay } from './calendar.ts'
import { plannedEnd } from './due.ts'
import type { Lease } from '../lease.ts'
import type { Machine } from '../machine.ts'
import type { MachineRequest } from '../request.ts'
import { shapeKey, type Stock } from '../fleet/stock.ts'
import { leastWorn, sum, type Take } from './match.ts'
import { freeAt, turnaroundMs } from './timeline.ts'
import { byWear } from './wear.ts'

/** So many machines of these stocks, from an instant on, are for somebody who cannot have them yet. */
export interface Claim {
  readonly request: RequestId
  readonly stocks: readonly Stock[]
  readonly count: number
  readonly from: Instant
  /** When machines that it gets then are ready for the next. */
  readonly until: Instant
  /** So long before `from` a lease must be over. */
  readonly slackMs: number
  /** For an instant that was settled beforehand: whoever waits has a claim beside it. */
  readonly reserved: boolean
}

/** Ready machines that somebody cannot have, and the claims that they are kept for. */
export interface Kept {
  readonly machines: number
  /** Of other platforms than it may be given now. */
  readonly elsewhere: number
  readonly claims: readonly Claim[]
  /** For each claim, how many and of which stocks: there the least worn are still to be had. */
  readonly parts: readonly KeptPart[]
}

export interface KeptPart {
  readonly claim: Claim
  readonly stocks: readonly Stock[]
  readonly machines: number
}

export const NOTHING_KEPT: Kept = { machines: 0, elsewhere: 0, claims: [], parts: [] }

/** What decides how long machines are away that somebody is given. */
export interface Terms extends Stay {
  readonly demand: Pick<MachineRequest['demand'], 'count'>
}

/**
 * Claims on machines that are ready, or will be. Whoever has no claim is given what cannot make one wait longer: machines that
 * are back by the instant from which they are claimed, and machines that are more than the claims need. Claims on the same
 * stocks count in full against each other, so that neither is harmed.
 */
export class SetAside {
  readonly #fleet: Fleet
  readonly #now: Instant
  readonly #claims: Claim[] = []
  readonly #claimsOn = new Map<Stock, Claim[]>()
  /** Those that somebody claims who waits. */
  readonly #awaited = new Set<Stock>()
  readonly #spare = new Map<Claim, number>()

  constructor(fleet: Fleet, now: Instant) {
    this.#fleet = fleet
    this.#now = now
  }

  get claims(): readonly Claim[] {
    return this.#claims
  }

  add(claim: Claim): void {
    this.#claims.push(claim)
    for (const stock of claim.stocks) {
      const claims = this.#claimsOn.get(stock)
      if (claims === undefined) this.#claimsOn.set(stock, [claim])
      else claims.push(claim)
      if (!claim.reserved) this.#awaited.add(stock)
    }
    for (const other of this.#spare.keys()) if (isCounted(claim, other)) this.#spare.delete(other)
  }

  /** Whether nobody who waits has a claim on any of these. */
  isFirst(stocks: readonly Stock[]): boolean {
    return this.#awaited.size === 0 || !stocks.some((stock) => this.#awaited.has(stock))
  }

  /**
   * A bound on how many of these anybody can be given who wants them for so long or longer: exact for one machine. Counted no
   * further than to `enough`.
   */
  mostOf(stocks: readonly Stock[], stayMs: number, enough: number): number {
    let most = 0
    // What claims can still spare, of those that leave the least of a stock.
    const left = new Map<Claim, number>()
    for (const stock of stocks) {
      if (stock.ready.size === 0) continue
      const tightest = this.#tightest(stock, stayMs)
      const spare = tightest === null ? Infinity : (left.get(tightest) ?? this.#spareOf(tightest))
      const free = Math.min(stock.ready.size, spare)
      if (tightest !== null) left.set(tightest, spare - free)
      most += free
      if (most >= enough) return most
    }
    return most
  }

  /** Of the claims that machines of a stock would not be back for after so long, the one that can spare the fewest. */
  #tightest(stock: Stock, stayMs: number): Claim | null {
    const claims = this.#claimsOn.get(stock)
    if (claims === undefined) return null
    const { pool } = stock.shape
    const back = this.#now + openingMs(this.#fleet, [stock]) + stayMs + turnaroundMs(this.#fleet.pools.need(pool))
    let tightest: Claim | null = null
    for (const claim of claims) {
      if (claim.from >= back) continue
      if (tightest === null || this.#spareOf(claim) < this.#spareOf(tightest)) tightest = claim
    }
    return tightest
  }

  /** From `from` on, the first instant at which so many can be had on these terms without breaking what is reserved. */
  pastReserved(stocks: readonly Stock[], count: number, { from, ...stay }: Stay & { from: Instant }): Instant {
    const reserved = this.#claims.filter((claim) => claim.reserved && claim.stocks.some((one) => stocks.includes(one)))
    if (reserved.length === 0) return from
    let start = from
    const lasts = awayMs(this.#fleet, stocks, stay)
    for (const claim of reserved.toSorted((a, b) => a.from - b.from || a.until - b.until)) {
      const isInTheWay = claim.from < start + lasts && claim.until > start
      if (isInTheWay && this.#spareOf(claim) < count) start = claim.until
    }
    return start
  }

  /** Whether nobody has a claim on any of these. */
  leavesAll(stocks: readonly Stock[]): boolean {
    return this.#claimsOn.size === 0 || !stocks.some((stock) => this.#claimsOn.has(stock))
  }

  /** Chooses the least worn machines that somebody may be given on these terms. */
  takeFor(terms: Terms): Take {
    return (stocks, count, each = count) => {
      const claims = this.#against(terms, stocks)
      return claims.size === 0 ? leastWorn(stocks, count, each) : this.#take(claims, stocks, { count, each })
    }
  }

  /** What of the stocks that it may be given, and of those elsewhere, is kept from somebody on these terms. */
  keptFrom(terms: Terms, stocks: readonly Stock[], elsewhere: readonly Stock[]): Kept {
    const against = [...this.#against(terms, stocks)].map(([stock, [claim]]) => ({ stock, claim: claim! }))
    const parts = [...Map.groupBy(against, ({ claim }) => claim)]
      .map(([claim, of]) => ({ claim, stocks: of.map(({ stock }) => stock) }))
      .map((part) => ({
        ...part,
        machines: Math.max(0, sum(part.stocks, ({ ready }) => ready.size) - this.#spareOf(part.claim)),
      }))
      .filter(({ machines }) => machines > 0)
    return {
      machines: sum(parts, ({ machines }) => machines),
      elsewhere: this.#countKept(terms, elsewhere),
      claims: parts.map(({ claim }) => claim),
      parts,
    }
  }

  /** Of these stocks, the ready machines that somebody could not be given on these terms, as many as may be asked for at once. */
  #countKept(terms: Terms, stocks: readonly Stock[]): number {
    const ready = sum(stocks, (stock) => stock.ready.size)
    if (ready === 0 || this.leavesAll(stocks)) return 0
    const most = Math.min(ready, this.#fleet.limits.machinesPerRequest)
    return ready - this.takeFor(terms)(stocks, most).length
  }

  /** The claims that a lease would break if it ended so late, each with the latest planned end that would not. */
  brokenBy(lease: Lease, end: Instant): readonly Claim[] {
    const shapes = lease.machines.map(({ machine }) => shapeKey(this.#fleet.machines.need(machine)))
    return this.#claims.filter((claim) => {
      const last = claim.from - claim.slackMs
      if (end <= last || plannedEnd(lease) > last) return false
      const counted = shapes.filter((key) => claim.stocks.some(({ shape }) => shape.key === key)).length
      return counted > this.#spareOf(claim)
    })
  }

  /** The claims, by stock, that machines would not be back for. The time of several together begins when the last of them is open. */
  #against({ demand, durationMs, graceMs }: Terms, stocks: readonly Stock[]): ReadonlyMap<Stock, readonly Claim[]> {
    const against = new Map<Stock, readonly Claim[]>()
    if (this.leavesAll(stocks)) return against
    for (const stock of stocks) {
      const opening = openingMs(this.#fleet, demand.count === 1 ? [stock] : stocks)
      const back = this.#now + opening + durationMs + graceMs + turnaroundMs(this.#fleet.pools.need(stock.shape.pool))
      const claims = (this.#claimsOn.get(stock) ?? []).filter((claim) => claim.from < back)
      if (claims.length > 0) against.set(stock, claims)
    }
    return against
  }

  #take(
    against: ReadonlyMap<Stock, readonly Claim[]>,
    stocks: readonly Stock[],
    { count, each }: { readonly count: number; readonly each: number },
  ): Machine[] {
    const left = new Map<Claim, number>()
    const taken: Machine[] = []
    const candidates = stocks.flatMap((stock) => leastWorn([stock], each).map((machine) => ({ machine, stock })))
    for (const { machine, stock } of candidates.toSorted((a, b) => byWear(a.machine, b.machine))) {
      if (taken.length === count) break
      const claims = against.get(stock) ?? []
      if (claims.some((claim) => (left.get(claim) ?? this.#spareOf(claim)) <= 0)) continue
      for (const claim of claims) left.set(claim, (left.get(claim) ?? this.#spareOf(claim)) - 1)
      taken.push(machine)
    }
    return taken
  }

  /** Machines that are free when a claim begins, and that neither it nor another needs then; as many as may be asked for at once. */
  #spareOf(claim: Claim): number {
    let spare = this.#spare.get(claim)
    if (spare === undefined) {
      const { stocks, from, slackMs } = claim
      const needed = sum(this.#claims, (other) => (isCounted(other, claim) ? other.count : 0))
      const most = needed + this.#fleet.limits.machinesPerRequest
      spare = Math.max(0, freeAt(this.#fleet, stocks, { at: from, now: this.#now, most, slackMs }) - needed)
      this.#spare.set(claim, spare)
    }
    return spare
  }
}

/** Whether what one claims has to be there when another begins, out of the same machines. */
const isCounted = (one: Claim, other: Claim): boolean =>
  one.from <= other.from &&
  (!one.reserved || one.until > other.from) &&
  one.stocks.some((stock) => other.stocks.includes(stock))

/** How long machines are away at most that somebody is given, until they are ready for the next. */
export const awayMs = (fleet: Fleet, stocks: readonly Stock[], { durationMs, graceMs }: Stay): number =>
  openingMs(fleet, stocks) + durationMs + graceMs + slackMs(fleet, stocks)

/** By so much a lease must have ended for its machine to be ready in time. */
export const slackMs = (fleet: Fleet, stocks: readonly Stock[]): number =>
  Math.max(0, ...stocks.map(({ shape }) => turnaroundMs(fleet.pools.need(shape.pool))))

/** The longest that it takes to let a tenant in: a lease's time begins only then. */
const openingMs = (fleet: Fleet, stocks: readonly Stock[]): number =>
  Math.max(
    0,
    ...stocks.map(({ shape }) => {
      const { steps, prepareMs } = fleet.pools.need(shape.pool)
      return steps.includes('grant') ? prepareMs : 0
    }),
  )
