import { setImmediate as nextTick, setTimeout as pause } from 'node:timers/promises'
import { decide, evolve, type Asked, type Change, type Fleet, type Hash, type Instant } from '#core'
import { decideBatch, type Decide, type Decided } from './lane/batch.ts'
import { catchUp } from './lane/catch-up.ts'
import { LaneClock } from './lane/clock.ts'
import { Fault, Stopped, type CrashPoint } from './lane/errors.ts'
import { Kept } from './lane/kept.ts'
import { Line, type Answer, type LineLimits, type Waiting } from './lane/line.ts'
import { NONE_EXPLAINED, type Refusals } from './lane/refusals.ts'
import type { Evolve } from './lane/replay.ts'
import { Lost, type Head, type Ledger, type StoredAnswer, type Turn } from './store/port.ts'

export type { Answer } from './lane/line.ts'
export { Busy, Fault, type CrashPoint } from './lane/errors.ts'

export interface LanePorts {
  readonly store: Ledger
  /** As the store loaded them: the lane's own from here on. */
  readonly fleet: Fleet
  readonly head: Head
  readonly clock: () => number
  /** Milliseconds from anywhere, never set. */
  readonly monotonic?: () => number
  readonly hash: Hash
  readonly decide?: Decide
  readonly evolve?: Evolve
  readonly crash?: (point: CrashPoint) => void
  readonly limits?: Partial<LineLimits>
  /** Remembers refusals for whoever asks why. Default: none is explained. */
  readonly refusals?: Refusals
  /** Told of faults that no caller waits for: a listener that threw, and why the lane stopped. */
  readonly onFault?: (fault: unknown) => void
}

/** What is durable now. `changes` may come from another replica as well, where there are several. */
export interface Commit {
  readonly seq: number
  readonly at: Instant
  readonly changes: readonly Change[]
}

export interface LaneState {
  readonly waiting: number
  readonly head: Head
  /** Why it takes no more commands; null while it does. */
  readonly stopped: Error | null
  readonly counts: Readonly<Record<Count, number>>
}
type Count = 'commits' | 'commands' | 'records' | 'retries' | 'faults' | 'caughtUp'

/** The one way in: whatever is to change, changes through here. */
export interface Lane extends AsyncDisposable {
  /** Resolves when what was decided is durable. Rejects with `Busy`, `Fault` or `Stopped`. */
  ask(asked: Omit<Asked, 'at'>): Promise<Answer>
  /** Asks the durable state something: waits while memory holds what is not committed. The answer must not hold on to the fleet. */
  read<T>(question: (fleet: Fleet, at: Instant) => T): Promise<T>
  /** Calls after every commit that changed something; the result ends it. */
  onCommit(listener: (commit: Commit) => void): () => void
  state(): LaneState
}

/** Commands waiting, in one batch, and tries; see `LineLimits`. */
const LIMITS: LineLimits = { queue: 4_096, batch: 256, tries: 3 }
/** Between tries while the store does not even give the turn. */
const STORE_PAUSE_MS = 20

export const lane = (ports: LanePorts): Lane => new TheLane(ports)

class TheLane implements Lane {
  readonly #ports: Required<Omit<LanePorts, 'head' | 'limits'>>
  readonly #line: Line
  readonly #listeners = new Set<(commit: Commit) => void>()
  readonly #kept = new Kept()
  readonly #counts: Record<Count, number> = { commits: 0, commands: 0, records: 0, retries: 0, faults: 0, caughtUp: 0 }
  readonly #clock: LaneClock
  #head: Head
  #stopped: Error | null = null
  #running: Promise<void> | null = null
  /** While memory holds what is not durable: ends when it no longer does. */
  #uncommitted: PromiseWithResolvers<void> | null = null
  /** The last batch whose commit failed. If its last record turns up in the log, it was committed all the same. */
  #failed: { readonly batch: readonly Waiting[]; readonly decided: Decided } | null = null
  #batchMs = 0

