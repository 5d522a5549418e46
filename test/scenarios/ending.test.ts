import { describe, expect, onTestFinished, test } from 'vitest'
import { type ApiKey, type Event, type Instant, HOUR } from '#core'
import { machinesOf, poolOf, siteOf } from '../kit/site.ts'
import { disagreements, get, openLane, person, setUp, siteWith, temporaryStore } from '../kit/store.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const GRACE = 300_000

const one = (): World => new World(siteOf({ machines: machinesOf('metal', 'intel', 1) }))
const types = (events: readonly Event[]): string[] => events.map(({ type }) => type)
const ended = (world: World): number => world.log.filter(({ events }) => types(events).includes('leaseEnded')).length

describe('a holder whose time was over while the next one had the machine already', () => {
  const relet = (): { world: World; old: string; run: { id: string; fence: number } } => {
    const world = one()
    const old = world.lease(world.get(ALICE)).id
    const [grant] = world.fleet.runs.values()
    world.work()
    // Warned in time, then over.
    for (const ms of [2 * HOUR - GRACE, 2 * GRACE]) {
      world.at = (world.at + ms) as Instant
      world.ask('duffy', { do: 'sweep' })
    }
    world.ask('duffy', { do: 'sweep' })
    world.work()
    world.lease(world.get(BOB))
    world.work()
    return { world, old, run: grant! }
  }

  test.each(['done', 'extend'] as const)('says %s to nobody', (verb) => {
    const { world, old } = relet()
    for (const what of [old, 'intel-1']) {
      const command = verb === 'done' ? { do: verb, what } : { do: verb, what, byMs: HOUR }
      expect(world.ask(ALICE, command as never)).toMatchObject({ type: 'refused', refusal: { type: 'noSuchLease' } })
    }
    expect(world.fleet.machines.get('intel-1' as never)!.state).toMatchObject({ status: 'leased' })
  })

  test('has no run left that could touch it', () => {
    const { world, run } = relet()
    const result = { outcome: 'failed', message: 'late' } as const
    const late = world.ask('duffy', { do: 'finishRun', run: run.id as never, fence: run.fence, result })
    expect(late).toMatchObject({ type: 'refused', refusal: { type: 'staleRun' } })
  })
})

describe('the moment at which a lease ends', () => {
  const atEnd = (): World => {
    const world = one()
    world.lease(world.get(ALICE))
    world.work()
    // Warned already, so that nothing but the end is due.
    world.at = (world.at + 2 * HOUR - GRACE) as Instant
    world.ask('duffy', { do: 'sweep' })
    world.at = (world.at + 2 * GRACE) as Instant
    return world
  }

  test('an extension that comes first keeps it', () => {
    const world = atEnd()
    expect(told(world.ask(ALICE, { do: 'extend', what: null, byMs: HOUR })).type).toBe('extended')
    world.ask('duffy', { do: 'sweep' })
    expect(ended(world)).toBe(0)
  })

  test('an extension that comes second finds it over', () => {
    const world = atEnd()
    world.ask('duffy', { do: 'sweep' })
    expect(told(world.ask(ALICE, { do: 'extend', what: null, byMs: HOUR })).type).toBe('holdsNothing')
    expect(ended(world)).toBe(1)
  })

  test('two ticks and a done end it once, in whatever order', () => {
    for (const order of ['sweep sweep done', 'sweep done sweep', 'done sweep sweep']) {
      const world = atEnd()
      for (const what of order.split(' ')) {
        if (what === 'sweep') world.ask('duffy', { do: 'sweep' })
        else world.done(ALICE, null)
      }
      expect([order, ended(world)]).toEqual([order, 1])
    }
  })

  test('the lease that ends goes before whoever waits for its machine', () => {
    const world = atEnd()
    expect(world.get(BOB).type).toBe('waiting')
    world.ask('duffy', { do: 'sweep' })
    world.work()
    const { events } = world.log.findLast((record) => types(record.events).includes('leaseGranted'))!
    expect(events.find((event) => event.type === 'leaseGranted')).toMatchObject({ machines: ['intel-1'] })
    expect(ended(world)).toBe(1)
  })
})

