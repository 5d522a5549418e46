import {
  answer,
  answerSaid,
  estimatesAt,
  messageSaid,
  outcomeSaid,
  readLine,
  VERBS,
  type Decision,
  type Outcome,
  type Said,
} from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, siteOf, tenantOf } from '../../kit/site.ts'
import { World } from '../../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const MALLORY = 'irc:net:mallory'
const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH'
const FINGERPRINT = 'p'.repeat(43)
const ports = { fingerprint: () => FINGERPRINT, address: null }

const telling = (world: World) => ({
  fleet: world.fleet,
  at: world.at,
  say: (line: string) => `!duffy ${line}`,
  fingerprint: ports.fingerprint,
  estimates: estimatesAt(world.fleet, world.at),
})

/** A line as typed, all the way to its words. */
const type = (world: World, by: string, line: string): Said => {
  const read = readLine(line, { ...ports, at: world.at })
  if (read.type === 'misread') throw new Error(`misread ${line}`)
  if (read.ask.type === 'question') {
    return answerSaid(answer(world.fleet, { by: by as never, at: world.at }, read.ask.question), telling(world))
  }
  return outcomeSaid(accepted(world.ask(by, read.ask.command)), telling(world))
}
const accepted = (decision: Decision): Outcome => {
  if (decision.type === 'refused') throw new Error(`refused: ${JSON.stringify(decision.refusal)}`)
  return decision.outcome
}

const worldOf = (): World => {
  const world = new World()
  world.perform = () => ({
    outcome: 'ok',
    report: { address: '127.0.0.1', port: 40_011, user: 'ci', hostKeys: [HOST_KEY] },
  })
  return world
}

describe('a lease', () => {
  test('is told of when it is granted, when it is ready, and how to log in, in private', () => {
    const world = worldOf()
    const granted = type(world, ALICE, 'get metal for 4h')
    const [lease] = [...world.fleet.leases.values()]
    const machine = lease!.machines[0]!.machine
    expect(granted.room[0]).toBe(
      `${machine} is being made ready for you (4h from then), lease ${lease!.id}. I'll tell you when you can log in. Changed your mind: !duffy done ${lease!.id}`,
    )
    world.work()
    const ready = messageSaid({ type: 'leaseReady', lease: lease!.id }, telling(world))
    expect(ready).toEqual({
      room: [`${machine} is yours until 04:16 UTC (4h), lease ${lease!.id}.`],
      person: [
        `${machine}: ssh -p 40011 ci@127.0.0.1, host key SHA256:${FINGERPRINT}.`,
        `Return it: !duffy done ${lease!.id}. More time: !duffy extend ${lease!.id} 2h`,
      ],
    })
    expect(type(world, ALICE, `extend ${lease!.id} 2h`).room[0]).toBe(
      `Lease ${lease!.id} is yours until 06:16 UTC. Return it: !duffy done ${lease!.id}`,
    )
    expect(type(world, ALICE, 'done').room[0]).toContain(
      `${machine} is given back and will be wiped. Lease ${lease!.id} is over.`,
    )
  })

  test('that cannot be had at once says its place, and how to take what is free elsewhere', () => {
    const world = worldOf()
    type(world, ALICE, 'get metal 4')
    const { room } = type(world, ALICE, 'get metal')
    const [request] = Array.from(world.fleet.requests.values(), ({ id }) => id)
    expect(room[0]).toContain(`You are 1st in line, request ${request}`)
    expect(room[1]).toBe(
      `On other platforms 4 machines are free now. Take what is free instead: !duffy get metal any and then !duffy cancel ${request}`,
    )
    expect(type(world, ALICE, `why ${request}`).room.join('\n')).toContain(
      '0 of 4 machines that would do on your platform',
    )
    expect(type(world, ALICE, `cancel ${request}`).room[0]).toContain('is cancelled')
  })

  test.each(['done', 'expired', 'unprepared', 'buildAborted', 'buildLost'] as const)(
    'that ended (%s) says so, and how to get another',
    (how) => {
      const { room } = messageSaid(
        { type: 'leaseEnded', lease: 'L7Q2' as never, how, machines: [] },
        telling(worldOf()),
      )
      expect(room[0]).toContain('!duffy get metal')
    },
  )

  test('that is about to end is told to its holder alone', () => {
    const world = worldOf()
    const said = messageSaid(
      { type: 'leaseEnding', lease: 'L7Q2' as never, until: world.at, minutes: 5 },
      telling(world),
    )
    expect(said.room).toEqual([])
    expect(said.person[0]).toContain('!duffy extend L7Q2 2h')
    expect(said.person[0]).toContain('in less than a minute. More time')
  })
})

