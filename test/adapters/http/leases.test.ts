import { expect, test } from 'vitest'
import { serve, until } from './fake.ts'

const GET = { type: 'metal' }

test('a get is 202 while its machine is prepared, and the lease is active once it has been', async () => {
  await using served = await serve()
  const asked = await served.call('POST', '/api/v2/requests', { body: GET })
  expect(asked.status).toBe(202)
  expect(asked.body.lease).toMatchObject({ state: 'preparing', until: null })
  const { id } = asked.body.lease
  expect(asked.headers.get('location')).toBe(`/api/v2/leases/${id}`)
  served.duffy.work()
  const { body } = await served.call('GET', `/api/v2/leases/${id}`)
  expect(body.lease).toMatchObject({ id, state: 'active', until: '2026-11-23T14:00:00.000Z' })
  expect(body.lease.machines[0]).toMatchObject({
    address: '192.0.2.7',
    port: 2222,
    user: 'ci',
    arch: 'x86_64',
    type: 'metal',
    pool: 'metal',
    open: true,
  })
})

test('a get whose pool needs no step is 201 at once', async () => {
  await using served = await serve()
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  expect(status).toBe(201)
  expect(body.lease).toMatchObject({ number: 1, state: 'active', type: 'vm', request: expect.stringMatching(/^R/) })
})

test('?wait= holds the answer until one can log in', async () => {
  await using served = await serve()
  const asking = served.call('POST', '/api/v2/requests?wait=20s', { body: GET })
  await until(() => served.door.waiting() === 1)
  served.duffy.work()
  const { status, body } = await asking
  expect(status).toBe(201)
  expect(body.lease.state).toBe('active')
  expect(served.door.waiting()).toBe(0)
})

test('?wait= follows a request from the line to its lease', async () => {
  await using served = await serve()
  await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const asking = served.call('POST', '/api/v2/requests?wait=20s', { as: 'bob', body: { type: 'vm' } })
  await until(() => served.door.waiting() === 1)
  await served.call('POST', '/api/v2/verbs/done', { body: { what: 'all' } })
  expect((await asking).status).toBe(201)
})

test('?wait= ends when a request that waits is cancelled', async () => {
  await using served = await serve()
  await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const asking = served.call('POST', '/api/v2/requests?wait=20s', { body: { type: 'vm' } })
  await until(() => served.door.waiting() === 1)
  const { body } = await served.call('GET', '/api/v2/requests')
  await served.call('DELETE', `/api/v2/requests/${body.requests[0].id}`)
  const answer = await asking
  expect(answer.status).toBe(200)
  expect(answer.body.request.state).toBe('cancelled')
})

test('?wait= is over after its time, with how things stand', async () => {
  await using served = await serve()
  const { status, body } = await served.call('POST', '/api/v2/requests?wait=50s', {
    body: { type: 'vm', count: 1 },
  })
  expect(status).toBe(201)
  const started = performance.now()
  const waiting = await served.call('POST', '/api/v2/requests?wait=0.3s', { body: { type: 'vm' } })
  expect(performance.now() - started).toBeGreaterThan(250)
  expect(waiting.status).toBe(202)
  expect(waiting.body.request).toMatchObject({ state: 'waiting', position: 1, note: null })
  expect(body.lease.state).toBe('active')
})

test('?wait= is cut to the longest wait', async () => {
  await using served = await serve({ bounds: { waitMs: 200 } })
  const { status } = await served.call('POST', '/api/v2/requests?wait=1h', { body: GET })
  expect(status).toBe(202)
})

test('a wait that is no length of time is not understood, and nothing is leased', async () => {
  await using served = await serve()
  const { status, body } = await served.call('POST', '/api/v2/requests?wait=soon', { body: GET })
  expect(status).toBe(422)
  expect(body.detail).toContain('?wait=60s')
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('a client that goes away while it waits leaves nothing behind', async () => {
  await using served = await serve()
  const leaving = new AbortController()
  const asking = served.call('POST', '/api/v2/requests?wait=60s', { body: GET, signal: leaving.signal })
  await until(() => served.door.waiting() === 1)
  leaving.abort()
  await expect(asking).rejects.toThrow('aborted')
  await until(() => served.door.waiting() === 0)
  expect(served.duffy.logged).toEqual([])
})

test('beyond the most waiters an answer comes at once', async () => {
  await using served = await serve({ bounds: { waiters: 1 } })
  const leaving = new AbortController()
  const first = served.call('POST', '/api/v2/requests?wait=60s', { body: GET, signal: leaving.signal })
  await until(() => served.door.waiting() === 1)
  expect((await served.call('POST', '/api/v2/requests?wait=60s', { body: GET })).status).toBe(202)
  leaving.abort()
  await expect(first).rejects.toThrow('aborted')
})

test('closing the door lets those who wait go with an answer, and stops listening to commits', async () => {
  const served = await serve()
  const asking = served.call('POST', '/api/v2/requests?wait=60s', { body: GET })
  await until(() => served.door.waiting() === 1)
  await served[Symbol.asyncDispose]()
  expect((await asking).status).toBe(202)
  expect(served.duffy.listeners).toBe(0)
})

test('a request that waits tells its place, and how to take a machine of another platform', async () => {
  await using served = await serve()
  await served.call('POST', '/api/v2/requests', { body: { type: 'metal', count: 2 } })
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: GET })
  expect(status).toBe(202)
  expect(body.request).toMatchObject({ state: 'waiting', position: 1, elsewhere: 2 })
  expect(body.request.note).toMatch(/^On other platforms 2 machines are free now.*duffy get metal any/)
})

