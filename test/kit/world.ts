import {
  decide,
  Fleet,
  orderOf,
  pending,
  violations,
  type Asked,
  type Command,
  type Decision,
  type Event,
  type GetCommand,
  type Identity,
  type Instant,
  type Lease,
  type LeaseId,
  type Notice,
  type Outcome,
  type Refusal,
  type Run,
  type RunOrder,
  type RunResult,
  type Site,
} from '#core'
import { siteOf } from './site.ts'
import { replayed } from './snapshot.ts'

/** The core alone, with hands for the world: time and playbooks go as the test says. */
export class World {
  fleet = new Fleet()
  readonly log: { at: Instant; events: readonly Event[] }[] = []
  readonly notices: Notice[] = []
  at = 1_000_000 as Instant
  /** What becomes of a run. */
  perform: (order: RunOrder, run: Run) => RunResult = (order) => ({
    outcome: 'ok',
    report: { address: '127.0.0.1', port: 22, user: 'ci', hostKeys: [], data: { step: order.step } },
  })

  constructor(site: Site = siteOf()) {
    this.ask('duffy', { do: 'configure', site })
    this.work()
  }

  ask(by: string, command: Command): Decision {
    const asked: Asked = { id: null, by: by as Identity, door: 'test', at: this.at, command }
    const decision = decide(this.fleet, asked)
    const wrong = violations(this.fleet, this.at)
    if (wrong.length > 0) throw new Error(`after ${command.do}: ${wrong.join('; ')}`)
    if (decision.type === 'accepted') {
      this.log.push({ at: this.at, events: decision.events })
      this.notices.push(...decision.notices)
    }
    this.fleet.journal.keep()
    return decision
  }

  get(by: string, over: Partial<GetCommand> = {}): Outcome | Refusal {
    return told(this.ask(by, { ...PLAIN_GET, ...over }))
  }

  /** Performs every run that is due, and those that follow from them, at most `limit`. */
  work(limit = 10_000): number {
    let done = 0
    for (; done < limit; done += 1) {
      const [run] = pending(this.fleet, this.at)
      if (run === undefined) break
      const result = this.perform(orderOf(this.fleet, run), run)
      this.ask('duffy', { do: 'finishRun', run: run.id, fence: run.fence, result })
    }
    return done
  }

  /** Forgets everything but the log and what identifies people, and comes back from those. */
  restart(): void {
    const personal = [...this.fleet.personal.values()]
    this.fleet = replayed(this.log)
    for (const one of personal) this.fleet.personal.restore(one.ref, one)
  }

  /** Time passes, and Duffy is there: warnings are given when they are due. */
  pass(ms: number): void {
    const end = (this.at + ms) as Instant
    for (let due = this.#nextWarning(end); due !== null; due = this.#nextWarning(end)) {
      this.at = due
      this.ask('duffy', { do: 'sweep' })
    }
    this.at = end
    this.ask('duffy', { do: 'sweep' })
    this.work()
  }

  /** Time passes, and Duffy is not there until it is over. */
  away(ms: number): void {
    this.at = (this.at + ms) as Instant
    this.ask('duffy', { do: 'sweep' })
    this.work()
  }

  #nextWarning(before: Instant): Instant | null {
    for (const { dueAt, state } of this.fleet.dueLeases.of('all')) {
      if (dueAt > before) return null
      if (dueAt > this.at && state.status === 'active' && dueAt < state.until) return dueAt
    }
    return null
  }

  /** The lease of a grant. */
  lease(outcome: Outcome | Refusal): Lease {
    if (outcome.type !== 'granted') throw new Error(`not granted: ${JSON.stringify(outcome)}`)
    return this.fleet.leases.get(outcome.lease)!
  }

  done(by: string, what: LeaseId | string | null): Outcome | Refusal {
    return told(this.ask(by, { do: 'done', what }))
  }
}

export const told = (decision: Decision): Outcome | Refusal =>
  decision.type === 'accepted' ? decision.outcome : decision.refusal

export const PLAIN_GET: GetCommand = {
  do: 'get',
  type: 'metal',
  pool: null,
  arch: null,
  labels: [],
  count: 1,
  platform: 'same',
  chassis: null,
  durationMs: null,
  priority: 0,
  keys: [],
  reason: '',
  metadata: {},
  queue: true,
  keepPlace: true,
  pollWithinMs: null,
  address: null,
}
