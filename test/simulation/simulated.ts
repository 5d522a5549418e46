import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  pending,
  violations,
  type Asked,
  type Command,
  type Fleet,
  type Identity,
  type Instant,
  type LeaseId,
  type MachineName,
  type Run,
  type RunResult,
} from '#core'
import { lane as openLane, type Answer, type Lane } from '../../adapters/lane.ts'
import { differences } from '../../adapters/lane/differences.ts'
import { openStore } from '../../adapters/store/open.ts'
import type { Store } from '../../adapters/store/port.ts'
import { verify } from '../../adapters/duffy/verify.ts'
import { random } from '../kit/random.ts'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET } from '../kit/world.ts'
import { scratch } from '../kit/scratch.ts'

const TENANTS = ['ceph', 'kernel', 'infra', 'docs']
const SITE = siteOf({
  pools: [
    poolOf('metal', { ready: 12 }),
    poolOf('vm', { type: 'vm', kind: 'elastic', ready: 2, afterLease: 'shutdown' }),
  ],
  machines: [
    ...machinesOf('metal', 'intel', 6, ['ssd']),
    ...machinesOf('metal', 'amd', 6),
    ...machinesOf('vm', 'intel', 6).map((machine) => ({ ...machine, name: `vm-${machine.name}` as MachineName })),
  ],
  tenants: TENANTS.map((name, index) => tenantOf(name, { quota: 4 + 3 * index })),
})

/** In which a request that waits, one of a tenant after the other, is served and its machines are back: ten minutes each. */
const ROUNDS_OF_A_REQUEST = 60

const sha256 = (text: string): string => hash('sha256', text, 'hex')
const identity = (tenant: string): Identity => `irc:net:${tenant}` as Identity

/** What a simulated life came to. */
export interface Life {
  readonly commands: number
  readonly records: number
  readonly restarts: number
  readonly refused: number
}

/**
 * One life from one seed: the real core, lane and SQLite in a world that is all chance. Callers ask several things at once
 * and repeat themselves, playbooks fail or are lost, clocks jump, Duffy restarts. After every round each invariant is asked.
 */
