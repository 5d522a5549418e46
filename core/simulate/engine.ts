import type { Asked, Command } from '../command.ts'
import type { Site } from '../site.ts'
import { decide, type Decision } from '../decide/index.ts'
import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import { DUFFY, type Identity, type Instant, type LeaseId, type RequestId } from '../id.ts'
import type { Run } from '../run.ts'
import { MINUTE, SECOND } from '../time.ts'
import { Agenda } from '../collections/agenda.ts'
import type { Chance } from './chance.ts'
import type { Figures } from './figures.ts'
import type { Act, LoadRequest, StepModel, Use } from './load.ts'
import { giveSpeakers, speakerOf } from './speakers.ts'
import { Tally } from './tally.ts'

/** A stretch of time to be lived through. */
export interface Scenario {
  /** Where it starts; it is changed. */
  readonly fleet: Fleet
  /** Applied at the start, as `duffy config apply` does; null: the fleet stays as it is. */
  readonly site: Site | null
  readonly from: Instant
  readonly until: Instant
  /** What comes before is lived through and not counted. Default: `from`. */
  readonly countFrom?: Instant
  /** In order of time. */
  readonly load: Iterable<LoadRequest>
  /** What becomes of the requests that wait and the leases that last at the start. Default: they last as long as they may. */
  readonly standing?: ReadonlyMap<RequestId | LeaseId, Use>
  readonly steps: StepModel
  readonly chance: Chance
  /** Told of every command, once it has happened to the fleet. */
  readonly watch?: (fleet: Fleet, asked: Asked, decision: Decision) => void
}

/** Things that happen at one instant, in this order: what ends goes before what begins, and new requests come last. */
const RANK = { run: 0, act: 1, done: 2, cancel: 3, sweep: 4 } as const

type Happening =
  | { readonly type: 'run'; readonly run: Run; readonly ok: boolean }
  | { readonly type: 'act'; readonly lease: LeaseId; readonly by: Identity; readonly act: Act['act'] }
  | { readonly type: 'done'; readonly lease: LeaseId; readonly by: Identity }
  | { readonly type: 'cancel'; readonly request: RequestId; readonly by: Identity }
  | { readonly type: 'sweep' }

/** As often as Duffy itself looks for what is due, at most. */
const SHORTEST_TICK_MS = SECOND
/** Checks are never urgent, and those that cannot start yet stay due. */
const CHECK_TICK_MS = MINUTE
/** What is due at times that are not known here is found this late at most. */
const LONGEST_TICK_MS = 15 * MINUTE

/**
 * Lives through a scenario: the very same decisions as Duffy's, under a clock that jumps to whatever happens next. Time,
 * playbooks and people are the scenario's. The same scenario from the same seed gives the same figures.
 */
export const simulate = (scenario: Scenario): Figures => new Simulation(scenario).run()

class Simulation {
  readonly #scenario: Scenario
  readonly #fleet: Fleet
  readonly #agenda = new Agenda<Happening>()
  readonly #tally: Tally
  /** Requests and leases that are not over, with what their owners do with them. */
  readonly #uses = new Map<RequestId | LeaseId, Use>()
  #at: Instant
  #sweptAt: Instant

  constructor(scenario: Scenario) {
    const { fleet, from, countFrom = from } = scenario
    this.#scenario = scenario
    this.#fleet = fleet
    this.#at = from
    this.#sweptAt = from
    this.#tally = new Tally(fleet, countFrom)
  }

  run(): Figures {
    this.#start()
    const { load, until } = this.#scenario
    const arrivals = load[Symbol.iterator]()
    for (let next = arrivals.next(); ;) {
      const asks = next.done === true ? Infinity : next.value.at
      const happens = this.#agenda.next
      const sweeps = this.#nextSweep()
      const at = Math.min(asks, happens, sweeps)
      if (at >= until) break
      this.#pass(at as Instant)
      if (happens === at) this.#happen(this.#agenda.take())
      else if (sweeps === at) this.#sweep()
      else {
        this.#request((next as IteratorYieldResult<LoadRequest>).value)
        next = arrivals.next()
      }
    }
    this.#pass(until)
    return this.#tally.figures(until)
  }

