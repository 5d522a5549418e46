import { describe, expect, test } from 'vitest'
import {
  leaseView,
  readBuildUrl,
  requestView,
  type BuildEnd,
  type BuildUrl,
  type GetCommand,
  type Lease,
  type RunOrder,
  HOUR,
} from '#core'
import { KEY, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const URL = readBuildUrl('https://jenkins.example.org/job/ceph/41/')!
const OTHER = readBuildUrl('https://jenkins.example.org/job/ceph/42/')!

const bound = (url: BuildUrl = URL, onFailure: 'done' | 'hold' = 'done'): Partial<GetCommand> => ({
  build: { url, onFailure },
})
const leased = (world: World, over: Partial<GetCommand> = bound(), by = ALICE): Lease => {
  const { id } = world.lease(world.get(by, over))
  world.work()
  return world.fleet.leases.need(id)
}
const ended = (world: World, end: BuildEnd = 'buildOver', url = URL, by = 'duffy') =>
  told(world.ask(by, { do: 'endBuild', build: url, end }))

describe("a build's address", () => {
  test.each([
    ['https://jenkins.example.org/job/ceph/41/', 'https://jenkins.example.org/job/ceph/41/'],
    ['HTTPS://Jenkins.Example.org:443/job/Ceph/41', 'https://jenkins.example.org/job/Ceph/41/'],
    ['http://ci:8080/jenkins/job/a/job/b%2Fc/7/', 'http://ci:8080/jenkins/job/a/job/b%2Fc/7/'],
    ['http://[::1]:8080/job/a/1/', 'http://[::1]:8080/job/a/1/'],
  ])('%s is read as %s', (written, read) => {
    expect(readBuildUrl(written)).toBe(read)
  })

  test.each([
    '',
    'ftp://jenkins.example.org/job/ceph/41/',
    'https://jenkins.example.org/job/ceph/',
    'https://jenkins.example.org/job/ceph/lastBuild/',
    'https://user:secret@jenkins.example.org/job/ceph/41/',
    'https://jenkins.example.org/job/ceph/41/?a=b',
    'https://jenkins.example.org/job/ceph/41/#a',
    'https://jenkins.example.org/job/../41/',
    'https://jenkins.example.org/job/%2e%2E/41/',
    'https://jenkins.example.org/job/ceph/41/\n',
    'https://jenkins.example.org:99999/job/ceph/41/',
    `https://jenkins.example.org/job/${'a'.repeat(500)}/41/`,
    '//jenkins.example.org/job/ceph/41/',
  ])('%j is none', (written) => {
    expect(readBuildUrl(written)).toBeNull()
  })
})

describe('the end of a build', () => {
  test.each(['buildOver', 'buildFailed', 'buildAborted', 'buildLost'] as const)('%s ends its leases', (end) => {
    const world = new World()
    const { id } = leased(world)
    expect(ended(world, end)).toMatchObject({ type: 'buildEnded', leases: [id], held: [], requests: [] })
    expect(world.fleet.leases.get(id)).toBeUndefined()
    expect(world.log.at(-1)!.events[0]).toEqual({ type: 'leaseEnded', lease: id, how: end })
  })

  test('brings back the metal and the virtual machine of one build, and nothing of another', () => {
    const world = new World()
    const [first, second] = [leased(world), leased(world)]
    const other = leased(world, bound(OTHER))
    ended(world)
    world.work()
    expect([...world.fleet.leases.values()].map(({ id }) => id)).toEqual([other.id])
    for (const { machine } of [...first.machines, ...second.machines])
      expect(world.fleet.machines.need(machine).state.status).toBe('ready')
  })

  test('ends a lease that nobody can log in to yet', () => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE, bound()))
    ended(world)
    expect(world.fleet.leases.get(id)).toBeUndefined()
  })

  test('takes its requests out of the line, and says why', () => {
    const world = new World()
    leased(world, { count: 4 })
    const waiting = world.get(ALICE, { ...bound(), count: 4, platform: 'same' })
    if (waiting.type !== 'waiting') throw new Error(waiting.type)
    const request = world.fleet.requests.need(waiting.request)
    expect(ended(world, 'buildAborted')).toMatchObject({ requests: [waiting.request], leases: [] })
    expect(world.fleet.requests.size).toBe(0)
    const over = {
      ...request,
      state: { status: 'cancelled', at: world.at, by: 'gone', how: { type: 'buildAborted' } } as const,
    }
    expect(requestView(world.fleet, over).ending).toBe('the build that it was for was aborted')
  })

  test('serves whoever waits for its machines in the same decision', () => {
    const world = new World(siteOf({ tenants: [tenantOf('alice'), tenantOf('bob')] }))
    leased(world, { ...bound(), count: 4 })
    world.get(ALICE, { count: 4 })
    ended(world)
    world.work()
    expect([...world.fleet.leases.values()]).toHaveLength(1)
    expect(world.fleet.requests.size).toBe(0)
  })

  test('said twice changes nothing the second time', () => {
    const world = new World()
    leased(world)
    ended(world)
    expect(ended(world)).toEqual({
      type: 'buildEnded',
      build: URL,
      end: 'buildOver',
      leases: [],
      held: [],
      requests: [],
    })
  })

  test('said by a member ends what is their tenant’s alone', () => {
    const world = new World()
    const own = leased(world)
    const others = leased(world, bound(), BOB)
    expect(ended(world, 'buildOver', URL, ALICE)).toMatchObject({ leases: [own.id] })
    expect(world.fleet.leases.get(others.id)).toBeDefined()
  })

  test('leaves a lease be that was held meanwhile', () => {
    const world = new World()
    const { id } = leased(world)
    world.ask(ALICE, { do: 'hold', what: id, forMs: HOUR, reason: '' })
    expect(ended(world)).toMatchObject({ leases: [], held: [] })
    expect(world.fleet.leases.get(id)).toBeDefined()
  })
})

