import { expect, test } from 'vitest'
import { serve } from './fake.ts'

const isoInstant = expect.stringMatching(/^2026-11-23T\d\d:\d\d:\d\d\.\d{3}Z$/)
const preview = { type: 'vm', dryRun: true }

test('a get that is only tried is 200, says which machine it would be, and takes none', async () => {
  await using served = await serve()
  const before = served.duffy.records.length
  const { status, body } = await served.call('POST', '/api/v2/requests?wait=60s', { body: preview })
  expect(status).toBe(200)
  expect(body).toMatchObject({ type: 'wouldGrant', machines: [{ name: 'any-1' }], until: '2026-11-23T14:00:00.000Z' })
  expect(body.detail).toContain('You would get any-1')
  expect(served.duffy.records.length).toBe(before)
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('a try that would wait is 200 as well, with the place that fair share gives', async () => {
  await using served = await serve()
  for (const _ of [1, 2]) await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm' } })
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: preview })
  expect(status).toBe(200)
  expect(body).toMatchObject({ type: 'wouldWait', position: 1, why: { rule: 'busy', dropped: { busy: 1 } } })
  expect(body.estimate).toEqual({ at50: [isoInstant, isoInstant], at90: [isoInstant, isoInstant] })
})

test('a try that would be refused is refused in the same words, and not remembered', async () => {
  await using served = await serve()
  const get = { type: 'metal', count: 4 }
  const tried = await served.call('POST', '/api/v2/requests', { body: { ...get, dryRun: true } })
  const asked = await served.call('POST', '/api/v2/requests', { body: get })
  expect(tried.status).toBe(422)
  const { reference, instance: _, detail, ...same } = asked.body
  expect(tried.body).toEqual({ ...same, detail: detail.replace(`. Why: duffy why ${reference}`, '') })
})

test('a try does not use up its Idempotency-Key', async () => {
  await using served = await serve()
  const headers = { 'idempotency-key': 'job-7' }
  await served.call('POST', '/api/v2/requests', { body: preview, headers })
  expect((await served.call('POST', '/api/v2/requests', { body: { type: 'vm' }, headers })).status).toBe(201)
})

test('a reservation that is only tried is 200, and made by the same without "dryRun"', async () => {
  await using served = await serve()
  const body = { type: 'metal', count: 2, from: '2026-11-24T02:00Z', for: '4h' }
  const tried = await served.call('POST', '/api/v2/reservations', { as: 'bob', body: { ...body, dryRun: true } })
  expect(tried.status).toBe(200)
  expect(tried.body).toMatchObject({ type: 'wouldReserve', from: '2026-11-24T02:00:00.000Z', durationMs: 14_400_000 })
  expect(tried.body.detail).toContain('In earnest: duffy reserve metal 2 from 2026-11-24T02:00Z for 4h')
  expect(served.duffy.fleet.requests.size).toBe(0)
  expect((await served.call('POST', '/api/v2/reservations', { as: 'bob', body })).status).toBe(201)
})

test.each([{ queue: false }, { now: true }, { priority: 2 }, { keepPlace: true }, { pollWithin: '10m' }])(
  'a reservation with %j is told that it does nothing there',
  async (idle) => {
    await using served = await serve()
    const body = { type: 'metal', from: '2026-11-24T02:00Z', ...idle }
    const told = await served.call('POST', '/api/v2/reservations', { as: 'bob', body })
    expect(told.status).toBe(422)
    expect(told.body.detail).toMatch(
      /^"\w+" does nothing here: a reservation is|^"\w+" does nothing here: a reservation never waits/,
    )
  },
)
