import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { httpDoor } from '../../../adapters/http/server.ts'
import { TIDINGS } from '../../../adapters/http/shapes.ts'
import { listen, type Listener } from '../../kit/event-stream.ts'
import { FakeDuffy, serve, until, type Served } from './fake.ts'

type Who = 'alice' | 'bob' | 'operator'
const hear = (served: Served, as: Who, lastEventId?: string): Promise<Listener> =>
  listen(`${served.url}/api/v2/events`, {
    key: served.duffy.keys[as],
    ...(lastEventId !== undefined && { lastEventId }),
  })
const get = async (served: Served, as: Who = 'alice', type = 'vm') => {
  const { body } = await served.call('POST', '/api/v2/requests', { as, body: { type, keepPlace: true } })
  served.duffy.work()
  return body as { lease?: { id: string }; request: { id: string } }
}
const done = async (served: Served, as: Who, lease: string) => {
  await served.call('POST', `/api/v2/leases/${lease}/done`, { as })
  served.duffy.work()
}
const types = ({ heard }: Pick<Listener, 'heard'>) => heard.map(({ event }) => event)

describe('a stream of events', () => {
  test('begins with where the log stands, and tells what happens from then on', async () => {
    await using served = await serve()
    await get(served, 'alice', 'metal')
    await using own = await hear(served, 'alice')
    const [start] = await own.until(1)
    expect(start).toMatchObject({ event: 'start', id: String(served.duffy.records.length) })
    const { lease } = await get(served)
    await done(served, 'alice', lease!.id)
    const heard = await own.until(7)
    expect(types(own)).toEqual([
      'start',
      'requestMade',
      'homeChosen',
      'leaseGranted',
      'machineOpened',
      'leaseActivated',
      'leaseEnded',
    ])
    for (const { id, event, data } of heard.slice(1)) {
      TIDINGS.parse(data)
      expect([data.id, data.type, data.tenant]).toEqual([id, event, 'alice'])
    }
    expect(heard[5]!.data).toMatchObject({
      lease: lease!.id,
      request: heard[1]!.data.request,
      data: { until: expect.any(String) },
    })
  })

  test('goes on where it broke, with nothing lost and nothing told twice, at every single event', async () => {
    await using served = await serve()
    await using whole = await hear(served, 'alice')
    await whole.until(1)
    for (const _ of [1, 2]) {
      const { lease } = await get(served)
      await done(served, 'alice', lease!.id)
    }
    const all = await whole.until(12)
    for (const [at, { id }] of all.entries()) {
      await using rest = await hear(served, 'alice', id)
      expect(await rest.until(all.length - 1 - at)).toEqual(all.slice(at + 1))
    }
  })

  test('tells a tenant nothing of others, and operators of all and of machines', async () => {
    await using served = await serve()
    await using alice = await hear(served, 'alice')
    await using bob = await hear(served, 'bob')
    await using operator = await hear(served, 'operator')
    await Promise.all([alice, bob, operator].map((one) => one.until(1)))
    const { lease } = await get(served, 'alice', 'metal')
    await get(served, 'bob', 'metal')
    await done(served, 'alice', lease!.id)
    await alice.until(7)
    await bob.until(5)
    const tenantsOf = ({ heard }: Listener) => [...new Set(heard.slice(1).map(({ data }) => data.tenant))]
    expect([tenantsOf(alice), tenantsOf(bob)]).toEqual([['alice'], ['bob']])
    const own = [...alice.heard.slice(1), ...bob.heard.slice(1)].map(({ id }) => id)
    await operator.until(own.length + 1)
    expect(operator.heard.map(({ id }) => id)).toEqual(expect.arrayContaining(own))
    expect(types(operator)).toContain('machineReadied')
    expect([...types(alice), ...types(bob)]).not.toContain('machineReadied')
  })

  test('shows that it is alive, and how far it has looked, where nothing happens', async () => {
    await using served = await serve({ bounds: { eventBeatMs: 20 } })
    await using bob = await hear(served, 'bob')
    await bob.until(1)
    await get(served, 'alice')
    await until(() => bob.lastId === String(served.duffy.records.length))
    expect(types(bob)).toEqual(['start'])
  })

  test('ends when its key is revoked, and with the door', async () => {
    await using served = await serve({ bounds: { eventBeatMs: 20 } })
    await using alice = await hear(served, 'alice')
    await alice.until(1)
    const [id] = [...served.duffy.fleet.apiKeys.values()]
      .filter(({ tenant }) => tenant === 'alice')
      .map((key) => key.id)
    served.duffy.does({ do: 'revokeApiKey', apiKey: id! })
    await until(() => alice.over)
    await using bob = await hear(served, 'bob')
    await bob.until(1)
    await served.door[Symbol.asyncDispose]()
    await until(() => bob.over)
  })

  test('whose listener went away leaves nothing behind', async () => {
    await using served = await serve()
    const before = served.duffy.listeners
    const alice = await hear(served, 'alice')
    await alice.until(1)
    expect(served.duffy.listeners).toBeGreaterThan(before)
    await alice[Symbol.asyncDispose]()
    await until(() => served.duffy.listeners === before)
  })

  test('drops whoever is too slow to read it, who then goes on where they were', async () => {
    const duffy = new FakeDuffy()
    const flood = flooding()
    await using door = await httpDoor({ port: 0, bounds: { eventStallMs: 100 } }).start({
      ...duffy.ports(),
      feed: flood,
    })
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1').pause()
    socket.write(
      `GET /api/v2/events?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${duffy.keys.operator}\r\n\r\n`,
    )
    await until(() => flood.listeners > 0)
    await until(() => flood.listeners === 0)
    socket.destroy()
    await using again = await listen(`${door.url}/api/v2/events`, { key: duffy.keys.operator, lastEventId: '7' })
    expect((await again.until(3)).slice(0, 3).map(({ id }) => id)).toEqual(['8.0', '9.0', '10.0'])
  })
})

