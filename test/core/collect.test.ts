import { describe, expect, test } from 'vitest'
import {
  answer,
  answerSaid,
  leaseView,
  orderOf,
  outcomeSaid,
  pending,
  readPath,
  STEPS,
  type Identity,
  type Instant,
  type Lease,
  type MachineName,
  type PastCollections,
  type RunOrder,
  MINUTE,
  HOUR,
} from '#core'
import { KEY, machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'

const site = siteOf({ pools: [poolOf('metal', { steps: [...STEPS] })] })
const leased = (world: World, collect?: readonly string[], count = 1): Lease => {
  const { id } = world.lease(world.get(ALICE, { count, ...(collect !== undefined && { collect }) }))
  world.work()
  return world.fleet.leases.need(id)
}
const give = (world: World, what: string | null, collect?: readonly string[], by = ALICE) =>
  told(world.ask(by, { do: 'done', what, ...(collect !== undefined && { collect }) }))
const stateOf = (world: World, name: string) => world.fleet.machines.need(name as never).state.status
const nameOf = ({ machines }: Lease): string => machines[0]!.machine
/** The steps that are done to a machine, in order. */
const watched = (world: World): RunOrder[] => {
  const orders: RunOrder[] = []
  const { perform } = world
  world.perform = (order, run) => {
    orders.push(order)
    return perform(order, run)
  }
  return orders
}

describe('a path to collect', () => {
  test.each([
    ['/var/log/foo', '/var/log/foo'],
    ['/var/log/', '/var/log'],
    ['/var/log/*.log', '/var/log/*.log'],
    ['/tmp/with space', '/tmp/with space'],
    ['/tmp/..foo/...', '/tmp/..foo/...'],
  ])('%s is one', (written, read) => {
    expect(readPath(written)).toBe(read)
  })

  test.each([
    '',
    'var/log',
    '~/x',
    '/',
    '//etc',
    '/a//b',
    '/a/../b',
    '/..',
    '/a/.',
    '/a\nb',
    '/a\u0000',
    '/a\u202eb',
    `/${'a'.repeat(500)}`,
  ])('%j is none', (written) => {
    expect(readPath(written)).toBeNull()
  })
})

describe('what done names', () => {
  test('is collected before anybody is shut out, and the machine made clean after that', () => {
    const world = new World(site)
    const lease = leased(world)
    const orders = watched(world)
    expect(give(world, lease.id, ['/var/log/foo'])).toEqual({
      type: 'done',
      leases: [lease.id],
      machines: [nameOf(lease)],
      collecting: [lease.id],
    })
    expect(stateOf(world, nameOf(lease))).toBe('collecting')
    world.work()
    expect(orders.map(({ step }) => step)).toEqual(['collect', 'revoke', 'recycle'])
    expect(orders[0]!.collect).toEqual({
      lease: lease.id,
      tenant: 'alice',
      paths: ['/var/log/foo'],
      mostFiles: 1000,
      mostBytes: 2 ** 30,
    })
    expect(orders[1]!.collect).toBeUndefined()
    expect(stateOf(world, nameOf(lease))).toBe('ready')
  })

  test('is beside what was named when the machine was asked for, each once', () => {
    const world = new World(site)
    const lease = leased(world, ['/a', '/b'])
    expect(leaseView(world.fleet, lease).collect).toEqual(['/a', '/b'])
    const orders = watched(world)
    give(world, lease.id, ['/b', '/c'])
    world.work()
    expect(orders[0]!.collect?.paths).toEqual(['/a', '/b', '/c'])
  })

  test('is said in the answer, with where to look', () => {
    const world = new World(site)
    const lease = leased(world)
    const outcome = give(world, lease.id, ['/a']) as never
    const say = (line: string): string => `!duffy ${line}`
    const said = outcomeSaid(outcome, { fleet: world.fleet, say, at: world.at, fingerprint: () => '' })
    expect(said.room).toEqual([
      `${nameOf(lease)} is given back and will be wiped. What is collected first: !duffy artifacts ${lease.id}. Lease ${lease.id} is over. Get another machine: !duffy get metal`,
    ])
  })

  test('is collected from one machine that is given back early, and the lease goes on', () => {
    const world = new World(site)
    const lease = leased(world, undefined, 2)
    give(world, nameOf(lease), ['/a'])
    expect(stateOf(world, nameOf(lease))).toBe('collecting')
    expect(world.fleet.leases.need(lease.id).machines).toHaveLength(1)
  })

  test('is refused beyond the limit, by name', () => {
    const world = new World(site)
    const lease = leased(world)
    const many = Array.from({ length: 21 }, (_, at) => `/${at}`)
    const no = { type: 'tooMany', limit: 'pathsPerRequest', most: 20 }
    expect(give(world, lease.id, many)).toEqual(no)
    expect(world.get(ALICE, { collect: many })).toEqual(no)
    expect(stateOf(world, nameOf(lease))).toBe('leased')
  })

  test('is refused where the driver cannot, by the name of the pool', () => {
    const world = new World()
    const lease = leased(world)
    expect(give(world, lease.id, ['/a'])).toEqual({ type: 'cannotCollect', pool: 'metal', instead: [] })
    expect(world.get(ALICE, { collect: ['/a'] })).toEqual({ type: 'cannotCollect', pool: 'metal', instead: [] })
  })

  test('is promised only if every machine that may come can keep it', () => {
    const world = new World(
      siteOf({
        pools: [poolOf('able', { steps: [...STEPS] }), poolOf('metal')],
        machines: [...machinesOf('able', 'intel', 2, ['ssd']), ...machinesOf('metal', 'amd', 2)],
      }),
    )
    expect(world.get(ALICE, { collect: ['/a'] })).toEqual({ type: 'cannotCollect', pool: 'metal', instead: ['able'] })
    expect(world.get(ALICE, { pool: 'metal', collect: ['/a'] })).toMatchObject({
      type: 'cannotCollect',
      instead: ['able'],
    })
    expect(world.get(ALICE, { pool: 'able', collect: ['/a'] })).toMatchObject({ type: 'granted' })
    // What no machine of the other pool has rules it out.
    expect(world.get(ALICE, { labels: ['ssd'], collect: ['/a'] })).toMatchObject({ type: 'granted' })
  })
})

describe('what was named when a machine was asked for', () => {
  test('is collected when the lease runs out', () => {
    const world = new World(site)
    const lease = leased(world, ['/a'])
    const orders = watched(world)
    world.pass(3 * HOUR)
    expect(orders.map(({ step }) => step).slice(0, 3)).toEqual(['collect', 'revoke', 'recycle'])
    expect(orders[0]!.collect).toMatchObject({ lease: lease.id, paths: ['/a'] })
  })

  test('is collected when the build ends', () => {
    const world = new World(site)
    const url = 'https://jenkins.example.org/job/ceph/41/' as never
    const { id } = world.lease(world.get(ALICE, { collect: ['/a'], build: { url, onFailure: 'done' } }))
    world.work()
    const lease = world.fleet.leases.need(id)
    world.ask('duffy', { do: 'endBuild', build: url, end: 'buildAborted' })
    expect(stateOf(world, nameOf(lease))).toBe('collecting')
  })

  test('is not looked for where nobody was let in', () => {
    const world = new World(site)
    const lease = world.lease(world.get(ALICE, { collect: ['/a'] }))
    expect(give(world, lease.id)).not.toHaveProperty('collecting')
    expect(stateOf(world, nameOf(lease))).toBe('revoking')
  })

  test('outlasts a restart, and the same follows from the record', () => {
    const world = new World(site)
    const lease = leased(world, ['/a'])
    world.restart()
    give(world, lease.id)
    world.restart()
    const [run] = pending(world.fleet, world.at)
    expect(orderOf(world.fleet, run!)).toMatchObject({ step: 'collect', collect: { paths: ['/a'], tenant: 'alice' } })
  })
})

describe('while it is collected', () => {
  test('the lease is over: its tenant may have another machine at once', () => {
    const world = new World({ ...site, tenants: [tenantOf('alice', { quota: 1 }), tenantOf('bob')] })
    const lease = leased(world)
    give(world, lease.id, ['/a'])
    expect(world.fleet.tenants.need('alice' as never).held).toBe(0)
    expect(world.get(ALICE)).toMatchObject({ type: 'granted' })
  })

  test('nobody gets the machine, not even as the only one', () => {
    const world = new World({ ...site, machines: machinesOf('metal', 'intel', 1) })
    const lease = leased(world)
    give(world, lease.id, ['/a'])
    expect(world.get(BOB)).toMatchObject({ type: 'waiting' })
    world.work(2)
    expect(stateOf(world, nameOf(lease))).toBe('recycling')
    expect(world.fleet.leasesOf.size('bob')).toBe(0)
    world.work()
    expect(stateOf(world, nameOf(lease))).toBe('leased')
  })

  test('it is told to whom the lease was, and to nobody else', () => {
    const world = new World(site)
    const lease = leased(world)
    give(world, lease.id, ['/a'])
    const asked = (by: string) =>
      answer(
        world.fleet,
        { by: by as never, at: world.at },
        { ask: 'artifacts', lease: lease.id },
        { leases: [{ ...lease, state: { status: 'ended', at: world.at, how: 'done' as const } }], requests: [] },
      )
    expect(asked(ALICE)).toMatchObject({ type: 'artifacts', collecting: [nameOf(lease)], lasts: false, artifacts: [] })
    expect(asked(BOB)).toEqual({ type: 'refused', refusal: { type: 'noSuchLease', asked: lease.id, held: [] } })
  })
})

describe('a collection that fails', () => {
  test.each(['failed', 'deadline', 'unreachable', 'broken'] as const)(
    '(%s) keeps the machine from nothing, and is not held against it',
    (outcome) => {
      const world = new World(site)
      const { perform } = world
      world.perform = (order, run) => (order.step === 'collect' ? { outcome, message: 'no' } : perform(order, run))
      for (let turn = 0; turn < 5; turn += 1) {
        const lease = leased(world, ['/a'])
        const before = world.fleet.machines.need(nameOf(lease) as never)
        const orders = watched(world)
        give(world, lease.id)
        world.work()
        expect(orders.map(({ step }) => step)).toEqual(['collect', 'revoke', 'recycle'])
        const after = world.fleet.machines.need(nameOf(lease) as never)
        expect([after.state.status, after.failures, after.health.work.failed]).toEqual(['ready', before.failures, 0])
        world.perform = (order, run) => (order.step === 'collect' ? { outcome, message: 'no' } : perform(order, run))
      }
    },
  )

  test('that never ends is given up, and the machine goes on at its deadline', () => {
    const world = new World(site)
    const lease = leased(world, ['/a'])
    give(world, lease.id)
    const [run] = pending(world.fleet, world.at)
    world.at = (world.at + MINUTE + 29_000) as Instant
    world.ask('duffy', { do: 'sweep' })
    expect(stateOf(world, nameOf(lease))).toBe('collecting')
    world.at = (world.at + 1000) as Instant
    world.ask('duffy', { do: 'sweep' })
    expect(stateOf(world, nameOf(lease))).toBe('revoking')
    const late = { outcome: 'ok', report: {} } as const
    expect(told(world.ask('duffy', { do: 'finishRun', run: run!.id, fence: run!.fence, result: late }))).toEqual({
      type: 'staleRun',
    })
    world.work()
    expect(stateOf(world, nameOf(lease))).toBe('ready')
  })

  test('begun late has only what is left of its time', () => {
    const world = new World(site)
    const lease = leased(world, ['/a'])
    give(world, lease.id)
    const [run] = pending(world.fleet, world.at)
    expect(orderOf(world.fleet, run!, world.at).deadlineMs).toBe(MINUTE)
    expect(orderOf(world.fleet, run!, (world.at + 45_000) as Instant).deadlineMs).toBe(15_000)
    expect(orderOf(world.fleet, run!, (world.at + 2 * MINUTE) as Instant).deadlineMs).toBe(1000)
  })
})

test('a pool that lost the step lends on, and its machines go back without it', () => {
  const world = new World(site)
  const lease = leased(world, ['/a'])
  world.ask('duffy', {
    do: 'configure',
    site: siteOf({ digest: 'two', tenants: [tenantOf('alice', { keys: [KEY] })] }),
  })
  expect(give(world, lease.id)).not.toHaveProperty('collecting')
  expect(stateOf(world, nameOf(lease))).toBe('revoking')
})

describe('what is kept, in words', () => {
  const world = new World(site)
  const lease = leased(world)
  const ended = { ...lease, state: { status: 'ended', at: world.at, how: 'done' } } as const
  const said = (collections: PastCollections | null, one: Lease = ended) => {
    const past = { leases: [one], requests: [], ...(collections !== null && { collections: [collections] }) }
    give(world, lease.id)
    world.work()
    const asker = { by: ALICE as Identity, at: world.at }
    const answered = answer(world.fleet, asker, { ask: 'artifacts', lease: lease.id }, past)
    return answerSaid(answered, { say: (line) => `!duffy ${line}`, at: world.at, fingerprint: () => '' })
  }
  const none = { lease: lease.id, artifacts: [], leftOut: [], leftOutMore: 0, failed: [] }
  const file = (number: number) => ({
    id: `N3T8-${number}`,
    machine: 'intel-1' as MachineName,
    path: `/var/log/${number}`,
    bytes: 1500,
    collectedAt: world.at,
    until: (world.at + 60_000) as Instant,
  })

  test('of nothing', () => {
    expect(said(null).room).toEqual([`Nothing is kept of ${lease.id}: nothing was collected, or its time is over.`])
  })

  test('of files, whose names are for who asked alone', () => {
    const artifacts = [1, 2, 3, 4, 5, 6].map(file)
    const { room, person } = said({ ...none, artifacts })
    expect(room[0]).toMatch(/^6 files of L\w+, 8\.8 KiB, are kept until .*UTC/)
    expect(room[1]).toBe(`Save them with the command line: duffy artifacts get ${lease.id}`)
    expect(room.join(' ')).not.toContain('/var/log')
    expect(person).toEqual([expect.stringMatching(/^N3T8-1 \/var\/log\/1 \(1\.5 KiB\), .* and 1 more$/)])
  })

  test('of what was left out, and of a collection that failed', () => {
    const machine = 'intel-1' as MachineName
    const leftOut = [1, 2].map((number) => ({ machine, path: `/dev/${number}`, because: 'no file' }))
    const { room, person } = said({
      ...none,
      leftOut,
      leftOutMore: 3,
      failed: [{ machine, run: 'N3T8' as never, because: 'no' }],
    })
    expect(room).toEqual([
      `Collecting from intel-1 did not end well, and duffy log N3T8 says why. Nothing of what was asked for came of ${lease.id}.`,
    ])
    expect(person).toEqual(['Left out: /dev/1 (no file) and 4 more.'])
  })
})
