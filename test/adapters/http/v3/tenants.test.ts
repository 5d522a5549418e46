import { describe, expect, test } from 'vitest'
import { basic, KEYS, parsed, serveV3, sessionFrom, specs, type V3 } from './client.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB'
const INFRA = { name: 'infra', ssh_key: `${KEY} ci@infra`, is_admin: null, node_quota: 4, session_lifetime_max: '8h' }

const as = (served: V3, name: string, key: string) =>
  served.call('GET', '/api/v1/sessions', { as: null, headers: { authorization: basic(name, key) } })

describe('POST /tenants', () => {
  test('is 201 with the key that lets it in, shown here alone', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/tenants', { as: 'admin', body: INFRA })
    expect(parsed(told).tenant).toMatchObject({
      id: 3,
      name: 'infra',
      ssh_key: KEY,
      node_quota: 4,
      effective_session_lifetime: 21_600,
      effective_session_lifetime_max: 28_800,
    })
    expect((await as(served, 'infra', told.body.tenant.api_key)).status).toBe(200)
    const again = await served.v3('GET', '/tenants/3', { as: 'admin' })
    expect(parsed(again).tenant?.ssh_key).toBe('**********')
    expect(again.text).not.toContain(told.body.tenant.api_key)
  })

  test('twice is 409, without a word of how it is kept', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/tenants', { as: 'admin', body: INFRA })
    const told = await served.v3('POST', '/tenants', { as: 'admin', body: INFRA })
    expect([told.status, told.body]).toEqual([409, { detail: "tenant 'infra' exists already" }])
  })

  test('by others than admins is 403', async () => {
    await using served = await serveV3()
    expect((await served.v3('POST', '/tenants', { body: INFRA })).body).toEqual({ detail: 'Forbidden' })
  })

  test.each([
    [{ ssh_key: 'ssh-rsa AAAA' }, 'ssh_key'],
    [{ node_quota: -1 }, 'node_quota'],
    [{ session_lifetime_max: 'long' }, 'session_lifetime_max'],
    [{ session_lifetime: 30 }, 'session_lifetime'],
    [{ session_lifetime: 1e300 }, 'session_lifetime'],
    [{ session_lifetime_max: '367d' }, 'session_lifetime_max'],
  ])('with %j is 422, and says where', async (wrong, field) => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/tenants', { as: 'admin', body: { ...INFRA, ...wrong } })
    expect(told.status).toBe(422)
    expect(told.body.detail[0].loc).toEqual(['body', field])
  })

  test('of an admin makes a key that opens everything', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/tenants', { as: 'admin', body: { ...INFRA, is_admin: true } })
    expect(parsed(told).tenant?.is_admin).toBe(true)
  })
})