  #start(): void {
    const { site, standing } = this.#scenario
    for (const [id, use] of standing ?? []) this.#uses.set(id, use)
    for (const run of this.#fleet.runs.values()) this.#owe(run)
    for (const lease of this.#fleet.leases.values())
      if (lease.state.status === 'active') this.#expectDone(lease.id, lease.state.since)
    for (const { id, askedAt, preferUntil } of this.#fleet.requests.values()) {
      this.#expectCancel(id, askedAt)
      this.#sweepAt(preferUntil)
    }
    if (site !== null) this.#ask(DUFFY, { do: 'configure', site })
    giveSpeakers(this.#fleet, this.#at)
    this.#tally.begin()
  }

  #pass(at: Instant): void {
    if (at > this.#at) {
      this.#tally.pass(this.#at, at)
      this.#at = at
    }
  }

  #happen(happening: Happening): void {
    switch (happening.type) {
      case 'run': {
        const { run, ok } = happening
        if (!this.#fleet.runs.has(run.id)) return
        const result = ok ? OK : FAILED
        return void this.#ask(DUFFY, { do: 'finishRun', run: run.id, fence: run.fence, result })
      }
      case 'act':
        return this.#act(happening.lease, happening.by, happening.act)
      case 'done':
        if (this.#fleet.leases.has(happening.lease)) this.#ask(happening.by, { do: 'done', what: happening.lease })
        return
      case 'cancel':
        if (this.#fleet.requests.has(happening.request))
          this.#ask(happening.by, { do: 'cancel', what: happening.request })
        return
      case 'sweep':
        return this.#sweep()
    }
  }

  #act(id: LeaseId, by: Identity, act: Act['act']): void {
    const lease = this.#fleet.leases.get(id)
    if (lease === undefined) return
    switch (act.do) {
      case 'extend':
        return void this.#ask(by, { do: 'extend', what: id, byMs: act.byMs })
      case 'shorten':
        return void this.#ask(by, { do: 'shorten', what: id, until: (this.#at + act.toMs) as Instant })
      case 'hold':
        return void this.#ask(by, { do: 'hold', what: id, forMs: act.forMs, reason: '' })
      case 'giveBack':
        if (lease.machines.length > 1) this.#ask(by, { do: 'done', what: lease.machines.at(-1)!.machine })
    }
  }

  #request(wanted: LoadRequest): void {
    const { tenant, demand, durationMs, priority = 0 } = wanted
    const command = { ...PLAIN, ...demand, pool: demand.pool, durationMs, priority }
    const decision = this.#ask(speakerOf(tenant), command, wanted)
    if (decision.type === 'refused') return this.#tally.refused(decision.refusal.type, this.#at)
    if (decision.outcome.type !== 'waiting') return
    const { request } = decision.outcome
    this.#expectCancel(request, this.#at)
    if (demand.platform === 'prefer') this.#sweepAt(this.#fleet.requests.get(request)?.preferUntil ?? this.#at)
  }

  #sweep(): void {
    this.#sweptAt = this.#at
    this.#ask(DUFFY, { do: 'sweep' })
  }

