import { expect, test } from 'vitest'
import { serve, type Served } from './fake.ts'

const UUID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

const add = (served: Served, body: object) => served.call('POST', '/api/v2/tenants', { as: 'operator', body })

/** It may have a `_` of its own. */
const secretOf = (key: string): string => key.split('_').slice(2).join('_')

const withKey = (served: Served, key: string, path: string) =>
  fetch(served.url + path, { headers: { authorization: `Bearer ${key}` } })

test('a new tenant comes with its API key and its key for clients of Duffy v3, shown once', async () => {
  await using served = await serve()
  const { status, body, headers } = await add(served, { name: 'infra', quota: 3 })
  expect(status).toBe(201)
  expect(headers.get('location')).toMatch(/\/api\/v2\/tenants\/infra$/)
  expect(body).toMatchObject({ outcome: 'tenantAdded', tenant: 'infra' })
  expect(body.v3Key).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  const whoami = await withKey(served, body.key, '/api/v2/whoami')
  expect(await whoami.json()).toMatchObject({ standing: { tenant: 'infra', role: 'admin', quota: 3 } })
  const again = await served.call('GET', '/api/v2/tenants/infra', { as: 'operator' })
  expect(again.text).not.toContain(secretOf(body.key))
  expect(again.text).not.toContain(body.v3Key)
})

test('an old UUID key is kept, known by its digest alone, and is no bearer', async () => {
  await using served = await serve()
  const { body } = await add(served, { name: 'infra', v3Key: UUID.toUpperCase() })
  expect(body.v3Key).toBe(UUID)
  const [v3] = [...served.duffy.fleet.apiKeysOf.of('infra')].filter(({ id }) => id.startsWith('v3-'))
  expect(v3?.digest).toMatch(/^[0-9a-f]{64}$/)
  expect((await withKey(served, UUID, '/api/v2/whoami')).status).toBe(401)
  expect((await withKey(served, `dfy_${v3?.id}_${UUID}`, '/api/v2/whoami')).status).toBe(401)
  expect((await add(served, { name: 'other', v3Key: UUID })).body).toMatchObject({ refusal: 'apiKeyExists' })
})

test('a repeat of the call makes no second key, and says how to get one', async () => {
  await using served = await serve()
  const again = { as: 'operator', body: { name: 'infra' }, headers: { 'idempotency-key': 'one' } } as const
  await served.call('POST', '/api/v2/tenants', again)
  const { status, body } = await served.call('POST', '/api/v2/tenants', again)
  expect(status).toBe(409)
  expect(body).toMatchObject({ refusal: 'tenantExists' })
  expect(body.detail).toContain('duffy api-keys add of infra')
  expect(body).not.toHaveProperty('key')
})

test.each([
  [{}, 'tenant'],
  [{ name: 'a:b' }, 'tenant'],
  [{ name: 'infra', quota: -1 }, 'quota'],
  [{ name: 'infra', quota: 1e9 }, 'quota'],
  [{ name: 'infra', v3Key: 'secret' }, 'v3Key'],
  [{ name: 'infra', longest: 'for ever' }, 'longest'],
  [{ name: 'infra', lease: 'for ever' }, 'lease'],
  [{ name: 'infra', lease: '1s' }, 'lease'],
  [{ name: 'infra', lease: '4h', longest: '2h' }, 'lease'],
  [{ name: 'infra', holds: -1 }, 'holds'],
  [{ name: 'infra', hold: '0s' }, 'hold'],
  [{ name: 'infra', color: 'red' }, 'color'],
])('%j is refused, and names what is wrong', async (body, field) => {
  await using served = await serve()
  const before = served.duffy.fleet.tenants.size
  const { status, text } = await add(served, body)
  expect([400, 422]).toContain(status)
  expect(text).toContain(field)
  expect(served.duffy.fleet.tenants.size).toBe(before)
})

test.each([[null], ['default']])(
  'a usual lease is set, shown, had by whoever asks for no length, and taken back by %j',
  async (back) => {
    await using served = await serve()
    const set = async (body: object) => {
      const { status } = await served.call('PATCH', '/api/v2/tenants/alice', { as: 'operator', body })
      const { tenant } = (await served.call('GET', '/api/v2/tenants/alice')).body as { tenant: object }
      return { status, ...tenant }
    }
    expect(await set({ lease: '3h', longest: '4h' })).toMatchObject({
      status: 200,
      defaultMs: 10_800_000,
      longestMs: 14_400_000,
    })
    const { body } = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
    expect(served.duffy.fleet.leases.need(body.lease.id).durationMs).toBe(10_800_000)
    expect(await set({ lease: back })).toMatchObject({ status: 200, defaultMs: null, longestMs: 14_400_000 })
  },
)

test('how many machines a tenant may keep for debugging is set, shown, and goes for the next one that it keeps', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  const { lease } = (await served.call('POST', '/api/v2/requests', { body: { type: 'metal', count: 2 } })).body
  const hold = () => served.call('POST', `/api/v2/leases/${lease.id}/hold`, { body: { for: '30h' } })
  expect(await hold()).toMatchObject({ status: 409, body: { refusal: 'tooManyHeld' } })
  const body = { holds: 2, hold: '36h' }
  expect((await served.call('PATCH', '/api/v2/tenants/alice', { as: 'operator', body })).status).toBe(200)
  const { tenant } = (await served.call('GET', '/api/v2/tenants/alice')).body
  expect(tenant).toMatchObject({ quota: 3, holds: 2, holdMs: 36 * 3_600_000 })
  expect((await hold()).status).toBe(200)
})

test('a key that is revoked is let in no more', async () => {
  await using served = await serve()
  const { body } = await add(served, { name: 'infra' })
  const made = await fetch(`${served.url}/api/v2/tenants/infra/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${body.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ note: 'nightly builds' }),
  })
  const second = (await made.json()) as { key: string; apiKey: string }
  expect((await withKey(served, second.key, '/api/v2/whoami')).status).toBe(200)
  const revoked = await served.call('DELETE', `/api/v2/api-keys/${second.apiKey}`, { as: 'operator' })
  expect(revoked.status).toBe(200)
  expect((await withKey(served, second.key, '/api/v2/whoami')).status).toBe(401)
})

test('every verb is reached by the path that the list of verbs names, those with a dash in their name too', async () => {
  await using served = await serve()
  const { verbs } = (await served.call('GET', '/api/v2/verbs')).body as unknown as { verbs: { path: string }[] }
  expect(verbs.map(({ path }) => path)).toContain('/api/v2/verbs/api-keys-add')
  for (const { path } of verbs)
    expect((await served.call('POST', path, { body: { nonsense: true } })).body['detail'], path).not.toContain(
      'no such verb',
    )
})

test('the secrets of keys are in no record', async () => {
  await using served = await serve()
  const { body } = await add(served, { name: 'infra' })
  const records = JSON.stringify(served.duffy.records)
  expect(records).toContain('apiKeyAdded')
  expect(records).not.toContain(body.v3Key)
  expect(records).not.toContain(secretOf(body.key))
})
