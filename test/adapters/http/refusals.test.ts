import { expect, test } from 'vitest'
import { serve } from './fake.ts'

const MANY = { type: 'metal', count: 3 }

test('a refusal says where its reasons are, and they are there', async () => {
  await using served = await serve()
  const no = await served.call('POST', '/api/v2/requests', { body: MANY })
  expect(no.body).toMatchObject({
    status: 422,
    refusal: 'neverEnough',
    instance: `/api/v2/refusals/${no.body.reference}/why`,
  })
  expect(no.body.detail).toContain(`Why: duffy why ${no.body.reference}`)
  const { status, body } = await served.call('GET', no.body.instance)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    type: 'whyRefusal',
    ref: no.body.reference,
    at: '2026-11-23T12:00:00.000Z',
    asked: { do: 'get', count: 3 },
    refusal: { type: 'neverEnough', most: 2 },
    grounds: { why: { considered: 4 } },
    instead: ['get metal 2', 'get metal 3 any'],
  })
  expect(body.detail).toContain('Would have done:')
})

test('the verb tells the same', async () => {
  await using served = await serve()
  const no = await served.call('POST', '/api/v2/requests', { body: MANY })
  const { body } = await served.call('POST', '/api/v2/verbs/why', { body: { about: no.body.reference } })
  expect(body).toEqual((await served.call('GET', no.body.instance)).body)
})

test('one that says all there is to say has a reference, and does not go on about it', async () => {
  await using served = await serve()
  const no = await served.call('POST', '/api/v2/requests', { body: { type: 'meta' } })
  expect(no.body.reference).toMatch(/^X/)
  expect(no.body.detail).not.toContain('Why:')
})

test('it is for its own tenant and for operators', async () => {
  await using served = await serve()
  const { instance, reference } = (await served.call('POST', '/api/v2/requests', { body: MANY })).body
  const foreign = await served.call('GET', instance, { as: 'bob' })
  const unknown = await served.call('GET', '/api/v2/refusals/XZZZZZ/why', { as: 'bob' })
  expect([foreign.status, unknown.status]).toEqual([404, 404])
  expect(foreign.body.detail.replaceAll(reference, 'XZZZZZ')).toBe(unknown.body.detail)
  expect(unknown.body.detail).toContain('I do for 1d, the last 50 of a tenant, until I am started anew')
  expect((await served.call('GET', instance, { as: 'operator' })).body.tenant).toBe('alice')
})

test('refusals are in no record', async () => {
  await using served = await serve()
  const before = served.duffy.records.length
  for (let asked = 0; asked < 5; asked += 1) await served.call('POST', '/api/v2/requests', { body: MANY })
  expect(served.duffy.records.length).toBe(before)
})