describe('answers', () => {
  test.each(['list', 'list all', 'status', 'pools', 'keys', 'whoami', 'help', 'help get', 'help keys'])(
    '%s: at most three lines, all of them words',
    (line) => {
      const world = worldOf()
      type(world, ALICE, 'get metal 2')
      type(world, BOB, 'get metal')
      world.work()
      const { room, person } = type(world, ALICE, line)
      expect(room.length + person.length).toBeGreaterThan(0)
      expect(room.length).toBeLessThanOrEqual(3)
      expect(person.length).toBeLessThanOrEqual(3)
      expect([...room, ...person].join('\n')).not.toMatch(/undefined|null|\[object|NaN/)
      expect([...room, ...person].join('\n')).toContain('!duffy')
    },
  )

  test('addresses, keys and figures of quota are never said in a room', () => {
    const world = new World(siteOf({ tenants: [tenantOf('alice', { quota: 77 }), tenantOf('bob')] }))
    type(world, ALICE, 'get metal 2')
    world.work()
    for (const line of ['list', 'list all', 'keys', 'whoami', 'status']) {
      expect(type(world, ALICE, line).room.join('\n')).not.toMatch(/127\.0\.0\.1|SHA256|77/)
    }
  })

  test('another tenant’s lease is in the same words as one that never was', () => {
    const world = worldOf()
    type(world, BOB, 'get metal')
    const [lease] = Array.from(world.fleet.leases.values(), ({ id }) => id)
    const words = (id: string) => type(world, ALICE, `why ${id}`).room.join('\n').replaceAll(id, 'X')
    expect(words(lease!)).toBe(words('L999'))
  })

  test('what is kept for debugging is called so, everywhere that it is named', () => {
    const world = worldOf()
    type(world, ALICE, 'get metal')
    world.work()
    const [lease] = [...world.fleet.leases.values()]
    const { id, machines } = lease!
    expect(type(world, ALICE, `hold ${id} for 8h because panic in ext4`).room[0]).toContain('is kept for debugging')
    for (const line of ['list', 'list all', `who ${machines[0]!.machine}`, `why ${machines[0]!.machine}`])
      expect(type(world, ALICE, line).room.join('\n')).toContain('kept for debugging')
    expect(type(world, ALICE, `why ${id}`).room.join('\n')).toContain('(panic in ext4)')
  })

  test('who holds a machine is public; by which lease is not', () => {
    const world = worldOf()
    type(world, BOB, 'get metal')
    world.work()
    const [lease] = [...world.fleet.leases.values()]
    const { room } = type(world, ALICE, `who ${lease!.machines[0]!.machine.toUpperCase()}`)
    expect(room[0]).toContain('is held by bob until')
    expect(room[0]).not.toContain(lease!.id)
    expect(JSON.stringify(type(world, ALICE, 'list all'))).not.toContain(lease!.id)
  })

  test('a lease’s machines are explained by wear and platform', () => {
    const world = worldOf()
    type(world, ALICE, 'get metal')
    const [lease] = [...world.fleet.leases.values()]
    const { room } = type(world, ALICE, `why ${lease!.id.toLowerCase()}`)
    expect(room[0]).toContain('got the least worn that were free')
    expect(room[1]).toContain('the least used when you first asked')
  })

  test('only machines that would have done are said not to have been free', () => {
    const world = new World(
      siteOf({ machines: [...machinesOf('metal', 'intel', 1), ...machinesOf('metal', 'amd', 1)] }),
    )
    const whyNoOther = (line: string): string | undefined => {
      type(world, ALICE, line)
      const lease = [...world.fleet.leases.values()].at(-1)!
      return type(world, ALICE, `why ${lease.id}`).room[1]
    }
    expect(whyNoOther('get metal')).toContain('No other of amd that would do was free.')
    expect(whyNoOther('get metal any')).toContain('No other that would do was free.')
  })

  test('a machine is explained by its state', () => {
    expect(type(worldOf(), ALICE, 'why intel-1').room[0]).toContain('intel-1 is free, since')
  })

  test('the help of a verb names what each place takes', () => {
    const world = worldOf()
    for (const { name } of VERBS) {
      const [usage] = type(world, ALICE, `help ${name}`).room
      expect(usage, name).not.toContain('<>')
    }
    expect(type(world, ALICE, 'help done').room[0]).toContain('[bad <disk errors…>]')
    expect(type(world, ALICE, 'help webhooks remove').room[0]).toContain('webhooks remove <webhook>')
  })

  test('a stranger may ask for help and what there is, and no more', () => {
    const world = worldOf()
    expect(type(world, MALLORY, 'pools').room[0]).toContain('metal')
    expect(type(world, MALLORY, 'whoami').room[0]).toContain('speak for no tenant')
    expect(type(world, MALLORY, 'list').room[0]).toContain('belongs to no tenant')
    expect(type(world, MALLORY, 'why intel-1').room[0]).toContain('belongs to no tenant')
  })
})

describe('what commands come to', () => {
  const fingerprint = 'SHA256:x' as never
  /** One of every type that a fleet need not back: a new outcome does not compile until it is here. */
  const EVERY: { readonly [T in Outcome['type']]: Outcome & { readonly type: T } } = {
    granted: { type: 'granted', request: 'R9K2' as never, lease: 'L7Q2' as never },
    waiting: { type: 'waiting', request: 'R9K2' as never },
    done: { type: 'done', leases: ['L7Q2' as never], machines: ['n33' as never] },
    readmitted: { type: 'readmitted', machine: 'n33' as never },
    extended: { type: 'extended', lease: 'L7Q2' as never, until: 5 as never, cutTo: 5 as never, awaited: null },
    extendedAll: {
      type: 'extendedAll',
      leases: [{ lease: 'L7Q2' as never, until: 5 as never, cutTo: null, awaited: null }],
      kept: ['L7Q9' as never],
    },
    held: { type: 'held', lease: 'L7Q2' as never, until: 5 as never, awaited: null },
    reserved: { type: 'reserved', request: 'R9K2' as never, from: 5 as never },
    cancelled: { type: 'cancelled', request: 'R9K2' as never },
    homeMoved: { type: 'homeMoved', tenant: 'qa' as never, machineType: 'metal', from: null, platform: 'amd' as never },
    keyAdded: { type: 'keyAdded', fingerprint },
    keyRemoved: { type: 'keyRemoved', fingerprint },
    keyKnown: { type: 'keyKnown', fingerprint },
    snoozed: { type: 'snoozed', lease: 'L7Q2' as never, at: 5 as never, until: 5 as never },
    muted: { type: 'muted', until: 5 as never },
    linkOffered: { type: 'linkOffered', identity: ALICE as never, until: 5 as never },
    linkFound: { type: 'linkFound', identity: ALICE as never, tenant: 'infra' as never },
    linkClaimed: { type: 'linkClaimed', identity: ALICE as never, tenant: 'infra' as never },
    linked: { type: 'linked', identity: ALICE as never, others: ['key:x' as never] },
    unlinked: { type: 'unlinked', identity: ALICE as never, others: ['key:x' as never] },
    counted: { type: 'counted', refusal: { type: 'noSuchCode', left: 4 } },
    tenantAdded: { type: 'tenantAdded', tenant: 'infra' as never, taken: false },
    tenantSet: { type: 'tenantSet', tenant: 'infra' as never, taken: true },
    tenantRetired: { type: 'tenantRetired', tenant: 'infra' as never, taken: true },
    tenantRevived: { type: 'tenantRevived', tenant: 'infra' as never, taken: false },
    memberAdded: { type: 'memberAdded', tenant: 'infra' as never, member: 'irc:net:bob' },
    memberRemoved: { type: 'memberRemoved', tenant: 'infra' as never, member: 'irc:net:bob' },
    apiKeyAdded: { type: 'apiKeyAdded', apiKey: 'k' as never, tenant: 'infra' as never },
    webhookAdded: { type: 'webhookAdded', webhook: 'hk1' as never },
    webhookRemoved: { type: 'webhookRemoved', webhook: 'hk1' as never },
    apiKeyRevoked: { type: 'apiKeyRevoked', apiKey: 'k' as never, tenant: 'infra' as never },
    maintenanceSet: {
      type: 'maintenanceSet',
      what: { kind: 'pool', name: 'metal' },
      machines: ['intel-1' as never, 'intel-2' as never],
      from: 5 as never,
      until: null,
      reservations: [
        { request: 'R9J8' as never, tenant: 'infra' as never, count: 2, from: 3_600_000 as never, lacking: 1 },
      ],
      everyMs: 86_400_000,
    },
    maintenanceLifted: {
      type: 'maintenanceLifted',
      what: { kind: 'machine', name: 'intel-1' },
      machines: ['intel-1' as never],
      again: 3_600_000 as never,
      every: false,
    },
    buildEnded: {
      type: 'buildEnded',
      build: 'https://jenkins.example.org/job/ceph/41/' as never,
      end: 'buildFailed',
      leases: ['L7Q2' as never],
      held: [],
      requests: [],
    },
    configured: { type: 'configured', changes: ['pool metal added'] },
    nothing: { type: 'nothing' },
    accepted: { type: 'accepted' },
  }

  test.each(Object.values(EVERY))('$type has words', (outcome) => {
    const { room, person } = outcomeSaid(outcome, telling(worldOf()))
    expect([...room, ...person][0]).toMatch(/\.|!duffy/)
    expect(person.length).toBeLessThanOrEqual(3)
    expect(room.join('\n')).not.toMatch(/SHA256|undefined/)
  })
})