  constructor({ head, limits, ...ports }: LanePorts) {
    this.#ports = {
      decide,
      evolve,
      crash: () => {},
      onFault: () => {},
      monotonic: () => performance.now(),
      refusals: NONE_EXPLAINED,
      ...ports,
    }
    this.#line = new Line({ ...LIMITS, ...limits })
    this.#head = head
    this.#clock = new LaneClock(this.#ports.clock, this.#ports.monotonic)
    this.#clock.seen(head.at)
  }

  async ask(asked: Omit<Asked, 'at'>): Promise<Answer> {
    if (this.#stopped !== null) throw this.#stopped
    const { id, by, door, command } = asked
    const key = id === null ? null : this.#digest([by, door, id])
    const digest = id === null ? '' : this.#digest(command)
    const { promise, resolve: reply, reject: fail } = Promise.withResolvers<Answer>()
    this.#line.join({ asked, key, digest, reply, fail, failures: 0, fault: null }, this.#batchMs)
    this.#running ??= this.#run().catch((cause: unknown) =>
      this.#abandon([], new Stopped('Duffy has stopped: a bug in its lane', { cause })),
    )
    return promise
  }

  async read<T>(question: (fleet: Fleet, at: Instant) => T): Promise<T> {
    while (this.#uncommitted !== null) await this.#uncommitted.promise
    if (this.#stopped !== null && this.#stopped !== CLOSED) throw this.#stopped
    return question(this.#ports.fleet, this.#clock.now())
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  state(): LaneState {
    return { waiting: this.#line.length, head: this.#head, stopped: this.#stopped, counts: { ...this.#counts } }
  }

  /** Takes no more commands, and ends when those in the line have been answered and what waited for a commit is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped ??= CLOSED
    await this.#running
    if (this.#stopped === CLOSED) await this.#kept.write(this.#ports, this.#head.at)
  }

  /** 128 bits: nobody can find a command that has the digest of another's. */
  #digest(value: unknown): string {
    return this.#ports.hash(JSON.stringify(value)).slice(0, 32)
  }

  /** A tick before each batch: SQLite answers without one, and nothing else would ever get its turn. */
  async #run(): Promise<void> {
    await nextTick()
    while (this.#line.length > 0) {
      const began = performance.now()
      await this.#step()
      this.#batchMs = performance.now() - began
      await nextTick()
    }
    this.#running = null
  }

  /** One batch. The commands are taken only after the turn: what came while we waited for it rides along. */
  async #step(): Promise<void> {
    const { store, fleet, crash } = this.#ports
    let batch: readonly Waiting[] | null = null
    let decided: Decided | null = null
    let changes: readonly Change[] = []
    let number = 0
    try {
      const written = await store.transaction(async (turn) => {
        number = await turn.turn()
        crash('turn taken')
        await this.#catchUp(turn, number)
        this.#settleFailed()
        batch = this.#line.take()
        const known = await this.#known(turn, batch)
        this.#uncommitted = Promise.withResolvers()
        decided = decideBatch({ ...this.#ports, clock: () => this.#clock.now() }, batch, { head: this.#head, known })
        changes = fleet.journal.changes()
        crash('decided')
        if (decided.records.length === 0 && changes.length === 0) return false
        await turn.write({ ...decided, changes, answers: [...this.#kept.all(), ...decided.answers] })
        crash('before commit')
        return true
      })
      crash('after commit')
      fleet.journal.keep()
      this.#committed(decided!, written ? number : null)
    } catch (error) {
      fleet.journal.undoTo(0)
      this.#settled()
      await this.#stepFailed(error, batch, decided)
      return
    }
    this.#settled()
    this.#reply(batch!, decided!)
    if (changes.length > 0) this.#tell(changes)
    crash('answered')
  }

  /** What is in memory is durable again. */
  #settled(): void {
    this.#uncommitted?.resolve()
    this.#uncommitted = null
  }

  #committed({ seq, hash, at, records, answers }: Decided, turn: number | null): void {
    this.#counts.records += records.length
    if (turn === null) {
      this.#kept.add(answers)
      return
    }
    this.#counts.commits += 1
    this.#head = { turn, seq, hash, at: records.length === 0 ? this.#head.at : at }
    this.#clock.seen(this.#head.at)
    this.#kept.clear()
  }

  /** Answers given before: those that wait to be written, and those in the store. */
  async #known(turn: Turn, batch: readonly Waiting[]): Promise<Map<string, StoredAnswer>> {
    const known = new Map<string, StoredAnswer>()
    const keys: string[] = []
    for (const { key } of batch) {
      if (key === null) continue
      const kept = this.#kept.get(key)
      if (kept === undefined) keys.push(key)
      else known.set(key, kept)
    }
    if (keys.length > 0) for (const answer of await turn.answers(keys)) known.set(answer.key, answer)
    return known
  }

  async #catchUp(log: Turn, turn: number): Promise<void> {
    if (turn === this.#head.turn + 1) return
    const { fleet, crash } = this.#ports
    const { head, records } = await catchUp(this.#ports, log, { head: this.#head, turn })
    const changes = fleet.journal.changes()
    fleet.journal.keep()
    this.#head = head
    this.#clock.seen(head.at)
    this.#counts.caughtUp += records.length
    if (this.#failed !== null && records.some(({ hash }) => hash === this.#failed!.decided.hash)) {
      const { batch, decided } = this.#failed
      this.#line.remove((waiting) => batch.includes(waiting))
      this.#reply(batch, decided)
    }
    if (changes.length > 0) this.#tell(changes)
    crash('caught up')
  }

  /** We are abreast of the log, so a failed batch that is not in it was not committed, and can be tried again, or given up. */
  #settleFailed(): void {
    this.#failed = null
    for (const { fail, fault } of this.#line.takeGivenUp()) {
      this.#counts.faults += 1
      fail(new Fault('notDone', fault))
    }
  }

  /** Nothing of the batch is in memory any more; whether it is in the store shows with the next turn. */
  async #stepFailed(error: unknown, batch: readonly Waiting[] | null, decided: Decided | null): Promise<void> {
    if (error instanceof Stopped) return this.#abandon(batch ?? [], error)
    if (error instanceof Lost)
      return this.#abandon(batch ?? [], new Stopped(`Duffy has stopped: ${error.message}`, { cause: error }))
    this.#counts.retries += 1
    if (batch !== null) {
      this.#line.putBack(batch, error)
      if (decided !== null && decided.records.length > 0) this.#failed = { batch, decided }
      return
    }
    this.#line.failNext(error)
    for (const waiting of this.#line.takeGivenUp()) {
      this.#counts.faults += 1
      waiting.fail(new Fault(this.#failed?.batch.includes(waiting) ? 'unknown' : 'notDone', error))
    }
    await pause(STORE_PAUSE_MS)
  }

  #reply(batch: readonly Waiting[], { replies, refused }: Decided): void {
    this.#ports.refusals.keep(refused)
    for (const [index, { reply, fail }] of batch.entries()) {
      const answer = replies[index]!
      this.#counts.commands += 1
      if (answer instanceof Fault) {
        this.#counts.faults += 1
        fail(answer)
      } else reply(answer)
    }
  }

  #tell(changes: readonly Change[]): void {
    const { seq, at } = this.#head
    for (const listener of this.#listeners) {
      try {
        listener({ seq, at, changes })
      } catch (fault) {
        this.#ports.onFault(fault)
      }
    }
  }

  #abandon(batch: readonly Waiting[], error: Stopped): void {
    this.#stopped = error
    this.#ports.onFault(error)
    for (const { fail } of [...batch, ...this.#line.remove(() => true)]) fail(error)
  }
}

const CLOSED = new Stopped('Duffy is stopping and takes no more commands')
