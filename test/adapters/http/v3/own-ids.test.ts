import { expect, test } from 'vitest'
import { basic, KEYS, serveV3, specs } from './client.ts'

// Two callers who set it to nothing would be taken for one, and be given one session.
test.each(['', 'a b', 'x'.repeat(201), 'é'])('"%s" for an Idempotency-Key is no id, and takes nothing', async (id) => {
  await using served = await serveV3()
  const headers = { authorization: basic('alice', KEYS.alice), 'idempotency-key': id }
  const session = await served.call('POST', '/api/v1/sessions', { as: null, headers, body: specs(['metal', 1]) })
  expect([session.status, session.body.detail]).toEqual([422, expect.stringContaining('1 to 200 visible characters')])
  const hosts = await served.call('GET', `/Node/get?key=${KEYS.alice}`, { as: null, headers })
  expect([hosts.status, hosts.body]).toEqual([200, expect.stringContaining('1 to 200 visible characters')])
  expect(served.duffy.fleet.leases.size).toBe(0)
})
