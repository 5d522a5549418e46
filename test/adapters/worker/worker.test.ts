import { afterEach, describe, expect, test } from 'vitest'
import type { Asked, Fleet, Instant, RunId, RunOrder, RunResult } from '#core'
import type { Claim, Performance, ProcessGroup, WorkerPorts } from '../../../adapters/worker/ports.ts'
import { HostFault } from '../../../adapters/host-fault.ts'
import { worker } from '../../../adapters/worker/worker.ts'
import { machinesOf, poolOf, siteOf } from '../../kit/site.ts'
import { until } from '../../kit/until.ts'
import { World } from '../../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const GROUP: ProcessGroup = { host: 'here', bootId: 'b', pgid: 1, startTicks: '1' }
const OK: RunResult = { outcome: 'ok', report: { address: '127.0.0.1', port: 22 } }

interface Performed {
  readonly order: RunOrder
  readonly performance: Performance
  readonly end: (result: RunResult) => void
}

/** A worker on a bare core, whose playbooks end when the test says so. */
const rig = (options: { concurrency?: number; claims?: Claim[]; site?: ReturnType<typeof siteOf> } = {}) => {
  const world = new World(options.site)
  const performed: Performed[] = []
  const killed: ProcessGroup[] = []
  const claims = new Map((options.claims ?? []).map((claim) => [claim.run, claim]))
  const listeners = new Set<() => void>()
  const refuse: { times: number } = { times: 0 }
  const host = { faults: 0, unclaimed: 0, claimsStick: false, performed: 0 }
  const logged: string[] = []
  const ports: WorkerPorts = {
    async ask({ by, command }: Omit<Asked, 'at'>) {
      if (refuse.times > 0) {
        refuse.times -= 1
        throw new Error('busy')
      }
      world.ask(by, command)
      for (const listener of listeners) listener()
    },
    read: async <T>(question: (fleet: Fleet, at: Instant) => T) => question(world.fleet, world.at),
    onCommit: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    claims: {
      all: async () => [...claims.values()],
      put: async (claim) => {
        if (host.unclaimed > 0) {
          host.unclaimed -= 1
          throw new Error('SQLITE_FULL')
        }
        claims.set(claim.run, claim)
      },
      remove: async (run) => {
        if (host.claimsStick) throw new Error('SQLITE_BUSY')
        claims.delete(run)
      },
    },
    performer: {
      async perform(order, performance) {
        host.performed += 1
        if (host.faults > 0) {
          host.faults -= 1
          throw new HostFault('ansible-playbook is not on the PATH')
        }
        await performance.onGroup(GROUP)
        return new Promise((resolve) => {
          performance.signal.addEventListener('abort', () => resolve({ outcome: 'stopped', message: 'stopped' }))
          performed.push({ order, performance, end: resolve })
        })
      },
      async killOrphan(group) {
        killed.push(group)
        return 'killed'
      },
    },
    log: (_level, message) => void logged.push(message),
  }
  const start = (): Promise<AsyncDisposable> =>
    worker({ concurrency: options.concurrency ?? 2, reservedForGrants: 1, lookEveryMs: 5, hostFaultPauseMs: 60 }).start(
      ports,
    )
  return { world, performed, killed, claims, refuse, host, logged, start }
}

let running: AsyncDisposable | null = null
afterEach(async () => {
  await running?.[Symbol.asyncDispose]()
  running = null
})

