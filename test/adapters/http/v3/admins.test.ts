import { expect, test } from 'vitest'
import { parsed, serveV3, sessionFrom, specs } from './client.ts'

test("an admin looks at another tenant's session, moves its end and retires it, as its tenant does", async () => {
  await using served = await serveV3()
  await served.v3('POST', '/sessions', { body: specs(['metal', 1], ['vm', 1]) })
  const as = 'admin'
  expect(sessionFrom(await served.v3('GET', '/sessions/1', { as }))).toMatchObject({ id: 1, tenant: { name: 'alice' } })
  const moved = async (expires: string) =>
    sessionFrom(await served.v3('PUT', '/sessions/1', { as, body: { active: null, expires_at: expires } })).expires_at
  expect(await moved('-1h')).toBe('2026-11-23T17:00:00.000+00:00')
  expect(await moved('+3h')).toBe('2026-11-23T20:00:00.000+00:00')
  const retired = await served.v3('PUT', '/sessions/1', { as, body: { active: false, expires_at: null } })
  expect(sessionFrom(retired)).toMatchObject({ active: false, tenant: { name: 'alice' } })
  expect(served.duffy.fleet.leases.size).toBe(0)
  const again = await served.v3('PUT', '/sessions/1', { as, body: { active: false, expires_at: null } })
  expect([again.status, again.body]).toEqual([422, { detail: 'session 1 is retired' }])
})

test('an admin sees how a node is reached, as its tenant does and nobody else', async () => {
  await using served = await serveV3()
  const [node] = sessionFrom(await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })).nodes
  const address = async (as: 'admin' | 'alice' | 'bob') =>
    parsed(await served.v3('GET', `/nodes/${node!.id}`, { as })).node?.ipaddr
  expect([await address('alice'), await address('admin'), await address('bob')]).toEqual([
    '192.0.2.7',
    '192.0.2.7',
    null,
  ])
})