export const live = async (seed: number, rounds: number): Promise<Life> => {
  const chance = random(seed)
  const dir = mkdtempSync(join(scratch(), 'duffy-sim-'))
  const file = join(dir, 'duffy.db')
  let now = 1_700_000_000_000
  let store: Store
  let lane: Lane
  let fleet: Fleet
  const counts = { commands: 0, restarts: 0, refused: 0 }
  const answered = new Map<string, Answer>()

  const start = async (): Promise<void> => {
    store = await openStore({ file, hash: sha256 })
    const loaded = await store.load()
    fleet = loaded.fleet
    lane = openLane({ store, ...loaded, clock: () => now, monotonic: () => 0, hash: sha256 })
  }
  const restart = async (): Promise<void> => {
    counts.restarts += 1
    const before = fleet
    await lane[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    await start()
    const apart = differences(before, fleet)
    if (apart.length > 0) throw new Error(`memory and store differ after a restart: ${apart.join('; ')}`)
  }
  const ask = async (by: Identity, command: Command, id: string | null = null): Promise<Answer> => {
    counts.commands += 1
    const asked: Omit<Asked, 'at'> = { id, by, door: 'sim', command }
    const answer = await lane.ask(asked)
    if (answer.type === 'refused') counts.refused += 1
    if (id !== null) {
      const first = answered.get(`${by} ${id}`)
      const isMisuse = answer.type === 'refused' && answer.refusal.type === 'idUsedBefore'
      const same = { ...answer, repeat: undefined }
      if (first !== undefined && !isMisuse && JSON.stringify(first) !== JSON.stringify(same))
        throw new Error(`${id} was answered twice, differently`)
      if (first === undefined) answered.set(`${by} ${id}`, answer)
    }
    return answer
  }

  const person = (): Promise<unknown> => {
    const tenant = chance.pick(TENANTS)
    const by = identity(tenant)
    const leases = [...fleet.leasesOf.of(tenant)].map(({ id }) => id)
    const what = chance.pick<LeaseId | string | null>([...leases, ...leases, 'L222', null])
    const roll = chance.next()
    if (roll < 0.5) {
      const command: Command = {
        ...PLAIN_GET,
        type: chance.pick(['metal', 'metal', 'vm']),
        count: 1 + chance.below(3),
        platform: chance.pick(['same', 'prefer', 'any']),
        labels: chance.chance(0.2) ? ['ssd'] : [],
        durationMs: (1 + chance.below(20)) * 600_000,
        queue: chance.chance(0.8),
      }
      const id = chance.chance(0.5) ? `c${chance.below(200)}` : null
      const first = ask(by, command, id)
      return id !== null && chance.chance(0.3) ? Promise.all([first, ask(by, command, id)]) : first
    }
    if (roll < 0.85) return ask(by, { do: 'done', what })
    if (roll < 0.95) return ask(by, { do: 'extend', what, byMs: 3_600_000 })
    if (roll < 0.98) return ask(by, { do: 'hold', what, forMs: chance.chance(0.5) ? 7_200_000 : null, reason: '' })
    return ask(by, { do: 'cancel', what: null })
  }

  const outcome = (faulty: boolean): RunResult => {
    const roll = chance.next()
    if (!faulty || roll < 0.85) return { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } }
    return { outcome: chance.pick(['failed', 'unreachable', 'deadline', 'broken']), message: 'as chance has it' }
  }
  const finish = (run: Run, faulty: boolean): Promise<unknown> => {
    const stale = chance.chance(0.02) ? 1 : 0
    return ask('duffy' as Identity, { do: 'finishRun', run: run.id, fence: run.fence - stale, result: outcome(faulty) })
  }

  const round = async (faulty: boolean): Promise<void> => {
    const due = await lane.read((seen, at) => [...pending(seen, at)])
    const runs = due.filter(() => chance.chance(0.6)).map((run) => finish(run, faulty))
    const people = faulty ? Array.from({ length: chance.below(6) }, person) : []
    await Promise.all([...runs, ...people])
    now += chance.chance(0.05) ? chance.below(3_600_000) : chance.below(30_000)
    if (faulty && chance.chance(0.02)) now -= 600_000
    const sweeps = chance.chance(0.3)
    if (sweeps) await ask('duffy' as Identity, { do: 'sweep' })
    if (chance.chance(0.02)) await restart()
    const wrong = violations(fleet, (sweeps ? now : 0) as Instant)
    if (wrong.length > 0) throw new Error(wrong.join('; '))
  }

  try {
    await start()
    await ask('duffy' as Identity, { do: 'configure', site: SITE })
    for (let done = 0; done < rounds; done += 1) await round(true)
    await settle()
    const verified = await verify(store!, now)
    if (!verified.ok) throw new Error(verified.faults.join('; '))
    return { ...counts, records: verified.records }
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    await lane![Symbol.asyncDispose]()
    await store![Symbol.asyncDispose]()
    rmSync(dir, { recursive: true, force: true })
  }

  /** Nothing fails any more, nobody asks, and an operator sees to what stays quarantined: in the end every lease is over and every machine back. */
  async function settle(): Promise<void> {
    const most = 1_500 + ROUNDS_OF_A_REQUEST * fleet.requests.size
    for (let done = 0; done < most; done += 1) {
      await round(false)
      for (const { name, state } of [...fleet.machines.values()])
        if (state.status === 'quarantined' && state.probationAt === null)
          await ask('duffy' as Identity, { do: 'readmit', machine: name })
      now += 600_000
      const away = [...fleet.machines.values()].filter(
        ({ state, pool }) =>
          state.status !== 'ready' &&
          !(pool === ('vm' as never) && state.status === 'enrolled') &&
          state.status !== 'checking',
      )
      if (away.length === 0 && fleet.leases.size === 0 && fleet.requests.size === 0) return
    }
    const left = [...fleet.machines.values()].map(({ name, state }) => `${name} ${state.status}`)
    throw new Error(
      `not all came back: ${left.join(', ')}, ${fleet.leases.size} leases, ${fleet.requests.size} requests`,
    )
  }
}