describe('worker', () => {
  test('an owed run is performed, and its result is told', async () => {
    const { world, performed, claims, start } = rig()
    const lease = world.lease(world.get(ALICE))
    running = await start()
    await until(() => performed.length === 1)
    expect(claims.size).toBe(1)
    performed[0]!.end(OK)
    await until(() => world.fleet.leases.get(lease.id)!.state.status === 'active')
    await until(() => claims.size === 0)
    expect(world.fleet.runs.size).toBe(0)
  })

  test('burn-ins take half of the places at most', async () => {
    const { world, performed, start } = rig({
      concurrency: 4,
      site: siteOf({
        pools: [poolOf('metal', { checkEveryMs: 365 * 86_400_000 })],
        machines: machinesOf('metal', 'amd', 80),
      }),
    })
    world.at = (world.at + 8 * 86_400_000) as Instant
    world.ask('duffy', { do: 'sweep' })
    expect([...world.fleet.runs.values()].filter(({ step }) => step === 'burnin')).toHaveLength(4)
    running = await start()
    await until(() => performed.length === 2)
    world.get(ALICE)
    world.get(ALICE)
    await until(() => performed.length === 4)
    expect(performed.map(({ order }) => order.step)).toEqual(['burnin', 'burnin', 'grant', 'grant'])
  })

  test('collections take half of the places at most, and those of one tenant leave one to others', async () => {
    const { world, performed, start } = rig({
      concurrency: 6,
      site: siteOf({ pools: [poolOf('metal', { steps: ['collect', 'recycle'] })] }),
    })
    const hold = (by: string) => world.lease(world.get(by, { platform: 'any' })).id
    const give = (by: string, what: string, collect?: string[]) =>
      world.ask(by, { do: 'done', what, ...(collect !== undefined && { collect }) })
    const theirs = [ALICE, ALICE, ALICE].map(hold)
    const others = [BOB, BOB].map(hold)
    const plain = [hold(ALICE), hold(ALICE)]
    for (const id of theirs) give(ALICE, id, ['/hangs'])
    running = await start()
    await until(() => performed.length === 2)
    give(BOB, others[0]!, ['/a'])
    give(BOB, others[1]!, ['/b'])
    for (const id of plain) give(ALICE, id)
    await until(() => performed.length === 5)
    expect(performed.map(({ order }) => `${order.step} ${order.collect?.tenant ?? ''}`.trim())).toEqual([
      'collect alice',
      'collect alice',
      'collect bob',
      'recycle',
      'recycle',
    ])
  })

  test('no more playbooks at once than allowed, but a place is kept for letting people in', async () => {
    const { world, performed, start } = rig({ concurrency: 2 })
    const leases = Array.from({ length: 4 }, () => world.lease(world.get(ALICE)))
    world.work()
    for (const lease of leases) world.done(ALICE, lease.id)
    running = await start()
    await until(() => performed.length === 2)
    world.get(ALICE, { platform: 'any' })
    await until(() => performed.length === 3)
    expect(performed[2]!.order.step).toBe('grant')
    world.get(ALICE, { platform: 'any' })
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(performed).toHaveLength(3)
  })

  test('a run that nobody waits for any more is stopped before the machine’s next one starts', async () => {
    const { world, performed, start } = rig()
    const lease = world.lease(world.get(ALICE))
    running = await start()
    await until(() => performed.length === 1)
    world.done(ALICE, lease.id)
    await until(() => performed.length === 2)
    expect(performed[0]!.performance.signal.aborted).toBe(true)
    expect(performed[1]!.order).toMatchObject({ step: 'revoke', machine: performed[0]!.order.machine })
  })

  test('a playbook left by a worker that died is killed before anything is performed', async () => {
    const { killed, claims, start } = rig({ claims: [{ run: 'N1' as RunId, group: GROUP }] })
    running = await start()
    expect(killed).toEqual([GROUP])
    expect(claims.size).toBe(0)
  })

  test('a result that the lane cannot take is told again', async () => {
    const { world, performed, refuse, start } = rig()
    const lease = world.lease(world.get(ALICE))
    running = await start()
    await until(() => performed.length === 1)
    refuse.times = 1
    performed[0]!.end(OK)
    await until(() => world.fleet.leases.get(lease.id)!.state.status === 'active')
    expect(refuse.times).toBe(0)
  })

  test('stopping leaves the run owed', async () => {
    const { world, performed, start } = rig()
    world.get(ALICE)
    const stopped = await start()
    await until(() => performed.length === 1)
    await stopped[Symbol.asyncDispose]()
    expect(world.fleet.runs.size).toBe(1)
  })

  test('a failed step is tried again after its pause, not before', async () => {
    const { world, performed, start } = rig({ site: siteOf({ pools: [poolOf('metal', { backoffMs: 50_000 })] }) })
    const lease = world.lease(world.get(ALICE))
    world.work()
    world.done(ALICE, lease.id)
    running = await start()
    await until(() => performed.length === 1)
    performed[0]!.end(OK)
    await until(() => performed.length === 2)
    performed[1]!.end({ outcome: 'failed', message: 'disk' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(performed).toHaveLength(2)
    world.at = (world.at + 51_000) as Instant
    await until(() => performed.length === 3)
    expect(performed[2]!.order).toMatchObject({ step: 'recycle', attempt: 2 })
  })

  test('a fault of this host is no fault of a machine: the run stays owed, and is begun again after a pause', async () => {
    const { world, performed, host, logged, start } = rig()
    const lease = world.lease(world.get(ALICE))
    host.faults = 2
    running = await start()
    await until(() => host.performed === 1)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(host.performed).toBe(1)
    await until(() => performed.length === 1)
    expect(host.performed).toBe(3)
    expect(logged.filter((message) => message.includes('this host cannot'))).toHaveLength(1)
    expect(world.fleet.machines.get(lease.machines[0]!.machine)).toMatchObject({ failures: 0, attempts: 1 })
    performed[0]!.end(OK)
    await until(() => world.fleet.leases.get(lease.id)!.state.status === 'active')
  })

  test('a run that cannot be put on record is no fault of a machine either', async () => {
    const { world, performed, host, start } = rig()
    const lease = world.lease(world.get(ALICE))
    host.unclaimed = 1
    running = await start()
    await until(() => performed.length === 1)
    expect(host.performed).toBe(2)
    expect(world.fleet.machines.get(lease.machines[0]!.machine)).toMatchObject({ failures: 0, attempts: 1 })
  })

  test('a playbook that was killed from outside has failed, and is not begun again at once', async () => {
    const { world, performed, start } = rig()
    const lease = world.lease(world.get(ALICE))
    const { machine } = lease.machines[0]!
    running = await start()
    await until(() => performed.length === 1)
    performed[0]!.end({ outcome: 'stopped', message: 'by nobody here' })
    await until(() => world.fleet.machines.get(machine)!.failures === 1)
    expect(world.fleet.leases.get(lease.id)!.machines.map((held) => held.machine)).not.toContain(machine)
  })

  test('a claim that cannot be removed does not stop the worker', async () => {
    const { world, performed, host, start } = rig()
    host.claimsStick = true
    const lease = world.lease(world.get(ALICE))
    running = await start()
    await until(() => performed.length === 1)
    performed[0]!.end(OK)
    await until(() => world.fleet.leases.get(lease.id)!.state.status === 'active')
    world.done(ALICE, lease.id)
    await until(() => performed.length === 2)
    expect(performed[1]!.order.step).toBe('revoke')
  })
})
