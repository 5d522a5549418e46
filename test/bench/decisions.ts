import {
  decide,
  DEFAULT_LIMITS,
  Fleet,
  positionOf,
  type Command,
  type GetCommand,
  type Identity,
  type Instant,
  type LeaseId,
  type MachineName,
  type Outcome,
  type SiteMachine,
  HOUR,
} from '#core'
import { random } from '../kit/random.ts'
import { platformOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET } from '../kit/world.ts'

const TENANTS = 200
/** Different things that are wanted: a tenant wants a few of them over and over. */
const WANTS = 300
const WANTS_OF_TENANT = 3

const PLATFORMS = ['intel-a', 'intel-b', 'amd-a', 'amd-b']
const LABELS = [['ssd'], ['gpu', 'ssd'], ['nvme']]
const POOLS = ['lab', 'rack', 'spare']

/** What a command of each of these costs, in microseconds. */
export interface DecisionFigures {
  readonly machines: number
  readonly queue: number
  /** Different demands that wait. */
  readonly demands: number
  /** A get that is granted at once, and its done, while others wait for other machines. */
  readonly granted: number
  /** A get that waits, and its cancel. */
  readonly waiting: number
  /** A done whose machine goes to somebody who waits, and a get that takes their place in line; without a queue as `granted`. */
  readonly turnover: number
  /** Telling somebody's place. */
  readonly position: number
}

/**
 * The core alone: `decide`, with all that follows from it in the fleet, and nothing else. Nine tenths of the machines are lent and so many requests
 * wait for those: of 200 tenants, for some 300 different things (pool, labels, platform, count, length). A tenth is free, and nobody who waits would take it.
 */
export const benchDecisions = (machines: number, queue: number, ms: number): DecisionFigures => {
  const site = new Site(machines, queue)
  const { fleet } = site
  const commands = (act: () => void): number => {
    const before = site.commands
    let acts = 0
    const each = timed(ms, () => {
      acts += 1
      act()
    })
    return (each * acts) / (site.commands - before)
  }
  const granted = commands(() => site.done(site.get({ ...PLAIN_GET, pool: 'spare', platform: 'any' })))
  const waiting = commands(() => site.cancel(site.get(site.want())))
  const turnover = queue === 0 ? granted : commands(() => site.turnOver(queue))
  const all = [...fleet.requests.values()]
  let at = 0
  const position = all.length === 0 ? 0 : timed(ms / 4, () => positionOf(fleet, all[(at = (at + 7919) % all.length)]!))
  const demands = new Set(all.map(({ demand, durationMs }) => JSON.stringify([demand, durationMs]))).size
  return { machines, queue, demands, granted, waiting, turnover, position }
}

/** Least squares of a + b log2(machines) + c log2(1 + queue): microseconds, and for each doubling; `off`: the farthest from it. */
export const fitted = (
  points: readonly { readonly machines: number; readonly queue: number; readonly cost: number }[],
): { readonly a: number; readonly b: number; readonly c: number; readonly off: number } => {
  const rows = points.map(({ machines, queue }) => [1, Math.log2(machines), Math.log2(1 + queue)])
  const of = (i: number, j: number): number => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)
  const matrix = [0, 1, 2].map((i) => [
    ...[0, 1, 2].map((j) => of(i, j)),
    rows.reduce((sum, row, at) => sum + row[i]! * points[at]!.cost, 0),
  ])
  for (const [i, row] of matrix.entries()) {
    const pivot = row[i]!
    for (const [at, value] of row.entries()) row[at] = value / pivot
    for (const other of matrix) {
      if (other === row) continue
      const share = other[i]!
      for (const [at, value] of row.entries()) other[at]! -= share * value
    }
  }
  const [a, b, c] = matrix.map((row) => row[3]!) as [number, number, number]
  const off = Math.max(...points.map(({ cost }, at) => Math.abs(cost - (a + b * rows[at]![1]! + c * rows[at]![2]!))))
  return { a, b, c, off }
}

/** What this host does: sorting 1,000 numbers, in microseconds. */
export const rawSort = (ms: number): number => {
  const chance = random(7)
  const numbers = Array.from({ length: 1_000 }, () => chance.next())
  return timed(ms, () => numbers.toSorted((a, b) => a - b))
}

/** The median of ten stretches, in microseconds for each time. */
const timed = (ms: number, act: () => void): number => {
  const stretches: number[] = []
  for (let warm = performance.now() + ms / 4; performance.now() < warm;) act()
  for (let stretch = 0; stretch < 10; stretch += 1) {
    const began = performance.now()
    let times = 0
    for (; times < 3 || performance.now() < began + ms / 10; times += 1) act()
    stretches.push(((performance.now() - began) * 1000) / times)
  }
  return stretches.toSorted((a, b) => a - b)[5]!
}

export class Site {
  readonly fleet = new Fleet()
  commands = 0
  readonly #chance = random(1)
  readonly #wants: readonly GetCommand[]
  #at = Date.UTC(2026, 0, 5)
  /** Leases of what others wait for. */
  readonly #lent: LeaseId[] = []