test('with "queue": false a get that cannot be served at once is refused', async () => {
  await using served = await serve()
  await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: { type: 'vm', queue: false } })
  expect(status).toBe(409)
  expect(body.refusal).toBe('noneFree')
  expect(served.duffy.fleet.requests.size).toBe(0)
})

test('every field of a get reaches the lease', async () => {
  await using served = await serve()
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB me@home'
  const { status, body } = await served.call('POST', '/api/v2/requests', {
    body: {
      type: 'metal',
      count: 2,
      for: '3h',
      platform: 'any',
      pool: 'metal',
      arch: 'x86_64',
      labels: [],
      keys: [key],
      reason: 'bisect',
      metadata: { build: '42' },
      queue: true,
    },
  })
  expect(status).toBe(202)
  expect(body.lease).toMatchObject({ count: 2, durationMs: 10_800_000, reason: 'bisect', metadata: { build: '42' } })
  const lease = served.duffy.fleet.leases.get(body.lease.id)!
  expect(lease.keys.map((of) => served.duffy.fleet.personal.get(of)?.text)).toEqual([
    key.split(' ').slice(0, 2).join(' '),
  ])
})

test('a repeat under the same Idempotency-Key finds its lease as it is by then', async () => {
  await using served = await serve()
  const headers = { 'idempotency-key': 'job-7' }
  const first = await served.call('POST', '/api/v2/requests', { body: GET, headers })
  served.duffy.work()
  const second = await served.call('POST', '/api/v2/requests', { body: GET, headers })
  expect([first.status, second.status]).toEqual([202, 201])
  expect(second.body.lease.id).toBe(first.body.lease.id)
  await served.call('POST', `/api/v2/leases/${first.body.lease.id}/done`)
  const third = await served.call('POST', '/api/v2/requests', { body: GET, headers })
  expect(third.status).toBe(200)
  expect(third.body.lease).toMatchObject({ state: 'ended', ending: 'done' })
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('the same Idempotency-Key with another body is a conflict', async () => {
  await using served = await serve()
  const headers = { 'idempotency-key': 'job-7' }
  await served.call('POST', '/api/v2/requests', { body: GET, headers })
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' }, headers })
  expect(status).toBe(409)
  expect(body.refusal).toBe('idUsedBefore')
})

test('two callers never meet each other under one Idempotency-Key', async () => {
  await using served = await serve()
  const headers = { 'idempotency-key': 'job-7' }
  const alice = await served.call('POST', '/api/v2/requests', { body: GET, headers })
  const bob = await served.call('POST', '/api/v2/requests', { as: 'bob', body: GET, headers })
  expect(bob.body.lease.id).not.toBe(alice.body.lease.id)
})

test.each(['', 'a b', 'x'.repeat(201)])('the Idempotency-Key %j is not taken', async (key) => {
  await using served = await serve()
  const { status } = await served.call('POST', '/api/v2/requests', { body: GET, headers: { 'idempotency-key': key } })
  expect(status).toBe(422)
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('a lease is extended and given back by its address', async () => {
  await using served = await serve()
  const { body } = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const { id } = body.lease
  const extended = await served.call('POST', `/api/v2/leases/${id}/extend`, { body: { by: '1h' } })
  expect(extended.status).toBe(200)
  expect(extended.body).toMatchObject({ outcome: 'extended', lease: { until: '2026-11-23T15:00:00.000Z' } })
  const done = await served.call('POST', `/api/v2/leases/${id.toLowerCase()}/done`)
  expect(done.status).toBe(200)
  expect(done.body).toMatchObject({ outcome: 'done', leases: [id] })
  const after = await served.call('GET', `/api/v2/leases/${id}`)
  expect(after.body.lease).toMatchObject({ state: 'ended', ending: 'done' })
  expect(after.body.lease.machines.every((machine: { address: unknown }) => machine.address === null)).toBe(true)
})

test('the lease in the address cannot be overruled by the body', async () => {
  await using served = await serve()
  const { body } = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const { status } = await served.call('POST', `/api/v2/leases/${body.lease.id}/done`, { body: { what: 'all' } })
  expect(status).toBe(422)
  expect(served.duffy.fleet.leases.size).toBe(1)
})

test('a request that waits is read and cancelled by its address', async () => {
  await using served = await serve()
  await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const { body, headers } = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const path = `/api/v2/requests/${body.request.id}`
  expect(headers.get('location')).toBe(path)
  expect((await served.call('GET', path)).body.request.state).toBe('waiting')
  const cancelled = await served.call('DELETE', path)
  expect(cancelled.status).toBe(200)
  expect(cancelled.body.outcome).toBe('cancelled')
  expect((await served.call('GET', path)).body.request.state).toBe('cancelled')
})

test('lists come in pages', async () => {
  await using served = await serve()
  for (const type of ['vm', 'metal', 'metal']) await served.call('POST', '/api/v2/requests', { body: { type } })
  const first = await served.call('GET', '/api/v2/leases?limit=2')
  expect(first.body.leases.map(({ number }: { number: number }) => number)).toEqual([1, 2])
  const rest = await served.call('GET', `/api/v2/leases?limit=2&after=${first.body.next}`)
  expect(rest.body).toMatchObject({ leases: [{ number: 3 }], next: null })
})

test('Location has the public URL before it', async () => {
  await using served = await serve({ publicUrl: 'https://duffy.example.org/' })
  const { headers } = await served.call('POST', '/api/v2/requests', { body: GET })
  expect(headers.get('location')).toMatch(/^https:\/\/duffy\.example\.org\/api\/v2\/leases\/L/)
})