describe('a build that asked to hold on failure', () => {
  test('has its machines kept for debugging once it failed', () => {
    const world = new World()
    const { id } = leased(world, bound(URL, 'hold'))
    expect(ended(world, 'buildFailed')).toMatchObject({ held: [id], leases: [] })
    expect(world.fleet.leases.need(id).hold).toMatchObject({ reason: 'its build failed' })
    expect(leaseView(world.fleet, world.fleet.leases.need(id)).until).not.toBeNull()
  })

  test.each(['buildOver', 'buildAborted', 'buildLost'] as const)('gives them back if it was %s', (end) => {
    const world = new World()
    const { id } = leased(world, bound(URL, 'hold'))
    expect(ended(world, end)).toMatchObject({ held: [], leases: [id] })
  })

  test('gives them back where its tenant may hold no more', () => {
    const world = new World(siteOf({ tenants: [tenantOf('alice', { holds: 0 })] }))
    const { id } = leased(world, bound(URL, 'hold'))
    expect(ended(world, 'buildFailed')).toMatchObject({ held: [], leases: [id] })
  })

  test('gives back a lease that is not ready yet', () => {
    const world = new World()
    const { id } = world.lease(world.get(ALICE, bound(URL, 'hold')))
    expect(ended(world, 'buildFailed')).toMatchObject({ held: [], leases: [id] })
  })
})

describe('that a build runs', () => {
  test('is put on record once for all that is bound to it', () => {
    const world = new World()
    const { id } = leased(world)
    world.ask('duffy', { do: 'noteBuilds', builds: [URL, URL, OTHER] })
    expect(world.log.at(-1)!.events).toEqual([{ type: 'buildsSeen', builds: [URL] }])
    expect(world.fleet.leases.need(id).build).toEqual({ url: URL, onFailure: 'done', seen: true })
    world.ask('duffy', { do: 'noteBuilds', builds: [URL] })
    expect(world.log.at(-1)!.events).toEqual([])
  })

  test('is known of a request, and of the lease that it becomes', () => {
    const world = new World()
    const first = leased(world, { count: 4 })
    world.get(ALICE, { ...bound(), count: 4 })
    world.ask('duffy', { do: 'noteBuilds', builds: [URL] })
    world.done(ALICE, first.id)
    world.work()
    expect([...world.fleet.leases.values()].map(({ build }) => build?.seen)).toEqual([true])
  })

  test('is for Duffy to say', () => {
    const world = new World()
    expect(told(world.ask(ALICE, { do: 'noteBuilds', builds: [URL] }))).toEqual({ type: 'operatorsOnly' })
  })

  test('and what it holds survive a restart from the log', () => {
    const world = new World(siteOf({ tenants: [tenantOf('alice', { keys: [KEY] })] }))
    const { id } = leased(world)
    world.ask('duffy', { do: 'noteBuilds', builds: [URL] })
    world.restart()
    expect(ended(world, 'buildLost')).toMatchObject({ leases: [id] })
  })
})

describe('an agent of a Jenkins', () => {
  const AGENT = { launch: 'inbound', jenkins: 'main' } as const

  test('is told to the grant of each machine, and to whoever reads the lease', () => {
    const world = new World()
    const orders: RunOrder[] = []
    world.perform = (order) => {
      orders.push(order)
      return { outcome: 'ok', report: {} }
    }
    const lease = leased(world, { count: 2, agent: AGENT })
    const grants = orders.filter(({ step }) => step === 'grant')
    expect(grants.map((order) => order.lease?.agent)).toEqual([AGENT, AGENT])
    expect(leaseView(world.fleet, lease).agent).toEqual(AGENT)
    expect(leaseView(world.fleet, lease).machines.map(({ name, agent }) => [name, agent])).toEqual(
      lease.machines.map(({ machine }) => [
        machine,
        { node: `duffy-${lease.id}-${machine}`, problem: 'its driver starts no agents' },
      ]),
    )
  })

  test('of an earlier lease says nothing of a later one', () => {
    const world = new World()
    world.perform = (order) => ({
      outcome: 'ok',
      report: { facts: { agent: { lease: order.lease?.id ?? 'L0', problem: order.attempt === 1 ? 'no java' : null } } },
    })
    const first = leased(world, { agent: AGENT })
    expect(leaseView(world.fleet, first).machines[0]!.agent?.problem).toBe('no java')
    world.perform = () => ({ outcome: 'ok', report: {} })
    world.done(ALICE, first.id)
    world.work()
    const second = leased(world, { count: 4, agent: { ...AGENT, launch: 'ssh' } })
    for (const { agent } of leaseView(world.fleet, second).machines)
      expect(agent).toEqual({ node: null, problem: 'its driver starts no agents' })
  })

  test('is none where no Jenkins was named for it', () => {
    const world = new World()
    expect(leased(world, { agent: { launch: 'ssh', jenkins: null } }).agent).toBeNull()
  })
})
