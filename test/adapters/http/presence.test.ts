import { expect, test } from 'vitest'
import type { RequestId } from '#core'
import { serve, until, type Served } from './fake.ts'

const VM = { type: 'vm' }

/** The only VM is bob's. */
const busy = async (): Promise<Served> => {
  const served = await serve()
  await served.call('POST', '/api/v2/requests', { as: 'bob', body: VM })
  return served
}
const free = (served: Served) => served.call('POST', '/api/v2/verbs/done', { as: 'bob', body: { what: 'all' } })
const waiting = (served: Served): RequestId[] => Array.from(served.duffy.fleet.requests.values(), ({ id }) => id)
const leases = (served: Served): string[] => [...served.duffy.fleet.leases.values()].map(({ tenant }) => tenant)

interface Held {
  readonly answer: Promise<unknown>
  close(): void
}
const hold = async (
  served: Served,
  options: { body?: object; query?: string; key?: string; others?: number } = {},
): Promise<Held> => {
  const leaving = new AbortController()
  const { body = VM, query = '?wait=60s', key, others = 0 } = options
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  const answer = served
    .call('POST', `/api/v2/requests${query}`, { body, headers, signal: leaving.signal })
    .catch(() => null)
  await until(() => served.door.waiting() === others + 1)
  return { answer, close: () => leaving.abort() }
}

test('a connection that closes before an answer takes its request out of the line', async () => {
  await using served = await busy()
  const held = await hold(served)
  held.close()
  await until(() => waiting(served).length === 0)
  await free(served)
  expect(leases(served)).toEqual([])
  expect(served.duffy.records.at(-2)?.text).toContain('"type":"requestAbandoned"')
})

test('the audit trail has who went, and how', async () => {
  await using served = await busy()
  const held = await hold(served)
  const [request] = waiting(served)
  held.close()
  await until(() => waiting(served).length === 0)
  const audit = await served.call('GET', '/api/v2/audit?limit=1000', { as: 'operator' })
  expect(audit.body.records.at(-1).body.events[0]).toEqual({
    type: 'requestAbandoned',
    request,
    how: { type: 'closed' },
  })
  const { body } = await served.call('GET', `/api/v2/requests/${request}/why`)
  expect(body.request).toMatchObject({ state: 'cancelled' })
  expect(body.detail).toContain('the connection that asked was closed before an answer came')
})

test('a request that keeps its place stays when its connection closes', async () => {
  await using served = await busy()
  const held = await hold(served, { body: { ...VM, keepPlace: true } })
  held.close()
  await until(() => served.door.waiting() === 0)
  await free(served)
  expect(leases(served)).toEqual(['alice'])
})

test('a request that was answered 202 stays when the connection of its repeat closes', async () => {
  await using served = await busy()
  const headers = { 'idempotency-key': 'job-1' }
  expect((await served.call('POST', '/api/v2/requests', { body: VM, headers })).status).toBe(202)
  const held = await hold(served, { key: 'job-1' })
  held.close()
  await until(() => served.door.waiting() === 0)
  expect(waiting(served).length).toBe(1)
})

test('a connection that closes while another holds the same request leaves it', async () => {
  await using served = await busy()
  const first = await hold(served, { key: 'job-1' })
  const second = await hold(served, { key: 'job-1', others: 1 })
  first.close()
  await until(() => served.door.waiting() === 1)
  expect(waiting(served).length).toBe(1)
  await free(served)
  expect(await second.answer).toMatchObject({ status: 201 })
})

test('a connection found dead after its repeat was answered takes nothing away', async () => {
  await using served = await busy()
  const first = await hold(served, { key: 'job-1' })
  await served.call('POST', '/api/v2/requests', { body: VM, headers: { 'idempotency-key': 'job-1' } })
  first.close()
  await until(() => served.door.waiting() === 0)
  expect(waiting(served).length).toBe(1)
})

test('a connection found dead after somebody looked at its request takes nothing away', async () => {
  await using served = await busy()
  const first = await hold(served)
  await served.call('GET', `/api/v2/requests/${waiting(served)[0]}`)
  first.close()
  await until(() => served.door.waiting() === 0)
  expect(waiting(served).length).toBe(1)
})

test('a connection that closes while its machine is prepared ends the lease, and its repeat says so', async () => {
  await using served = await serve()
  const held = await hold(served, { body: { type: 'metal' }, key: 'job-1' })
  expect(leases(served)).toEqual(['alice'])
  held.close()
  await until(() => leases(served).length === 0)
  const again = await served.call('POST', '/api/v2/requests', {
    body: { type: 'metal' },
    headers: { 'idempotency-key': 'job-1' },
  })
  expect(again.status).toBe(200)
  expect(again.body.lease).toMatchObject({ state: 'ended', ending: 'gone' })
})

test('a connection that closes while its machine is prepared keeps the lease, if it keeps its place', async () => {
  await using served = await serve()
  const body = { type: 'metal', keepPlace: true }
  const held = await hold(served, { body, key: 'job-1' })
  held.close()
  await until(() => served.door.waiting() === 0)
  served.duffy.work()
  const again = await served.call('POST', '/api/v2/requests', { body, headers: { 'idempotency-key': 'job-1' } })
  expect(again).toMatchObject({ status: 201, body: { lease: { state: 'active' } } })
})

test('closing the door takes nobody out of the line', async () => {
  const served = await busy()
  const held = await hold(served)
  await served[Symbol.asyncDispose]()
  expect(await held.answer).toMatchObject({ status: 202 })
  expect(waiting(served).length).toBe(1)
})

test('a 202 says by when to ask, and for whom nothing of the kind holds', async () => {
  await using served = await busy()
  const polled = await served.call('POST', '/api/v2/requests', { body: { ...VM, pollWithin: '10m' } })
  expect(polled.status).toBe(202)
  expect(polled.body.request).toMatchObject({ pollBy: '2026-11-23T12:10:00.000Z', pollWithinMs: 600_000 })
  expect(polled.body.detail).toContain('ask by 12:10 UTC how it stands, or the place is given up: duffy why R')
  const standard = await served.call('POST', '/api/v2/requests', { body: VM })
  expect(standard.body.request.pollBy).toBe('2026-11-23T13:00:00.000Z')
  const kept = await served.call('POST', '/api/v2/requests', { body: { ...VM, keepPlace: true } })
  expect(kept.body.request.pollBy).toBe(null)
  expect(kept.body.detail).toContain('your place is kept')
})

test('looking at a request, at its reasons, or at a list that shows it counts as asking', async () => {
  await using served = await busy()
  await served.call('POST', '/api/v2/requests', { body: VM })
  const [id] = waiting(served)
  for (const path of [`/api/v2/requests/${id}`, `/api/v2/requests/${id}/why`, '/api/v2/requests']) {
    served.duffy.looks.length = 0
    await served.call('GET', path)
    expect(served.duffy.looks, path).toEqual([id])
  }
  served.duffy.looks.length = 0
  await served.call('POST', '/api/v2/verbs/list', { body: {} })
  expect(served.duffy.looks).toEqual([id])
})

test('an operator of another tenant who looks keeps nobody in line', async () => {
  await using served = await busy()
  await served.call('POST', '/api/v2/requests', { body: VM })
  const [id] = waiting(served)
  served.duffy.looks.length = 0
  for (const path of [`/api/v2/requests/${id}`, `/api/v2/requests/${id}/why`, '/api/v2/requests?all=true'])
    expect((await served.call('GET', path, { as: 'operator' })).status).toBe(200)
  expect(served.duffy.looks).toEqual([])
})