  #ask(by: Identity, command: Command, use: Use | null = null): Decision {
    const asked: Asked = { id: null, by, door: 'simulation', at: this.#at, command }
    const decision = decide(this.#fleet, asked)
    if (decision.type === 'accepted') for (const event of decision.events) this.#follow(event, use)
    this.#fleet.journal.keep()
    this.#tally.decided(decision.type === 'accepted' ? decision.events.length : 0)
    this.#scenario.watch?.(this.#fleet, asked, decision)
    return decision
  }

  /** What the world does about an event. */
  #follow(event: Event, use: Use | null): void {
    this.#tally.see(event, this.#at)
    if (event.type === 'runOwed') this.#owe(event.run)
    else if (event.type === 'requestMade') {
      if (use !== null) this.#uses.set(event.request.id, use)
    } else if (event.type === 'leaseGranted') {
      const known = this.#uses.get(event.request)
      if (known !== undefined) this.#uses.set(event.lease, known)
      this.#uses.delete(event.request)
    } else if (event.type === 'leaseActivated') this.#expectDone(event.lease, this.#at)
    else if (event.type === 'leaseEnded') this.#uses.delete(event.lease)
    else if (event.type === 'requestCancelled' || event.type === 'requestUnsatisfiable')
      this.#uses.delete(event.request)
  }

  #owe(run: Run): void {
    const { pool } = this.#fleet.machines.need(run.machine)
    const { ms, ok } = this.#scenario.steps(pool, run.step, this.#scenario.chance)
    this.#agenda.add(Math.max(run.dueAt, this.#at) + ms, RANK.run, { type: 'run', run, ok })
  }

  #expectDone(id: LeaseId, since: Instant): void {
    const { usedMs, acts = [] } = this.#uses.get(id) ?? UNKNOWN_USE
    const lease = this.#fleet.leases.get(id)
    if (lease === undefined) return
    const by = speakerOf(lease.tenant)
    for (const { afterMs, act } of acts)
      this.#agenda.add(Math.max(since + afterMs, this.#at), RANK.act, { type: 'act', lease: id, by, act })
    if (usedMs !== null)
      this.#agenda.add(Math.max(since + usedMs, this.#at), RANK.done, { type: 'done', lease: id, by })
  }

  #expectCancel(id: RequestId, since: Instant): void {
    const patienceMs = this.#uses.get(id)?.patienceMs ?? null
    const request = this.#fleet.requests.get(id)
    if (patienceMs === null || request === undefined) return
    const by = speakerOf(request.tenant)
    this.#agenda.add(Math.max(since + patienceMs, this.#at), RANK.cancel, { type: 'cancel', request: id, by })
  }

  #sweepAt(at: Instant): void {
    this.#agenda.add(Math.max(at, this.#at), RANK.sweep, { type: 'sweep' })
  }

  /** When time by itself next changes something. */
  #nextSweep(): number {
    const fleet = this.#fleet
    let due: number = this.#sweptAt + LONGEST_TICK_MS
    const lease = fleet.dueLeases.first('all')
    if (lease !== undefined && lease.dueAt < due) due = lease.dueAt
    const { state } = fleet.probations.first('all') ?? {}
    if (state?.status === 'quarantined' && state.probationAt !== null && state.probationAt < due)
      due = state.probationAt
    due = Math.min(
      due,
      fleet.windows.first('still')?.maintenance?.from ?? Infinity,
      fleet.windowEnds.first('all')?.maintenance?.until ?? Infinity,
    )
    due = Math.max(due, this.#sweptAt + SHORTEST_TICK_MS)
    for (const pool of fleet.pools.values()) {
      if (!pool.steps.includes('check')) continue
      const machine = fleet.uncheckedFirst.first(pool.name)
      if (machine === undefined) continue
      due = Math.min(due, Math.max(machine.checkedAt + pool.checkEveryMs, this.#sweptAt + CHECK_TICK_MS))
    }
    return Math.max(due, this.#at)
  }
}

const UNKNOWN_USE: Use = { usedMs: null, patienceMs: null }
const OK = { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } } as const
const FAILED = { outcome: 'failed', message: 'as chance has it' } as const

/** Nobody logs in to a simulated machine; Duffy lends none without a key. */
const NO_KEY = { fingerprint: 'SHA256:simulated', line: 'ssh-ed25519 simulated' } as never
const PLAIN = {
  do: 'get',
  keys: [NO_KEY],
  reason: '',
  metadata: {},
  queue: true,
  keepPlace: true,
  pollWithinMs: null,
  address: null,
} as const