describe('session_lifetime', () => {
  const put = async (served: V3, body: object) =>
    parsed(await served.v3('PUT', '/tenants/1', { as: 'admin', body })).tenant
  const expiry = async (served: V3, body: object = specs(['metal', 1])) =>
    sessionFrom(await served.v3('POST', '/sessions', { body })).expires_at

  test('is how long sessions last from then on, and is shown', async () => {
    await using served = await serveV3()
    expect(await put(served, { session_lifetime: 7200 })).toMatchObject({
      session_lifetime: 7200,
      session_lifetime_max: null,
      effective_session_lifetime: 7200,
      effective_session_lifetime_max: 86_400,
    })
    const told = await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
    expect(sessionFrom(told)).toMatchObject({
      expires_at: '2026-11-23T14:00:00.000+00:00',
      tenant: { effective_session_lifetime: 7200 },
    })
  })

  test('of a fraction of a millisecond is rounded to whole ones, as they are kept', async () => {
    await using served = await serveV3()
    const told = await put(served, { session_lifetime: 90.0006, session_lifetime_max: 7200.00049 })
    expect(told).toMatchObject({ session_lifetime: 90.001, session_lifetime_max: 7200 })
  })

  test('of a new tenant is its own, and an admin who asks for it gets that', async () => {
    await using served = await serveV3()
    const body = { ...INFRA, session_lifetime: '1h30m' }
    const made = parsed(await served.v3('POST', '/tenants', { as: 'admin', body })).tenant!
    expect(made).toMatchObject({ session_lifetime: 5400, effective_session_lifetime: 5400 })
    const session = { ...specs(['metal', 1]), tenant_id: made.id }
    const told = await served.v3('POST', '/sessions', { as: 'admin', body: session })
    expect(sessionFrom(told).expires_at).toBe('2026-11-23T13:30:00.000+00:00')
  })

  test('goes for each part of a session of several pools', async () => {
    await using served = await serveV3()
    await put(served, { session_lifetime: 7200 })
    await expiry(served, specs(['metal', 1], ['vm', 1]))
    expect([...served.duffy.fleet.leases.values()].map(({ durationMs }) => durationMs)).toEqual([7_200_000, 7_200_000])
  })

  test('null is as the site has it, and what is not said stays', async () => {
    await using served = await serveV3()
    await put(served, { session_lifetime: 7200, session_lifetime_max: 10_800, node_quota: 2 })
    expect(await put(served, { session_lifetime: null })).toMatchObject({
      session_lifetime: null,
      session_lifetime_max: 10_800,
      effective_session_lifetime: 10_800,
      node_quota: 2,
    })
    expect(await put(served, { session_lifetime_max: null, node_quota: null })).toMatchObject({
      session_lifetime_max: null,
      effective_session_lifetime: 21_600,
      node_quota: 10,
    })
    expect(await expiry(served)).toBe('2026-11-23T18:00:00.000+00:00')
  })

  test('above the most is cut to it, whichever comes first', async () => {
    await using served = await serveV3()
    expect(await put(served, { session_lifetime: '9h', session_lifetime_max: '4h' })).toMatchObject({
      session_lifetime: 14_400,
      effective_session_lifetime: 14_400,
    })
    expect(await put(served, { session_lifetime_max: '3h' })).toMatchObject({ session_lifetime: 10_800 })
    expect(await put(served, { session_lifetime: '9h' })).toMatchObject({ session_lifetime: 10_800 })
    expect(await expiry(served)).toBe('2026-11-23T15:00:00.000+00:00')
  })

  test('above what the pool allows is shown as it is given, and has what the pool allows', async () => {
    await using served = await serveV3()
    expect(await put(served, { session_lifetime: '2d' })).toMatchObject({
      session_lifetime: 172_800,
      effective_session_lifetime: 86_400,
    })
    expect(await expiry(served)).toBe('2026-11-24T12:00:00.000+00:00')
  })

  test('that is no lease is 422, in words', async () => {
    await using served = await serveV3()
    const told = await served.v3('PUT', '/tenants/1', { as: 'admin', body: { session_lifetime: '5s' } })
    expect(told.status).toBe(422)
    expect(told.body.detail).toContain('Leases of alice cannot last 5s')
  })
})

describe('PUT /tenants/{id}', () => {
  test('changes the quota and nothing else', async () => {
    await using served = await serveV3()
    const told = await served.v3('PUT', '/tenants/1', { as: 'admin', body: { node_quota: 7, active: null } })
    expect(parsed(told).tenant).toMatchObject({ node_quota: 7, active: true })
  })

  test('retires a tenant, whose sessions end; then it is 422, until it is active again', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: { nodes_specs: [{ pool: 'metal', quantity: 1 }] } })
    const told = await served.v3('PUT', '/tenants/1', { as: 'admin', body: { active: false } })
    expect(parsed(told).tenant?.active).toBe(false)
    expect(served.duffy.fleet.leases.size).toBe(0)
    const late = await served.v3('PUT', '/tenants/1', { as: 'admin', body: { node_quota: 7 } })
    expect([late.status, late.body]).toEqual([422, { detail: 'tenant alice (id=1) is retired' }])
    await served.v3('PUT', '/tenants/1', { as: 'admin', body: { active: true } })
    expect((await served.v3('GET', '/sessions')).status).toBe(200)
  })

  test('with a new key lets the old one in no more', async () => {
    await using served = await serveV3()
    const told = await served.v3('PUT', '/tenants/1', { as: 'admin', body: { api_key: 'reset' } })
    expect((await as(served, 'alice', told.body.tenant.api_key)).status).toBe(200)
    expect((await as(served, 'alice', KEYS.alice)).status).toBe(401)
  })

  test('of one that there is not is 404', async () => {
    await using served = await serveV3()
    expect((await served.v3('PUT', '/tenants/9', { as: 'admin', body: { node_quota: 7 } })).status).toBe(404)
  })
})

test('tells when a tenant was made, and since when it is retired', async () => {
  await using served = await serveV3()
  const made = await served.v3('GET', '/tenants/1')
  expect(made.body.tenant).toMatchObject({ created_at: '2026-11-23T12:00:00.000+00:00', retired_at: null })
  served.duffy.pass(60_000)
  await served.v3('PUT', '/tenants/1', { as: 'admin', body: { active: false } })
  served.duffy.pass(60_000)
  const told = await served.v3('GET', '/tenants/1', { as: 'admin' })
  expect(told.body.tenant).toMatchObject({
    created_at: '2026-11-23T12:00:00.000+00:00',
    retired_at: '2026-11-23T12:01:00.000+00:00',
  })
})
