import { describe, expect, test } from 'vitest'
import { siteWithAmd, until } from '../fake.ts'
import { parsed, serveV3, sessionFrom, specs } from './client.ts'

const METAL = specs(['metal', 2])

describe('POST /sessions', () => {
  test('is 201 with machines that one can log in to', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body: METAL })
    expect(told.status).toBe(201)
    const session = sessionFrom(told)
    expect(session).toMatchObject({
      id: 1,
      active: true,
      retired_at: null,
      created_at: '2026-11-23T12:00:00.000+00:00',
      expires_at: '2026-11-23T18:00:00.000+00:00',
      tenant: { name: 'alice', ssh_key: '**********', effective_node_quota: 3 },
      data: { nodes_specs: [{ quantity: 2, pool: 'metal' }] },
    })
    expect(session.nodes).toHaveLength(2)
    expect(session.nodes[0]).toMatchObject({ ipaddr: '192.0.2.7', pool: 'metal', reusable: true, state: 'deployed' })
  })

  test('is answered only once the machines let the tenant in', async () => {
    await using served = await serveV3()
    served.duffy.prompt = false
    let answered = false
    const asking = served.v3('POST', '/sessions', { body: METAL }).finally(() => (answered = true))
    await until(() => served.door.waiting() === 1)
    expect(answered).toBe(false)
    served.duffy.work()
    expect(sessionFrom(await asking).nodes.map(({ state }) => state)).toEqual(['deployed', 'deployed'])
  })

  test.each([
    [specs(['nope', 2]), "can't reserve nodes: quantity=2 pool='nope'"],
    [specs(['metal', 3]), "can't reserve nodes: quantity=3 pool='metal'"],
    [specs(['vm', 2]), "can't reserve nodes: quantity=2 pool='vm'"],
  ])('%j is 422: the pool is unknown or short', async (body, detail) => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body })
    expect([told.status, told.body]).toEqual([422, { detail }])
    expect(told.headers.get('content-type')).toContain('application/json')
  })

  test('over the quota is 403, and says the sum', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: METAL })
    const told = await served.v3('POST', '/sessions', { body: METAL })
    expect([told.status, told.body]).toEqual([
      403,
      { detail: 'quota exceeded: requested nodes (2) + current allocation (2) = 4 > 3' },
    ])
  })

  test.each([
    [99, "can't find tenant with id 99", 422],
    [2, "can't create session for other tenant", 403],
  ])('for tenant %i is refused', async (id, detail, status) => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body: { ...METAL, tenant_id: id } })
    expect([told.status, told.body]).toEqual([status, { detail }])
  })

  test('by an admin for another tenant is charged to that tenant', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { as: 'admin', body: { ...METAL, tenant_id: 1 } })
    expect(sessionFrom(told).tenant.name).toBe('alice')
  })

  test('by an admin for a tenant that is retired is 422', async () => {
    await using served = await serveV3()
    served.duffy.does({ do: 'retireTenant', tenant: 'alice' as never })
    const told = await served.v3('POST', '/sessions', { as: 'admin', body: { ...METAL, tenant_id: 1 } })
    expect([told.status, told.body]).toEqual([422, { detail: "tenant 'alice' isn't active" }])
  })

  test.each([
    [{}, ['body', 'nodes_specs']],
    [specs(['metal', 0]), ['body', 'nodes_specs', 0, 'quantity']],
    [{ nodes_specs: [{ pool: 'metal', quantity: 'two' }] }, ['body', 'nodes_specs', 0, 'quantity']],
  ])('%j is 422, with each fault where it is', async (body, loc) => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body })
    expect(told.status).toBe(422)
    expect(told.body.detail[0].loc).toEqual(loc)
  })

  test('for no machines is a session that holds nothing and is retired, as clients read one', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body: { tenant_id: null, nodes_specs: [] } })
    expect(told.status).toBe(201)
    const session = sessionFrom(told)
    expect(session).toMatchObject({ id: 0, active: false, nodes: [], data: { nodes_specs: [] } })
    expect(sessionFrom(await served.v3('GET', `/sessions/${session.id}`))).toMatchObject({ id: 0, active: false })
    const body = { active: false, expires_at: null }
    const again = await served.v3('PUT', `/sessions/${session.id}`, { body })
    expect([again.status, again.body]).toEqual([422, { detail: 'session 0 is retired' }])
    expect(served.duffy.fleet.leases.size).toBe(0)
    const other = await served.v3('POST', '/sessions', { body: { nodes_specs: [], tenant_id: 2 } })
    expect(other.status).toBe(403)
  })

  test('eight at once at a quota of two are exactly two sessions', async () => {
    await using served = await serveV3()
    served.duffy.does({ do: 'setTenant', tenant: 'alice' as never, terms: { quota: 2 }, keys: null })
    const asked = Array.from({ length: 8 }, () => served.v3('POST', '/sessions', { body: specs(['metal', 1]) }))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(2)
    expect(statuses.filter((status) => status === 403)).toHaveLength(6)
    expect(served.duffy.fleet.tenants.get('alice' as never)?.held).toBe(2)
  })

  test('waits in line for as long as the site says, and is served when a machine comes back', async () => {
    await using served = await serveV3({ v3: { waitMs: 20_000 } })
    const first = sessionFrom(await served.v3('POST', '/sessions', { body: specs(['vm', 1]) }))
    const asking = served.v3('POST', '/sessions', { as: 'bob', body: specs(['vm', 1]) })
    await until(() => served.duffy.fleet.requests.size === 1)
    await served.v3('PUT', `/sessions/${first.id}`, { body: { active: false, expires_at: null } })
    expect((await asking).status).toBe(201)
  })

  test('that waited in vain leaves the line where no places are kept, and is short', async () => {
    await using served = await serveV3({ v3: { waitMs: 50, keepPlaceMs: null } })
    await served.v3('POST', '/sessions', { body: specs(['vm', 1]) })
    const told = await served.v3('POST', '/sessions', { as: 'bob', body: specs(['vm', 1]) })
    expect([told.status, told.body]).toEqual([422, { detail: "can't reserve nodes: quantity=1 pool='vm'" }])
    expect(served.duffy.fleet.requests.size).toBe(0)
  })

  test('whose caller hangs up holds nothing', async () => {
    await using served = await serveV3()
    served.duffy.prompt = false
    const hangUp = new AbortController()
    const { basic, KEYS } = await import('./client.ts')
    const asking = served.call('POST', '/api/v1/sessions', {
      as: null,
      headers: { authorization: basic('alice', KEYS.alice) },
      body: METAL,
      signal: hangUp.signal,
    })
    await until(() => served.door.waiting() === 1)
    hangUp.abort()
    await expect(asking).rejects.toThrow('abort')
    await until(() => served.duffy.fleet.leases.size === 0)
  })

  test('whose machines never let the tenant in is 503, to be tried again, and holds nothing', async () => {
    await using served = await serveV3()
    served.duffy.prompt = false
    const asking = served.v3('POST', '/sessions', { body: METAL })
    await until(() => served.door.waiting() === 1)
    served.duffy.pass(16 * 60_000)
    const told = await asking
    expect([told.status, told.body]).toEqual([503, { detail: 'contextualization of nodes failed' }])
    expect(told.headers.get('retry-after')).toBe('0')
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test.each([1, 2])('one of whose %i machines fails is served from another, and good ones stay', async (count) => {
    await using served = await serveV3()
    served.duffy.does({ do: 'configure', site: siteWithAmd(3) })
    served.duffy.work()
    served.duffy.prompt = false
    const asking = served.v3('POST', '/sessions', { body: specs(['metal', count]) })
    await until(() => served.door.waiting() === 1)
    const broken = served.duffy.breaks()
    const { nodes } = sessionFrom(await asking)
    expect(nodes).toHaveLength(count)
    expect(nodes.map(({ hostname }) => hostname)).not.toContain(broken)
    expect(served.duffy.fleet.tenants.get('alice' as never)?.held).toBe(count)
    expect([...served.duffy.fleet.machines.values()].filter(({ state }) => state.status === 'leased')).toHaveLength(
      count,
    )
  })
})

