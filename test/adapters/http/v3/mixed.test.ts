import { describe, expect, test } from 'vitest'
import { leaseId, type TenantName } from '#core'
import { until } from '../fake.ts'
import { KEYS, parsed, serveV3, sessionFrom, specs, type V3 } from './client.ts'

const MIXED = specs(['metal', 1], ['vm', 1])

const legacy = (served: V3, path: string) =>
  served.call('GET', `${path}${path.includes('?') ? '&' : '?'}key=${KEYS.alice}`, { as: null })

const mayKeep = ({ duffy }: V3, holds: number): void =>
  void duffy.does({ do: 'setTenant', tenant: 'alice' as TenantName, terms: { holds }, keys: null })

describe('a session of several pools', () => {
  test('is one session, with the machines of all', async () => {
    await using served = await serveV3()
    const session = sessionFrom(await served.v3('POST', '/sessions', { body: MIXED }))
    expect(session.id).toBe(1)
    expect(session.nodes.map(({ pool, state }) => [pool, state])).toEqual([
      ['metal', 'deployed'],
      ['vm', 'deployed'],
    ])
    expect(session.data.nodes_specs).toEqual([
      { quantity: 1, pool: 'metal' },
      { quantity: 1, pool: 'vm' },
    ])
    expect(parsed(await served.v3('GET', '/sessions')).sessions).toHaveLength(1)
  })

  test('is not made if one pool is short, and takes nothing of the others', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { as: 'bob', body: specs(['vm', 1]) })
    const before = served.duffy.records.length
    const told = await served.v3('POST', '/sessions', { body: MIXED })
    expect([told.status, told.body]).toEqual([422, { detail: "can't reserve nodes: quantity=1 pool='metal'" }])
    expect(served.duffy.records).toHaveLength(before)
    expect(served.duffy.fleet.tenants.get('alice' as never)?.held).toBe(0)
  })

  test('of a pool that there is not is 422, and names it', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body: specs(['metal', 1], ['nope', 2]) })
    expect(told.body).toEqual({ detail: "can't reserve nodes: quantity=2 pool='nope'" })
  })

  test('counts against the quota as a whole', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: specs(['metal', 2]) })
    const told = await served.v3('POST', '/sessions', { body: MIXED })
    expect([told.status, told.body]).toEqual([
      403,
      { detail: 'quota exceeded: requested nodes (2) + current allocation (2) = 4 > 3' },
    ])
  })

  test('retires as a whole, once', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: MIXED })
    const body = { active: false, expires_at: null }
    const session = sessionFrom(await served.v3('PUT', '/sessions/1', { body }))
    expect(session).toMatchObject({ id: 1, active: false })
    expect(session.nodes).toHaveLength(2)
    expect(served.duffy.fleet.leases.size).toBe(0)
    expect((await served.v3('PUT', '/sessions/1', { body })).body).toEqual({ detail: 'session 1 is retired' })
    expect(sessionFrom(await served.v3('GET', '/sessions/1')).nodes).toHaveLength(2)
  })

  // Its number, the lease of either part, whole or not: all of them name it.
  test.each(['1', '2', leaseId(1), leaseId(2), leaseId(2).toLowerCase()])(
    'is given back as a whole by /Node/done under %s',
    async (ssid) => {
      await using served = await serveV3()
      await served.v3('POST', '/sessions', { body: MIXED })
      expect((await legacy(served, `/Node/done?ssid=${ssid}`)).text).toBe('"Done"\n')
      expect(served.duffy.fleet.leases.size).toBe(0)
      expect((await legacy(served, `/Node/done?ssid=${ssid}`)).text).toBe('{"msg":"Session not in Prod"}\n')
    },
  )

  test('is given back by /Node/done also where a part of it was before', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: MIXED })
    await served.call('POST', `/api/v2/leases/${leaseId(1)}/done`)
    expect((await legacy(served, '/Node/done?ssid=1')).text).toBe('"Done"\n')
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('is kept by /Node/fail as far as it lasts', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: MIXED })
    await served.call('POST', `/api/v2/leases/${leaseId(1)}/done`)
    expect((await legacy(served, '/Node/fail?ssid=1')).text).toBe('"Done"\n')
    expect([...served.duffy.fleet.leases.values()].map(({ hold }) => hold?.reason)).toEqual(['failed'])
  })

  test('is kept as a whole by /Node/fail', async () => {
    await using served = await serveV3()
    mayKeep(served, 2)
    await served.v3('POST', '/sessions', { body: MIXED })
    expect((await legacy(served, '/Node/fail?ssid=2')).text).toBe('"Done"\n')
    expect([...served.duffy.fleet.leases.values()].map(({ hold }) => hold?.reason)).toEqual(['failed', 'failed'])
    // What is kept already counts once.
    expect((await legacy(served, '/Node/fail?ssid=1')).text).toBe('"Done"\n')
  })

  test('of more machines than its tenant may keep is kept not at all', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: MIXED })
    const told = await legacy(served, '/Node/fail?ssid=1')
    expect([told.status, told.body.msg]).toEqual([403, expect.stringMatching(/^Exceeded maximum allowed fail nodes/)])
    expect([...served.duffy.fleet.leases.values()].map(({ hold }) => hold)).toEqual([null, null])
  })

  test('is one session in the inventories of clients before v3', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: MIXED })
    const ssid = leaseId(1)
    expect((await legacy(served, '/Inventory')).body).toEqual([
      ['amd-1', ssid],
      ['any-1', ssid],
    ])
    const all = (await served.call('GET', '/Inventory', { as: null })).body as readonly unknown[][]
    expect(all.map((row) => row[6])).toEqual([ssid, ssid])
  })

  test('ends as a whole when it is told to', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: MIXED })
    const told = await served.v3('PUT', '/sessions/1', { body: { active: null, expires_at: '-1h' } })
    expect(sessionFrom(told).expires_at).toBe('2026-11-23T17:00:00.000+00:00')
    const ends = [...served.duffy.fleet.leases.values()].map(({ state }) => state.status === 'active' && state.until)
    expect(ends).toEqual([Date.UTC(2026, 10, 23, 17), Date.UTC(2026, 10, 23, 17)])
  })

  test('one part of which cannot be prepared is 503, and the other part is given back', async () => {
    await using served = await serveV3()
    served.duffy.prompt = false
    const asking = served.v3('POST', '/sessions', { body: MIXED })
    await until(() => served.door.waiting() === 1)
    served.duffy.pass(16 * 60_000)
    expect((await asking).status).toBe(503)
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('cannot be made of the leases of others by whoever writes metadata', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { as: 'bob', body: specs(['metal', 1]) })
    await served.call('POST', '/api/v2/requests', { body: { type: 'metal', metadata: { 'v3-part': '2/2' } } })
    const session = sessionFrom(await served.v3('GET', '/sessions/2'))
    expect(session).toMatchObject({ id: 2, tenant: { name: 'alice' } })
    expect(session.nodes).toHaveLength(1)
  })
})

test('a session in its grace is left as it is by a change of nothing', async () => {
  await using served = await serveV3()
  await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
  served.duffy.pass(6 * 3_600_000 + 60_000)
  const told = await served.v3('PUT', '/sessions/1', { body: { active: true, expires_at: null } })
  expect(sessionFrom(told).active).toBe(true)
  expect(served.duffy.fleet.leases.size).toBe(1)
})
