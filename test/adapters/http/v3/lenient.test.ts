import { describe, expect, test } from 'vitest'
import { parsed, serveV3, sessionFrom, specs } from './client.ts'

// Which values are taken, and for what, was seen by handing them to the models of Duffy 3.3.9 under pydantic 1.10.4.

const of = (quantity: unknown, pool: unknown = 'metal') => ({ nodes_specs: [{ pool, quantity }] })

const open = async () => {
  const served = await serveV3()
  await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
  return served
}

describe('a body that a client of Duffy v3 wrote with less care', () => {
  test.each(['1', ' 1 ', '+1', '01', 1.9, true])('may have %j for a quantity of one', async (quantity) => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body: of(quantity) })
    expect(sessionFrom(told).data.nodes_specs).toEqual([{ quantity: 1, pool: 'metal' }])
  })

  test('is 422 where a quantity is no number of machines, and takes none', async () => {
    await using served = await serveV3()
    const wrong = ['1.0', '0x1', '1e3', '', 'one', 'true', '-1', '0', '1__0', 0.5, 0, false, null, [], [1], {}]
    for (const quantity of wrong) {
      const told = await served.v3('POST', '/sessions', { body: of(quantity) })
      expect([quantity, told.status, told.body.detail[0].loc]).toEqual([
        quantity,
        422,
        ['body', 'nodes_specs', 0, 'quantity'],
      ])
    }
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('may have thousands set apart, name a pool by a number, and a tenant by text', async () => {
    await using served = await serveV3()
    const many = await served.v3('POST', '/sessions', { body: of('1_000', 7) })
    expect(many.body).toEqual({ detail: "can't reserve nodes: quantity=1000 pool='7'" })
    const tenant = await served.v3('POST', '/sessions', { body: { nodes_specs: [], tenant_id: '77' } })
    expect(tenant.body).toEqual({ detail: "can't find tenant with id 77" })
  })

  test.each(['false', 'False', 'off', 'no', 'n', 'F', '0', 0])('retires a session by %j', async (active) => {
    await using served = await open()
    expect(sessionFrom(await served.v3('PUT', '/sessions/1', { body: { active } })).active).toBe(false)
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('leaves a session as it is by what means true, and is 422 by what means neither', async () => {
    await using served = await open()
    for (const active of ['true', 'YES', 'on', 't', '1', 1])
      expect(sessionFrom(await served.v3('PUT', '/sessions/1', { body: { active } })).active).toBe(true)
    for (const active of [' true', 'nope', '', 2, -1, [], [false], {}]) {
      const told = await served.v3('PUT', '/sessions/1', { body: { active } })
      expect([active, told.status, told.body.detail[0].loc]).toEqual([active, 422, ['body', 'active']])
    }
    expect(served.duffy.fleet.leases.size).toBe(1)
  })

  test.each([
    ['2026-11-23 21:00', '21:00:00.000'],
    ['2026-11-23T21:5', '21:05:00.000'],
    ['2026-11-23T21:00:00.123456789Z', '21:00:00.123'],
    ['2026-11-23T21:00:00+0200', '19:00:00.000'],
    ['2026-11-23T21:00:00+02', '19:00:00.000'],
    [1_795_467_600, '21:00:00.000'],
    [1_795_467_600_000, '21:00:00.000'],
    ['1795467600.25', '21:00:00.250'],
    [' +3H ', '21:00:00.000'],
    ['+ 2h 59m60s', '21:00:00.000'],
  ])('may say of an end that it is %j', async (expires, end) => {
    await using served = await open()
    const told = await served.v3('PUT', '/sessions/1', { body: { expires_at: expires } })
    expect(sessionFrom(told).expires_at).toBe(`2026-11-23T${end}+00:00`)
  })

  test('may want an end later than there is any, and gets the latest that it may have', async () => {
    await using served = await open()
    for (const expires of [1e30, '99999999999999999999', '9999-12-31T23:59:59Z']) {
      const told = await served.v3('PUT', '/sessions/1', { body: { expires_at: expires } })
      expect([expires, parsed(told).session?.expires_at]).toEqual([expires, '2026-11-24T12:00:00.000+00:00'])
    }
  })

  test('is 422 where an end is none, and changes nothing', async () => {
    await using served = await open()
    // A sign without a unit was a second of 1970 there, and the session was over.
    for (const expires of ['+3600', '-5', -5, '1e3', 'inf', '2026-11-23', '+1.5h', [], {}, true]) {
      const told = await served.v3('PUT', '/sessions/1', { body: { expires_at: expires } })
      expect([expires, told.status, told.body.detail[0].loc]).toEqual([expires, 422, ['body', 'expires_at']])
    }
    expect(served.duffy.fleet.leases.size).toBe(1)
  })
})

describe('PUT /tenants/{id}', () => {
  test('takes numbers and lengths of time as text, in any case', async () => {
    await using served = await serveV3()
    const body = { node_quota: '5', session_lifetime: '+1H 30m', session_lifetime_max: '7200' }
    expect(parsed(await served.v3('PUT', '/tenants/1', { as: 'admin', body })).tenant).toMatchObject({
      node_quota: 5,
      session_lifetime: 5400,
      session_lifetime_max: 7200,
    })
  })

  test.each([{}, { quota: 5 }])('is 422 with %j, which changes nothing', async (body) => {
    await using served = await serveV3()
    const told = await served.v3('PUT', '/tenants/1', { as: 'admin', body })
    expect([told.status, told.body.detail[0].msg]).toEqual([422, expect.stringContaining('node_quota')])
  })
})