describe('GET /sessions', () => {
  test("lists one's own that last", async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: METAL })
    await served.v3('POST', '/sessions', { as: 'bob', body: specs(['vm', 1]) })
    expect(parsed(await served.v3('GET', '/sessions')).sessions?.map(({ id }) => id)).toEqual([1])
    expect(parsed(await served.v3('GET', '/sessions', { as: 'admin' })).sessions?.map(({ id }) => id)).toEqual([1, 2])
  })

  test('shows nothing to a caller without credentials, unless the site says so', async () => {
    await using shut = await serveV3()
    await shut.v3('POST', '/sessions', { body: METAL })
    expect(parsed(await shut.v3('GET', '/sessions', { as: null })).sessions).toEqual([])
    await using open = await serveV3({ v3: { openLists: true } })
    await open.v3('POST', '/sessions', { body: METAL })
    expect(parsed(await open.v3('GET', '/sessions', { as: null })).sessions).toHaveLength(1)
  })

  test('of one is 404 if there is none, 403 if it is not yours, and shows one that is over', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: METAL })
    expect((await served.v3('GET', '/sessions/7')).body).toEqual({ detail: 'Not Found' })
    expect((await served.v3('GET', '/sessions/1', { as: 'bob' })).body).toEqual({ detail: 'Forbidden' })
    expect((await served.v3('GET', '/sessions/x')).status).toBe(422)
    await served.v3('PUT', '/sessions/1', { body: { active: false, expires_at: null } })
    const session = sessionFrom(await served.v3('GET', '/sessions/1'))
    expect(session).toMatchObject({ active: false, retired_at: expect.any(String) })
    expect(session.nodes.map(({ state }) => state)).toEqual([null, null])
  })
})

