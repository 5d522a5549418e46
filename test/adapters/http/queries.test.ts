import { expect, test } from 'vitest'
import { serve } from './fake.ts'

test.each([
  ['/api/v2/leases?all', '"?all": '],
  ['/api/v2/leases?tenant=bob&state=x', 'This address takes no "?tenant", "?state".'],
  ['/api/v2/leases?after=L7Q2', '"?after": give what "next" was in the page before.'],
  ['/api/v2/requests?after=-1', '"?after": give what "next" was in the page before.'],
  ['/api/v2/machines?limit=0', '"?limit": give a number of rows, from 1.'],
  ['/api/v2/machines?limit=all', '"?limit": give a number of rows, from 1.'],
])('the query of %s is refused in words', async (path, words) => {
  await using served = await serve()
  const { status, body } = await served.call('GET', path)
  expect([status, body.detail]).toEqual([422, expect.stringContaining(words)])
})

test('a query that nothing would read is refused, and nothing is done', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  const { lease } = (await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })).body
  const before = served.duffy.records.length
  const refused = async (method: string, path: string, name: string) => {
    const { status, body } = await served.call(method, path, { as: 'operator' })
    expect([path, status, body.detail]).toEqual([
      path,
      422,
      expect.stringContaining(`This address takes no "?${name}".`),
    ])
  }
  await refused('POST', '/api/v2/config?dryRun=true', 'dryRun')
  await refused('POST', `/api/v2/leases/${lease.id}/done?dryRun=true`, 'dryRun')
  await refused('DELETE', '/api/v2/tenants/bob?dryRun=true', 'dryRun')
  await refused('GET', `/api/v2/requests/${lease.request}?wait=60s`, 'wait')
  await refused('GET', `/api/v2/leases/${lease.id}?wait=60s`, 'wait')
  expect(served.duffy.records).toHaveLength(before)
})

test('commands may be waited for, and a probe may say what it likes', async () => {
  await using served = await serve()
  expect((await served.call('POST', '/api/v2/verbs/list?wait=1s')).status).toBe(200)
  expect((await served.call('GET', '/healthz?probe=1', { as: null })).status).toBe(200)
})