/** A log that is longer than any connection can hold. */
const flooding = () => {
  let listeners = 0
  return {
    head: () => 90_000,
    read: (id: string) => ({ seq: Number(id), index: Infinity }),
    async after({ seq }: { seq: number }) {
      const rest = { at: '', tenant: null, request: null, lease: null, machine: 'amd-1' as never }
      const tidings = Array.from({ length: 50 }, (_, more) => ({
        ...rest,
        id: `${seq + more + 1}.0`,
        type: 'leaseExtended' as const,
        data: { text: 'x'.repeat(20_000) },
      }))
      return { tidings, upTo: { seq: seq + 50, index: Infinity } }
    },
    onNews() {
      listeners += 1
      return () => void (listeners -= 1)
    },
    get listeners() {
      return listeners
    },
  }
}

describe('a stream is refused', () => {
  test('beyond as many as one key may have, with the name of the limit', async () => {
    await using served = await serve({ bounds: { eventStreamsPerKey: 2 } })
    await using one = await hear(served, 'alice')
    await using two = await hear(served, 'alice')
    await using three = await hear(served, 'alice')
    expect([one.status, two.status, three.status]).toEqual([200, 200, 429])
    expect(three.problem).toMatchObject({ type: 'urn:duffy:tooManyStreams', limit: 'eventStreamsPerKey' })
    await using other = await hear(served, 'bob')
    expect(other.status).toBe(200)
  })

  test('beyond as many as there may be in all', async () => {
    await using served = await serve({ bounds: { eventStreams: 1 } })
    await using one = await hear(served, 'alice')
    await using two = await hear(served, 'bob')
    expect([one.status, two.status, two.problem!.limit]).toEqual([200, 429, 'eventStreams'])
  })

  test.each(['1', '999999'])(
    'from %s, which is too far back or of another log, with what to do instead',
    async (id) => {
      await using served = await serve({ bounds: { eventRecordsBack: 3 } })
      for (const _ of [1, 2]) await get(served)
      await using told = await hear(served, 'alice', id)
      expect([told.status, told.problem!.type]).toEqual([410, 'urn:duffy:tooFarBack'])
      expect(told.problem!.detail).toContain('List anew (GET /api/v2/leases')
    },
  )

  test.each(['x', '1.', '-1', '1.2.3'])('from %s, which is no place', async (id) => {
    await using served = await serve()
    await using told = await hear(served, 'alice', id)
    expect([told.status, told.problem!.type]).toEqual([422, 'urn:duffy:misread'])
  })

  test('without a key', async () => {
    await using served = await serve()
    expect((await served.call('GET', '/api/v2/events', { as: null })).status).toBe(401)
  })
})
