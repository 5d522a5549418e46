import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  openRun,
  pending,
  violations,
  type Command,
  type Event,
  type Fleet,
  type Identity,
  type Instant,
  type RecordBody,
} from '#core'
import type { Outcome, Refusal, RunResult, Site } from '#core'
import type { Lane } from '../../adapters/lane.ts'
import { openStore } from '../../adapters/store/open.ts'
import type { Store } from '../../adapters/store/port.ts'
import { scratch } from '../kit/scratch.ts'
import { replayed, snapshot } from '../kit/snapshot.ts'
import { disagreements, openLane, sha256 } from '../kit/store.ts'
import { World, told } from '../kit/world.ts'
import { shuffled } from './site.ts'

export const WELL: RunResult = { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } }

export interface Said {
  readonly by: string
  readonly command: Command
  /** The caller's own id, where it has one. */
  readonly id?: string
}

/** What can be lived through: the core alone, or a lane on a real store. */
export interface System extends AsyncDisposable {
  readonly fleet: Fleet
  at: number
  /** Whether a command that comes again under its id finds its answer. */
  readonly remembers: boolean
  /** All at once: where there is a lane they may share a batch. */
  ask(...said: readonly Said[]): Promise<{ readonly answers: (Outcome | Refusal)[]; readonly events: Event[] }>
  /** Everything in memory is lost, and comes back from what was kept. */
  restart(): Promise<void>
  /** What is kept in different places and does not agree, as sentences. */
  apart(): Promise<string[]>
}

export const coreAlone = async (site: Site): Promise<System> => {
  const world = new World(site)
  return {
    get fleet() {
      return world.fleet
    },
    get at() {
      return world.at
    },
    set at(at) {
      world.at = at
    },
    remembers: false,
    async ask(...said) {
      const before = world.log.length
      const answers = said.map(({ by, command }) => told(world.ask(by, command)))
      return { answers, events: world.log.slice(before).flatMap(({ events }) => events) }
    },
    async restart() {
      world.restart()
    },
    async apart() {
      const [tables, log] = [snapshot(world.fleet), snapshot(replayed(world.log))]
      return JSON.stringify(tables) === JSON.stringify(log) ? [] : ['the log does not lead to the tables']
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Two cores that were told of the same site in another order, and are to decide alike. Runs are numbered as machines were listed. */
export const twins = async (site: Site): Promise<System> => {
  const [one, other] = [await coreAlone(site), await coreAlone(shuffled(site))]
  const translated = (command: Command): Command => {
    if (command.do === 'configure') return { ...command, site: shuffled(command.site) }
    if (command.do !== 'finishRun') return command
    const machine = one.fleet.runs.get(command.run)?.machine
    const run = machine === undefined ? null : openRun(other.fleet.machines.need(machine))
    return run === null ? { ...command, fence: -1 } : { ...command, run, fence: other.fleet.runs.need(run).fence }
  }
  return {
    ...one,
    get fleet() {
      return one.fleet
    },
    get at() {
      return one.at
    },
    set at(at) {
      one.at = at
      other.at = at
    },
    async ask(...said) {
      const theirs = said.map(({ by, command }) => ({ by, command: translated(command) }))
      const [ours, others] = [await one.ask(...said), await other.ask(...theirs)]
      const [decided, decidedThere] = [ours, others].map((came) => JSON.stringify(decisions(came)))
      if (decided !== decidedThere) throw new Error(`the order of the config decided: ${decided}, ${decidedThere}`)
      return ours
    },
    async restart() {
      await one.restart()
      await other.restart()
    },
  }
}

/** Who was told what, and who got which machine. */
const decisions = ({ answers, events }: Awaited<ReturnType<System['ask']>>): unknown => [
  answers.map((answer) => (answer.type === 'configured' ? answer.type : answer)),
  events.flatMap((event) => {
    if (event.type === 'leaseGranted') return [`${event.lease} ${event.request} ${event.machines.join(' ')}`]
    return event.type === 'machineSupplied' ? [`${event.lease} ${event.machine}`] : []
  }),
]

export const laneOnStore = async (site: Site): Promise<System> => {
  const folder = mkdtempSync(join(scratch(), 'duffy-model-'))
  const file = join(folder, 'duffy.db')
  let at = 1_700_000_000_000
  let store: Store
  let lane: Lane & { readonly fleet: Fleet }
  let seen = 0

  const open = async (): Promise<void> => {
    store = await openStore({ file, hash: sha256 })
    lane = await openLane(store, { clock: () => at, monotonic: () => 0 })
  }
  const close = async (): Promise<void> => {
    await lane[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  }
  const eventsSince = async (): Promise<Event[]> => {
    const records = await store.records(seen, Number.MAX_SAFE_INTEGER)
    seen += records.length
    return records.flatMap(({ text }) => (JSON.parse(text) as RecordBody).events)
  }
  await open()
  const system: System = {
    get fleet() {
      return lane.fleet
    },
    get at() {
      return at
    },
    set at(later) {
      at = later
    },
    remembers: true,
    async ask(...said) {
      const asked = said.map(({ by, command, id = null }) =>
        lane.ask({ by: by as Identity, command, id, door: 'model' }),
      )
      const answers = (await Promise.all(asked)).map((answer) =>
        answer.type === 'accepted' ? answer.outcome : answer.refusal,
      )
      const wrong = violations(lane.fleet, at as Instant)
      if (wrong.length > 0) throw new Error(wrong.join('; '))
      return { answers, events: await eventsSince() }
    },
    async restart() {
      await close()
      await open()
    },
    apart: () => disagreements(store, lane.fleet),
    async [Symbol.asyncDispose]() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await system.ask({ by: 'duffy', command: { do: 'configure', site } })
  for (let [run] = pending(lane!.fleet, at as Instant); run !== undefined; [run] = pending(lane!.fleet, at as Instant))
    await system.ask({ by: 'duffy', command: { do: 'finishRun', run: run.id, fence: run.fence, result: WELL } })
  return system
}
