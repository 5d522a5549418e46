import { expect, test } from 'vitest'
import { withInstants } from '../../../adapters/http/instants.ts'
import { serve } from './fake.ts'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test('instants are told as ISO 8601 wherever they stand, and nothing else is touched', () => {
  const of = {
    until: 0,
    at: 1,
    cutTo: null,
    since: 'long ago',
    awaited: { reservedFrom: 2, requests: 2 },
    examples: [{ since: 3, until: null, has: 'x' }],
    durationMs: 7_200_000,
    attempts: 3,
  }
  expect(withInstants(of)).toEqual({
    ...of,
    until: '1970-01-01T00:00:00.000Z',
    at: '1970-01-01T00:00:00.001Z',
    awaited: { reservedFrom: '1970-01-01T00:00:00.002Z', requests: 2 },
    examples: [{ since: '1970-01-01T00:00:00.003Z', until: null, has: 'x' }],
  })
})

test('the end of a lease that was extended, and those of machines that were not taken, are told so', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  const { lease } = (await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm' } })).body
  const extended = await served.call('POST', `/api/v2/leases/${lease.id}/extend`, { as: 'bob', body: { by: '1h' } })
  expect(extended.body.until).toMatch(ISO)
  const { request } = (
    await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm', keepPlace: true } })
  ).body
  const { body } = await served.call('GET', `/api/v2/requests/${request.id}/why`, { as: 'bob' })
  expect(body.why.examples).toMatchObject([
    { machine: 'any-1', since: expect.stringMatching(ISO), until: expect.stringMatching(ISO) },
  ])
})

test('no number in an answer of the native API is an instant', async () => {
  await using served = await serve()
  await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm' } })
  await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm', keepPlace: true } })
  served.duffy.work()
  for (const path of [
    'leases',
    'requests',
    'machines',
    'pools',
    'queue',
    'maintenance',
    'reservations',
    'wear',
    'whoami',
    'tenants',
  ]) {
    const { text } = await served.call('GET', `/api/v2/${path}`, { as: 'operator' })
    // Milliseconds since 1970 have thirteen digits by now.
    expect([path, text.match(/[:[,]1[5-9]\d{11}\b/g)]).toEqual([path, null])
  }
})