  constructor(machines: number, queue: number) {
    const site = siteOf({
      limits: { ...DEFAULT_LIMITS, waitingRequests: 20_000, waitingRequestsPerTenant: 20_000 },
      platforms: PLATFORMS.map((name) => platformOf(name, { vendor: name.slice(0, -2) })),
      pools: POOLS.map((name) => poolOf(name, { steps: [], ready: machines })),
      machines: Array.from({ length: machines }, (_, index): SiteMachine => {
        const isSpare = index % 10 === 0
        return {
          name: `m${index}` as MachineName,
          pool: (isSpare ? 'spare' : POOLS[index % 2]) as SiteMachine['pool'],
          platform: PLATFORMS[(index >> 1) % PLATFORMS.length] as SiteMachine['platform'],
          chassis: null,
          labels: isSpare ? [] : LABELS[index % LABELS.length]!,
          variables: {},
        }
      }),
      tenants: Array.from({ length: TENANTS }, (_, index) => tenantOf(`t${index}`, { quota: machines + 1_000 })),
    })
    this.#ask('duffy', { do: 'configure', site })
    this.#wants = Array.from({ length: WANTS }, () => this.#newWant())
    this.#lend()
    for (let waiting = 0; waiting < queue;) waiting += this.get(this.want()).type === 'waiting' ? 1 : 0
  }

  /** Of a tenant, something that it wants often. */
  want(): GetCommand & { readonly of: number } {
    const of = this.#below(TENANTS)
    return { ...this.#wants[(of * 7 + this.#below(WANTS_OF_TENANT)) % WANTS]!, of }
  }

  get({ of = this.#below(TENANTS), ...command }: GetCommand & { readonly of?: number }): Outcome {
    return this.#ask(`irc:net:t${of}`, command)
  }

  done(outcome: Outcome): void {
    if (outcome.type !== 'granted') throw new Error(outcome.type)
    this.#giveBack(outcome.lease)
  }

  cancel(outcome: Outcome): void {
    if (outcome.type !== 'waiting') return this.done(outcome)
    const { tenant } = this.fleet.requests.need(outcome.request)
    this.#ask(`irc:net:${tenant}`, { do: 'cancel', what: outcome.request })
  }

  /** One lease ends, and somebody asks anew if somebody was served. */
  turnOver(queue: number): void {
    const at = this.#below(this.#lent.length)
    const lease = this.#lent[at]!
    this.#lent[at] = this.#lent.at(-1)!
    this.#lent.pop()
    this.#giveBack(lease)
    if (this.fleet.requests.size > queue) return
    // Of few machines a home that was just found may have too few for what its tenant wants: that is refused.
    const { of, ...command } = this.want()
    this.#try(`irc:net:t${of}`, command)
  }

  #giveBack(lease: LeaseId): void {
    const { tenant } = this.fleet.leases.need(lease)
    this.#ask(`irc:net:${tenant}`, { do: 'done', what: lease })
  }

  /** All but the spare ones, one by one. */
  #lend(): void {
    for (const pool of POOLS.slice(0, 2))
      for (const labels of LABELS)
        while (this.#try(this.#someone(), { ...PLAIN_GET, pool, labels, platform: 'any', queue: false }) !== null);
  }

  #someone(): string {
    return `irc:net:t${this.#below(TENANTS)}`
  }

  #newWant(): GetCommand {
    const labels = LABELS[this.#below(LABELS.length)]!
    return {
      ...PLAIN_GET,
      pool: [null, null, 'lab', 'rack'][this.#below(4)]!,
      arch: [null, null, 'x86_64'][this.#below(3)]!,
      labels: labels.slice(0, 1 + this.#below(labels.length)),
      platform: (['same', 'same', 'prefer', 'any'] as const)[this.#below(4)]!,
      preferMs: 1000 * HOUR,
      count: [1, 1, 1, 1, 2, 2, 4][this.#below(7)]!,
      durationMs: [1, 2, 4, 8][this.#below(4)]! * HOUR,
    }
  }

  #ask(by: string, command: Command): Outcome {
    const outcome = this.#try(by, command)
    if (outcome === null) throw new Error(`${command.do} was refused`)
    return outcome
  }

  #try(by: string, command: Command): Outcome | null {
    this.#at += 1
    this.commands += 1
    const asked = { id: null, by: by as Identity, door: 'bench', at: this.#at as Instant, command }
    const decision = decide(this.fleet, asked)
    this.fleet.journal.keep()
    if (decision.type === 'refused') return null
    for (const event of decision.events) {
      if (event.type === 'leaseGranted' && this.fleet.leases.get(event.lease)?.demand.pool !== 'spare')
        this.#lent.push(event.lease)
    }
    return decision.outcome
  }

  #below(most: number): number {
    return Math.floor(this.#chance.next() * most)
  }
}
