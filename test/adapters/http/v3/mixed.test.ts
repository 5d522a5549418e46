import { describe, expect, test } from 'vitest'
import { until } from '../fake.ts'
import { parsed, serveV3, sessionFrom, specs } from './client.ts'

const MIXED = specs(['metal', 1], ['vm', 1])

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
