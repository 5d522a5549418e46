import { describe, expect, test } from 'vitest'
import { basic, KEYS, parsed, serveV3, type V3 } from './client.ts'

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