describe('giving back', () => {
  test('twice, by another, or by a client that forgot everything, ends what is one’s own and once', () => {
    const world = one()
    const { id } = world.lease(world.get(ALICE))
    world.work()
    expect(world.done(BOB, id).type).toBe('noSuchLease')
    expect(world.done(ALICE, null).type).toBe('done')
    expect(world.done(ALICE, id).type).toBe('noSuchLease')
    world.work()
    expect(world.fleet.statuses.of('metal/ready')).toBe(1)
  })

  test('by an operator’s force leaves nothing that counts against the quota or blocks the machine', () => {
    const world = one()
    const apiKey = { id: 'op', tenant: 'bob', role: 'operator', digest: '00', note: '' } as unknown as ApiKey
    world.ask('duffy', { do: 'addApiKey', apiKey })
    const { id } = world.lease(world.get(ALICE))
    expect(world.done('key:op', id).type).toBe('done')
    world.work()
    expect(world.fleet.tenants.get('alice' as never)!.held).toBe(0)
    expect(world.get(ALICE).type).toBe('granted')
  })

  test('in the same batch as a cancellation gives the machine to the next who waits, not to who has just gone', async () => {
    const { store, ...temporary } = await temporaryStore()
    onTestFinished(() => temporary[Symbol.asyncDispose]())
    const lane = await openLane(store)
    await setUp(lane, siteWith(1, { quota: 3 }))
    const id = async (name: string) => ((await lane.ask(person(name, get({ address: null })))) as Told).outcome
    const [lease, gone, next] = [(await id('ann')).lease, (await id('ben')).request, (await id('cid')).request]
    await Promise.all([
      lane.ask(person('ben', { do: 'cancel', what: gone })),
      lane.ask(person('ann', { do: 'done', what: lease! })),
    ])
    for (let round = 0; round < 5; round += 1)
      await lane.ask({ ...person('ann', { do: 'sweep' }), by: 'duffy' as never })
    expect([...lane.fleet.leases.values()].map(({ request }) => request)).toEqual([next])
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })
})
interface Told {
  readonly outcome: { readonly lease?: string; readonly request: string }
}

describe('a pool of machines made on demand', () => {
  const pools = [poolOf('vm', { type: 'vm', kind: 'elastic', ready: 0, afterLease: 'shutdown' })]
  const elastic = (): World => new World(siteOf({ pools, machines: machinesOf('vm', 'intel', 1) }))

  test('does not turn a machine off that was lent while there seemed to be one too many', () => {
    const world = elastic()
    world.get(ALICE, { type: 'vm' })
    world.work()
    for (let tick = 0; tick < 5; tick += 1) world.pass(1_000)
    expect(world.fleet.machines.get('intel-1' as never)!.state).toMatchObject({ status: 'leased' })
  })

  test('does not lend a machine that is being turned off until it was made anew', () => {
    const world = elastic()
    world.get(ALICE, { type: 'vm' })
    world.work()
    world.done(ALICE, null)
    world.work(1)
    expect(world.fleet.machines.get('intel-1' as never)!.state.status).toBe('stopping')
    expect(world.get(BOB, { type: 'vm' }).type).toBe('waiting')
    expect(world.fleet.leases.size).toBe(0)
    world.work()
    expect(world.fleet.leases.size).toBe(1)
  })
})

test('a pool that is added later has its leases ended like any other', () => {
  const site = siteOf()
  const world = new World(site)
  const pools = [...site.pools, poolOf('arm')]
  const machines = [...site.machines, ...machinesOf('arm', 'amd', 1).map((it) => ({ ...it, name: 'arm-1' as never }))]
  world.ask('duffy', { do: 'configure', site: { ...site, digest: 'two', pools, machines } })
  world.work()
  world.lease(world.get(ALICE, { pool: 'arm', type: 'arm' }))
  world.work()
  for (let quarter = 0; quarter < 12; quarter += 1) world.pass(900_000)
  expect(world.fleet.leases.size).toBe(0)
  expect(world.fleet.machines.get('arm-1' as never)!.state.status).toBe('ready')
})
