import { hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { basic, serveV3, type V3 } from './client.ts'

const UUID = '3f2504e0-4f89-41d3-9a0c-0305e82c33aa'
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB'
const HASH = hashSync(UUID, 4)
const TENANT = {
  name: 'systemd',
  sshKey: KEY,
  apiKey: HASH,
  isAdmin: false,
  active: true,
  quota: 20,
  usualS: 7200,
  longestS: 43_200,
}

const take = (served: V3, body: object) => served.call('POST', '/api/v2/import/v3', { as: 'operator', body })
const sessions = (served: V3, key: string, name = 'systemd') =>
  served.call('GET', '/api/v1/sessions', { as: null, headers: { authorization: basic(name, key) } })

describe('a tenant of Duffy v3 that is taken over', () => {
  test('goes on with its key, which from then on is kept as SHA-256 alone', async () => {
    await using served = await serveV3()
    expect((await take(served, TENANT)).body).toEqual({ tenant: 'systemd', did: 'added' })
    expect((await sessions(served, UUID)).status).toBe(200)
    const keys = [...served.duffy.fleet.apiKeysOf.of('systemd')]
    expect(keys).toHaveLength(1)
    expect(keys[0]?.digest).toMatch(/^[0-9a-f]{64}$/)
    expect((await sessions(served, UUID.toUpperCase())).status).toBe(200)
  })

  test.each([
    [{}, { quota: 20, defaultMs: 7_200_000, longestMs: 43_200_000, holds: 5 }],
    [{ usualS: null }, { defaultMs: null, longestMs: 43_200_000 }],
    [{ longestS: null }, { defaultMs: 7_200_000, longestMs: null }],
    [{ longestS: 86_400.0004 }, { defaultMs: 7_200_000, longestMs: 86_400_000 }],
    [{ longestS: 3600 }, { defaultMs: 3_600_000, longestMs: 3_600_000 }],
  ])('has its quota, and sessions as long as there: %j', async (over, terms) => {
    await using served = await serveV3()
    await take(served, { ...TENANT, ...over })
    expect(served.duffy.fleet.tenants.get('systemd' as never)).toMatchObject(terms)
  })

  test('is let in by no other key, nor by its hash', async () => {
    await using served = await serveV3()
    await take(served, TENANT)
    const wrong = '3f2504e0-4f89-41d3-9a0c-0305e82c33ab'
    for (const key of [wrong, wrong, HASH]) expect((await sessions(served, key)).status).toBe(401)
    expect((await sessions(served, UUID, 'alice')).status).toBe(401)
    const [key] = [...served.duffy.fleet.apiKeysOf.of('systemd')]
    const bearer = { authorization: `Bearer dfy_${key?.id}_${'A'.repeat(43)}` }
    expect((await served.call('GET', '/api/v2/whoami', { as: null, headers: bearer })).status).toBe(401)
  })

  test('is let in by calls at once that all come first', async () => {
    await using served = await serveV3()
    await take(served, TENANT)
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await sessions(served, UUID)).status))
    expect(statuses).toEqual([200, 200, 200, 200])
    expect(served.duffy.fleet.apiKeysOf.size('systemd')).toBe(1)
  })

  test('twice changes nothing, before its first use and after', async () => {
    await using served = await serveV3()
    await take(served, TENANT)
    expect((await take(served, TENANT)).body.did).toBe('nothing')
    await sessions(served, UUID)
    expect((await take(served, TENANT)).body.did).toBe('nothing')
  })

  test('with its UUID as it is needs no hash at all', async () => {
    await using served = await serveV3()
    await take(served, { ...TENANT, apiKey: UUID })
    expect((await sessions(served, UUID)).status).toBe(200)
  })

  test('that is here already keeps its terms, and gets the key', async () => {
    await using served = await serveV3()
    expect((await take(served, { ...TENANT, name: 'alice' })).body.did).toBe('keyAdded')
    expect(served.duffy.fleet.tenants.get('alice' as never)?.quota).toBe(3)
    expect((await sessions(served, UUID, 'alice')).status).toBe(200)
  })

  test('that was retired stays so', async () => {
    await using served = await serveV3()
    await take(served, { ...TENANT, active: false })
    expect((await sessions(served, UUID)).status).toBe(403)
  })

  test.each([{ apiKey: 'secret' }, { sshKey: 'ssh-rsa AAAA' }, { name: 7 }])('with %j is not taken', async (wrong) => {
    await using served = await serveV3()
    const { status, text } = await take(served, { ...TENANT, ...wrong })
    expect(status).toBe(422)
    expect(text).not.toContain(HASH)
  })
})

test('guesses at imported keys are turned away while too many are looked at', async () => {
  await using served = await serveV3()
  await take(served, { ...TENANT, apiKey: hashSync(UUID, 10) })
  const guesses = Array.from({ length: 30 }, (_, at) => `3f2504e0-4f89-41d3-9a0c-0305e82c34${10 + at}`)
  const statuses = await Promise.all(guesses.map(async (key) => (await sessions(served, key)).status))
  expect(statuses).toContain(503)
  expect(statuses.every((status) => status === 401 || status === 503)).toBe(true)
})
