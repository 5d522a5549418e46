import {
  pending,
  type Command,
  type Fleet,
  type Identity,
  type Instant,
  type LeaseId,
  type RunId,
  type RunResult,
  type Step,
  SECOND,
  MINUTE,
  HOUR,
} from '#core'
import { lane as openLane, type Lane } from '../../adapters/lane.ts'
import { openStore } from '../../adapters/store/open.ts'
import { random } from './random.ts'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from './site.ts'
import { sha256 } from './store.ts'
import { PLAIN_GET } from './world.ts'

/** A Monday, 00:00 UTC. */
export const LIVED_FROM = Date.UTC(2026, 0, 5)
/** How often due things are looked for: what comes of time alone comes so late at most. */
export const LIVED_TICK_MS = 20 * SECOND

const TENANTS = ['infra', 'kernel', 'docs'] as const
export const LIVED_SITE = siteOf({
  platforms: [platformOf('amd', { vendor: 'amd' }), platformOf('intel', { vendor: 'intel' }), platformOf('tiny')],
  pools: [
    poolOf('metal', { ready: 8 }),
    poolOf('vm', { type: 'vm', kind: 'elastic', ready: 2, afterLease: 'shutdown' }),
  ],
  machines: [...machinesOf('metal', 'intel', 4), ...machinesOf('metal', 'amd', 4), ...machinesOf('vm', 'tiny', 6)],
  tenants: TENANTS.map((name, index) => tenantOf(name, { quota: 8 - index })),
})

/**
 * A site's life on a real store, for so many hours: people of each tenant ask so often, extend, give back and lose patience, playbooks take their time and
 * fail, under a clock of its own. It shares no code with the simulator but the core.
 */
export const live = async (
  file: string,
  { seed, hours, perHour }: { readonly seed: number; readonly hours: number; readonly perHour: number },
): Promise<void> => {
  const chance = random(seed)
  const until = LIVED_FROM + hours * HOUR
  let now = LIVED_FROM
  const due: { readonly at: number; readonly act: () => Promise<unknown> }[] = []
  const later = (ms: number, act: () => Promise<unknown>): void => {
    const at = now + Math.round(ms)
    const place = due.findIndex((other) => other.at > at)
    due.splice(place < 0 ? due.length : place, 0, { at, act })
  }
  await using store = await openStore({ file, hash: sha256 })
  const loaded = await store.load()
  const fleet: Fleet = loaded.fleet
  await using lane: Lane = openLane({ store, ...loaded, clock: () => now, monotonic: () => 0, hash: sha256 })
  const ask = (by: string, command: Command) => lane.ask({ id: null, by: by as Identity, door: 'lived', command })
  const person = (tenant: string): string => `irc:net:${tenant}`

  /** The worker: takes up what is owed since the last command. */
  const started = new Set<RunId>()
  const work = (): void => {
    for (const run of pending(fleet, Infinity as Instant)) {
      if (started.has(run.id)) continue
      started.add(run.id)
      const { usualMs, failures } = STEP_TIMES[run.step as keyof typeof STEP_TIMES]
      const failed = chance.chance(failures)
      const result: RunResult = failed
        ? { outcome: 'failed', message: 'as chance has it' }
        : { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } }
      later(Math.max(0, run.dueAt - now) + usualMs * (0.5 + chance.next()), () =>
        ask('duffy', { do: 'finishRun', run: run.id, fence: run.fence, result }),
      )
    }
  }
  const use = async (tenant: string, lease: LeaseId): Promise<void> => {
    const state = fleet.leases.get(lease)?.state
    if (state === undefined) return
    // Looks in again until it can log in.
    if (state.status !== 'active') return later(5 * SECOND, () => use(tenant, lease))
    const roll = chance.next()
    if (roll < 0.1) later(HOUR / 2, () => ask(person(tenant), { do: 'extend', what: lease, byMs: HOUR }))
    else if (roll < 0.15)
      later(HOUR / 2, () => ask(person(tenant), { do: 'hold', what: lease, forMs: 2 * HOUR, reason: '' }))
    if (chance.chance(0.8))
      later(MINUTE * (5 + 80 * chance.next() ** 2), () => ask(person(tenant), { do: 'done', what: lease }))
    const first = fleet.leases.get(lease)!.machines[0]!.machine
    if (chance.chance(0.3)) later(4 * MINUTE, () => ask(person(tenant), { do: 'done', what: first }))
  }
  const arrive = async (tenant: string): Promise<void> => {
    later((HOUR / perHour) * -Math.log(1 - chance.next()), () => arrive(tenant))
    const answer = await ask(person(tenant), {
      ...PLAIN_GET,
      type: chance.pick(['metal', 'metal', 'vm']),
      count: chance.pick([1, 1, 1, 2, 3]),
      platform: chance.pick(['same', 'prefer', 'any']),
      durationMs: chance.pick([1, 2, 3]) * HOUR,
    })
    if (answer.type === 'refused') return
    const { outcome } = answer
    if (outcome.type === 'granted') await use(tenant, outcome.lease)
    if (outcome.type !== 'waiting') return
    const { request } = outcome
    const patienceMs = chance.chance(0.2) ? 20 * MINUTE : Infinity
    const askedAt = now
    const look = async (): Promise<void> => {
      if (fleet.requests.has(request)) {
        if (now - askedAt > patienceMs) await ask(person(tenant), { do: 'cancel', what: request })
        else later(MINUTE, look)
        return
      }
      const lease = [...fleet.leases.values()].find((one) => one.request === request)
      if (lease !== undefined) await use(tenant, lease.id)
    }
    later(MINUTE, look)
  }

  await ask('duffy', { do: 'configure', site: LIVED_SITE })
  for (const tenant of TENANTS) later(HOUR * chance.next(), () => arrive(tenant))
  const sweep = async (): Promise<void> => {
    later(LIVED_TICK_MS, sweep)
    await ask('duffy', { do: 'sweep' })
  }
  later(LIVED_TICK_MS, sweep)
  for (work(); due.length > 0 && due[0]!.at < until; work()) {
    const { at, act } = due.shift()!
    now = at
    await act()
  }
}

const STEP_TIMES: Readonly<Record<Exclude<Step, 'collect'>, { readonly usualMs: number; readonly failures: number }>> =
  {
    provision: { usualMs: 3 * MINUTE, failures: 0.05 },
    check: { usualMs: 10 * SECOND, failures: 0.01 },
    grant: { usualMs: 6 * SECOND, failures: 0.02 },
    revoke: { usualMs: 4 * SECOND, failures: 0.01 },
    recycle: { usualMs: 2 * MINUTE, failures: 0.05 },
    rebuild: { usualMs: 8 * MINUTE, failures: 0.1 },
    shutdown: { usualMs: 30 * SECOND, failures: 0 },
    burnin: { usualMs: 5 * MINUTE, failures: 0.05 },
  }