describe('PUT /sessions/{id}', () => {
  const open = async () => {
    const served = await serveV3()
    await served.v3('POST', '/sessions', { body: METAL })
    return served
  }

  test('retires, and a second time is 422 with the words that clients stop at', async () => {
    await using served = await open()
    const body = { active: false, expires_at: null }
    const told = await served.v3('PUT', '/sessions/1', { body })
    expect(sessionFrom(told)).toMatchObject({ id: 1, active: false })
    const again = await served.v3('PUT', '/sessions/1', { body })
    expect([again.status, again.body]).toEqual([422, { detail: 'session 1 is retired' }])
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test.each([
    ['+2h', '2026-11-23T20:00:00.000+00:00'],
    ['-20m30s', '2026-11-23T17:39:30.000+00:00'],
    ['2026-11-23T15:00:00', '2026-11-23T15:00:00.000+00:00'],
    ['2026-11-23 19:30:00Z', '2026-11-23T19:30:00.000+00:00'],
    ['2026-11-23T21:00:00.5+02:00', '2026-11-23T19:00:00.500+00:00'],
    ['+100h', '2026-11-24T12:00:00.000+00:00'],
  ])('with expires_at %s ends at %s', async (expires, end) => {
    await using served = await open()
    const told = await served.v3('PUT', '/sessions/1', { body: { active: null, expires_at: expires } })
    expect(sessionFrom(told).expires_at).toBe(end)
  })

  test('is as silent about an end that is as late as can be already', async () => {
    await using served = await open()
    for (const _ of [1, 2]) {
      const told = await served.v3('PUT', '/sessions/1', { body: { active: null, expires_at: '+100h' } })
      expect(sessionFrom(told).expires_at).toBe('2026-11-24T12:00:00.000+00:00')
    }
  })

  test('with an end long past ends it, at its beginning', async () => {
    await using served = await open()
    const told = await served.v3('PUT', '/sessions/1', { body: { active: null, expires_at: '-100h' } })
    expect(sessionFrom(told).expires_at).toBe('2026-11-23T12:00:00.000+00:00')
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test.each([{ active: true, expires_at: null }, { active: null, expires_at: null }, {}])(
    '%j changes nothing',
    async (body) => {
      await using served = await open()
      const before = served.duffy.records.length
      const session = sessionFrom(await served.v3('PUT', '/sessions/1', { body }))
      expect(session).toMatchObject({ active: true, expires_at: '2026-11-23T18:00:00.000+00:00' })
      expect(served.duffy.records).toHaveLength(before)
    },
  )

  test.each(['1h', 'soon', '+', '+5y', '2026-13-45T00:00:00', '2026-11-31T00:00:00', '2026-02-30T00:00:00Z'])(
    '%s is no end',
    async (expires) => {
      await using served = await open()
      const told = await served.v3('PUT', '/sessions/1', { body: { active: null, expires_at: expires } })
      expect(told.status).toBe(422)
      expect(told.body.detail[0].loc).toEqual(['body', 'expires_at'])
      expect(served.duffy.fleet.leases.size).toBe(1)
    },
  )

  test('of one that there is not is 404, of another tenant 403', async () => {
    await using served = await open()
    const body = { active: null, expires_at: '+1h' }
    expect((await served.v3('PUT', '/sessions/9', { body })).status).toBe(404)
    expect((await served.v3('PUT', '/sessions/1', { as: 'bob', body })).status).toBe(403)
    expect(served.duffy.fleet.leases.size).toBe(1)
  })
})
