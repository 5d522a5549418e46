import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Artifact, LeaseId } from '#core'
import { ROUTES } from '../../../adapters/http/routes/index.ts'
import { serve, type FakeDuffy, type Served } from './fake.ts'

/** What each route answers to a stranger, to a member whose thing it is, to a member whose it is not, and to an operator. */
type Row = readonly [route: string, nobody: number, owner: number, other: number, operator: number]

const MATRIX: readonly Row[] = [
  ['GET /healthz', 200, 200, 200, 200],
  ['GET /readyz', 200, 200, 200, 200],
  ['GET /api/v2/help', 200, 200, 200, 200],
  ['GET /api/v2/verbs', 200, 200, 200, 200],
  ['GET /api/v2/openapi.json', 200, 200, 200, 200],
  ['GET /openapi.json', 200, 200, 200, 200],
  ['GET /docs', 200, 200, 200, 200],
  ['GET /link', 200, 200, 200, 200],
  ['POST /api/v2/requests', 401, 202, 202, 202],
  ['GET /api/v2/requests', 401, 200, 200, 200],
  ['GET /api/v2/requests/:id', 401, 200, 404, 200],
  ['DELETE /api/v2/requests/:id', 401, 200, 404, 200],
  ['GET /api/v2/leases', 401, 200, 200, 200],
  ['GET /api/v2/leases/:id', 401, 200, 404, 200],
  ['POST /api/v2/leases/:id/done', 401, 200, 404, 200],
  ['POST /api/v2/leases/:id/extend', 401, 200, 404, 200],
  ['POST /api/v2/leases/:id/hold', 401, 200, 404, 200],
  ['GET /api/v2/machines', 401, 200, 200, 200],
  ['GET /api/v2/machines/:name', 401, 200, 200, 200],
  ['GET /api/v2/reservations', 401, 200, 200, 200],
  ['POST /api/v2/reservations', 401, 201, 201, 201],
  ['DELETE /api/v2/reservations/:id', 401, 200, 404, 200],
  ['GET /api/v2/maintenance', 401, 200, 200, 200],
  ['POST /api/v2/maintenance', 401, 403, 403, 200],
  ['DELETE /api/v2/maintenance/:what', 401, 403, 403, 409],
  ['GET /api/v2/pools', 401, 200, 200, 200],
  ['GET /api/v2/wear', 401, 200, 200, 200],
  ['GET /api/v2/runs', 401, 200, 200, 200],
  ['GET /api/v2/runs/:id', 401, 200, 404, 200],
  ['GET /api/v2/runs/:id/log', 401, 200, 404, 200],
  ['GET /api/v2/audit', 401, 403, 403, 200],
  ['GET /api/v2/verify', 401, 403, 403, 200],
  ['POST /api/v2/config', 401, 403, 403, 200],
  ['GET /api/v2/requests/:id/why', 401, 200, 404, 200],
  ['GET /api/v2/leases/:id/why', 401, 200, 404, 200],
  ['GET /api/v2/leases/:id/artifacts', 401, 200, 404, 200],
  ['GET /api/v2/artifacts/:id', 401, 200, 404, 200],
  ['GET /api/v2/machines/:name/why', 401, 200, 200, 200],
  ['GET /api/v2/refusals/:ref/why', 401, 200, 404, 200],
  ['GET /api/v2/queue', 401, 200, 200, 200],
  ['GET /api/v2/estimates', 401, 200, 200, 200],
  // From a place that is none: the test would otherwise listen for ever.
  ['GET /api/v2/events', 401, 422, 422, 422],
  ['GET /api/v2/webhooks', 401, 200, 200, 200],
  ['POST /api/v2/webhooks', 401, 403, 403, 201],
  ['DELETE /api/v2/webhooks/:webhook', 401, 404, 404, 404],
  ['GET /api/v2/whoami', 401, 200, 200, 200],
  ['GET /api/v2/home', 401, 200, 200, 200],
  ['PUT /api/v2/home', 401, 200, 200, 200],
  ['GET /api/v2/keys', 401, 200, 200, 200],
  ['POST /api/v2/keys', 401, 201, 201, 201],
  ['DELETE /api/v2/keys/:fingerprint', 401, 200, 404, 404],
  ['POST /webhooks/jenkins', 401, 202, 202, 202],
  ['POST /api/v2/verbs/:verb', 401, 200, 200, 200],
  ['GET /api/v2/tenants', 401, 200, 200, 200],
  ['POST /api/v2/tenants', 401, 403, 403, 201],
  ['GET /api/v2/tenants/:tenant', 401, 200, 404, 200],
  ['PATCH /api/v2/tenants/:tenant', 401, 403, 403, 200],
  ['DELETE /api/v2/tenants/:tenant', 401, 403, 403, 200],
  ['POST /api/v2/tenants/:tenant/members', 401, 403, 403, 200],
  ['DELETE /api/v2/tenants/:tenant/members/:member', 401, 403, 403, 200],
  ['GET /api/v2/tenants/:tenant/api-keys', 401, 200, 404, 200],
  ['POST /api/v2/tenants/:tenant/api-keys', 401, 403, 403, 201],
  ['DELETE /api/v2/api-keys/:key', 401, 403, 404, 200],
  ['POST /api/v2/import/v3', 401, 403, 403, 200],
]

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB'

const oneArtifact = (lease: LeaseId): FakeDuffy['artifacts'] => {
  const artifact = {
    id: 'N3T8-1',
    machine: 'vm-1',
    path: '/a',
    bytes: 1,
    collectedAt: 0,
    until: 1,
  } as unknown as Artifact
  return {
    of: async () => ({ lease, artifacts: [artifact], leftOut: [], leftOutMore: 0, failed: [] }),
    named: async (id) => (id === artifact.id ? { artifact, lease, read: async () => Readable.from(['x']) } : null),
  }
}

/** Alice holds a machine of each type, waits for one more VM, and was refused as many as there are. */
const world = async (served: Served) => {
  const metal = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  const vm = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  served.duffy.work()
  const waiting = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const refused = await served.call('POST', '/api/v2/requests', { body: { type: 'metal', count: 4 } })
  const key = await served.call('POST', '/api/v2/keys', { body: { key: KEY } })
  const runs = await served.call('GET', `/api/v2/runs?lease=${metal.body.lease.id}`)
  served.duffy.artifacts = oneArtifact(vm.body.lease.id)
  return {
    artifact: 'N3T8-1',
    lease: vm.body.lease.id as string,
    request: waiting.body.request.id as string,
    machine: 'intel-1',
    refusal: refused.body.reference as string,
    run: runs.body.runs[0].id as string,
    fingerprint: encodeURIComponent(key.body.fingerprint),
    key: served.duffy.keys.alice.split('_')[1]!,
  }
}

type Things = Awaited<ReturnType<typeof world>>

const pathOf = (route: string, things: Things): string => {
  const [, path = ''] = route.split(' ')
  const id = path.includes('/runs/')
    ? things.run
    : path.startsWith('/api/v2/artifacts/')
      ? things.artifact
      : /\/re(quests|servations)\//.test(path)
        ? things.request
        : things.lease
  const filled = path
    .replace(':id', id)
    .replace(':ref', things.refusal)
    .replace(':name', things.machine)
    .replace(':fingerprint', things.fingerprint)
    .replace(':verb', 'pools')
    .replace(':tenant', 'alice')
    .replace(':member', 'irc:net:alice')
    .replace(':key', things.key)
    .replace(':what', things.machine)
    .replace(':webhook', 'hk1')
    .replace(/events$/, 'events?after=nowhere')
  return path === '/api/v2/runs' ? `${filled}?machine=intel-1` : filled
}

const BODIES: Readonly<Record<string, unknown>> = {
  'POST /api/v2/webhooks': { url: 'https://ci.example.org/duffy' },
  'PUT /api/v2/home': { platform: 'amd' },
  'POST /api/v2/requests': { type: 'metal' },
  'POST /webhooks/jenkins': { type: 'metal', build: 'https://jenkins.example.org/job/ceph/41/' },
  'POST /api/v2/reservations': { type: 'metal', from: '2026-11-28T02:00Z', for: '4h', keys: [KEY] },
  'POST /api/v2/maintenance': { what: 'intel-2', from: '2026-11-28T02:00Z', for: '2h', reason: 'bad disk' },
  'POST /api/v2/leases/:id/extend': { by: '1h' },
  'POST /api/v2/tenants': { name: 'infra' },
  'POST /api/v2/import/v3': {
    name: 'old',
    sshKey: null,
    apiKey: null,
    isAdmin: false,
    active: true,
    quota: null,
    usualS: null,
    longestS: null,
  },
  'PATCH /api/v2/tenants/:tenant': { quota: 4 },
  'POST /api/v2/tenants/:tenant/members': { member: 'irc:net:carol' },
  'POST /api/v2/leases/:id/hold': { for: '8h' },
  'POST /api/v2/keys': { key: KEY.replace('9iZkB', '9iZkC') },
}

test('the matrix has a row for every route, and a route for every row', () => {
  const routes = ROUTES.map(({ method, path }) => `${method} ${path}`)
  expect(routes.toSorted()).toEqual(MATRIX.map(([route]) => route).toSorted())
})

for (const [column, as] of ([null, 'alice', 'bob', 'operator'] as const).entries()) {
  test.each(MATRIX)(`%s answers ${as ?? 'nobody'} as it should`, async (...row: Row) => {
    await using served = await serve()
    const things = await world(served)
    const [route] = row
    const [method = ''] = route.split(' ')
    const { status, body } = await served.call(method, pathOf(route, things), { as, body: BODIES[route] })
    expect({ status, refusal: status === 404 ? body.status : undefined }).toEqual({
      status: row[column + 1],
      refusal: status === 404 ? 404 : undefined,
    })
  })
}

const UNKNOWN: readonly (readonly [string, (things: Things) => string, string])[] = [
  ['GET', ({ lease }) => `/api/v2/leases/${lease}`, '/api/v2/leases/LZZZ'],
  ['POST', ({ lease }) => `/api/v2/leases/${lease}/done`, '/api/v2/leases/LZZZ/done'],
  ['GET', ({ lease }) => `/api/v2/leases/${lease}/why`, '/api/v2/leases/LZZZ/why'],
  ['GET', ({ lease }) => `/api/v2/leases/${lease}/artifacts`, '/api/v2/leases/LZZZ/artifacts'],
  ['GET', ({ artifact }) => `/api/v2/artifacts/${artifact}`, '/api/v2/artifacts/NZZZ-1'],
  ['GET', ({ request }) => `/api/v2/requests/${request}`, '/api/v2/requests/RZZZ'],
  ['DELETE', ({ request }) => `/api/v2/requests/${request}`, '/api/v2/requests/RZZZ'],
  ['GET', ({ request }) => `/api/v2/requests/${request}/why`, '/api/v2/requests/RZZZ/why'],
  ['GET', ({ refusal }) => `/api/v2/refusals/${refusal}/why`, '/api/v2/refusals/XZZZZZ/why'],
  ['GET', ({ run }) => `/api/v2/runs/${run}`, '/api/v2/runs/NZZZ'],
  ['GET', ({ run }) => `/api/v2/runs/${run}/log`, '/api/v2/runs/NZZZ/log'],
]

test.each(UNKNOWN)("%s %s of somebody else's is answered as if it never was", async (method, mine, none) => {
  await using served = await serve()
  const things = await world(served)
  const other = await served.call(method, mine(things), { as: 'bob' })
  const unknown = await served.call(method, none, { as: 'bob' })
  const id = mine(things).split('/')[4]!
  expect(other.status).toBe(404)
  expect(other.text.replaceAll(id, 'X')).toBe(unknown.text.replaceAll(/NZZZ-1|[LRN]ZZZ|XZZZZZ/g, 'X'))
  expect([...other.headers.keys()].toSorted()).toEqual([...unknown.headers.keys()].toSorted())
})

test('a lease that has ended stays hidden from others', async () => {
  await using served = await serve()
  const { lease } = await world(served)
  await served.call('POST', `/api/v2/leases/${lease}/done`)
  expect((await served.call('GET', `/api/v2/leases/${lease}`)).status).toBe(200)
  expect((await served.call('GET', `/api/v2/leases/${lease}`, { as: 'bob' })).status).toBe(404)
})

test('?all=true shows everything to operators, and to members what is theirs', async () => {
  await using served = await serve()
  await world(served)
  const member = await served.call('GET', '/api/v2/leases?all=true', { as: 'bob' })
  const operator = await served.call('GET', '/api/v2/leases?all=true', { as: 'operator' })
  expect([member.body.leases.length, operator.body.leases.length]).toEqual([0, 2])
})

test('how a machine is reached is for operators, and for the holder by its lease', async () => {
  await using served = await serve()
  await world(served)
  const member = await served.call('GET', '/api/v2/machines/intel-1', { as: 'bob' })
  const operator = await served.call('GET', '/api/v2/machines/intel-1', { as: 'operator' })
  expect(member.text).not.toContain('192.0.2.7')
  expect(member.body.machine).not.toHaveProperty('facts')
  expect(operator.body.machine.facts).toBeDefined()
})

test('a machine is found by its name in any case', async () => {
  await using served = await serve()
  const { body } = await served.call('GET', '/api/v2/machines/INTEL-1')
  expect(body.machine.name).toBe('intel-1')
})

test('runs of a machine are shown to a member as far as they were for leases of theirs', async () => {
  await using served = await serve()
  const { run } = await world(served)
  const { machine } = (await served.call('GET', `/api/v2/runs/${run}`)).body.run
  const path = `/api/v2/runs?machine=${machine}`
  const ids = async (as: 'alice' | 'bob' | 'operator') =>
    (await served.call('GET', path, { as })).body.runs.map(({ id }: { id: string }) => id)
  expect(await ids('alice')).toEqual([run])
  expect(await ids('bob')).toEqual([])
  expect(await ids('operator')).toContain(run)
})

test('the log of a run is plain text', async () => {
  await using served = await serve()
  const { run } = await world(served)
  const { text, headers } = await served.call('GET', `/api/v2/runs/${run}/log`)
  expect(text).toBe(`PLAY of ${run}\n`)
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('the audit gives each record as hashed, from a number on', async () => {
  await using served = await serve()
  const { body } = await served.call('GET', '/api/v2/audit?after=1&limit=2', { as: 'operator' })
  expect(body.records.map(({ seq }: { seq: number }) => seq)).toEqual([2, 3])
  expect(body.next).toBe(3)
  const { hash, text } = served.duffy.records[1]!
  expect(body.records[0]).toEqual({ seq: 2, hash, text, body: JSON.parse(text) })
})

test('wear tells the spread of each platform and the uses of each machine', async () => {
  await using served = await serve()
  await world(served)
  const { body } = await served.call('GET', '/api/v2/wear')
  expect(body.platforms).toContainEqual(
    expect.objectContaining({ platform: 'any', machines: 1, least: 1, most: 1, spread: 0 }),
  )
  const used = body.platforms.filter(({ spread }: { spread: number }) => spread === 1)
  expect(used).toHaveLength(1)
  expect(body.machines).toHaveLength(5)
  expect(body).toMatchObject({ idlest: expect.any(Array), nearLimit: [], near: 0, beyond: 0 })
})

test('a dry run of the config is asked for by name', async () => {
  await using served = await serve()
  const dry = await served.call('POST', '/api/v2/config', { as: 'operator', body: { dryRun: true } })
  const real = await served.call('POST', '/api/v2/config', { as: 'operator' })
  expect([dry.body.applied, real.body.applied]).toEqual([false, true])
  expect(served.duffy.applied.map(({ dryRun }) => dryRun)).toEqual([true, false])
  expect((await served.call('POST', '/api/v2/config', { as: 'operator', body: { dryrun: true } })).status).toBe(422)
})

test('verify tells what the check found', async () => {
  await using served = await serve()
  served.duffy.verified = { ok: false, records: 7, head: 'abc', faults: ['record 4 was changed'] }
  const { body } = await served.call('GET', '/api/v2/verify', { as: 'operator' })
  expect(body).toEqual(served.duffy.verified)
})

test('machines are listed by pool and state', async () => {
  await using served = await serve()
  await world(served)
  const { body } = await served.call('GET', '/api/v2/machines?pool=metal&state=leased')
  expect(body.machines).toHaveLength(1)
  expect((await served.call('GET', '/api/v2/machines?colour=red')).status).toBe(422)
})

test('not ready is 503 for readiness and for requests, and the process lives all the same', async () => {
  await using served = await serve()
  served.duffy.isReady = false
  const statuses = await Promise.all(
    ['/readyz', '/api/v2/leases', '/healthz'].map(async (path) => (await served.call('GET', path)).status),
  )
  expect(statuses).toEqual([503, 503, 200])
})

test('a verb of two words is reached by its name with a dash', async () => {
  await using served = await serve()
  const { status, body } = await served.call('POST', '/api/v2/verbs/keys-add', { body: { key: KEY } })
  expect(status).toBe(201)
  expect(body.outcome).toBe('keyAdded')
  expect((await served.call('POST', '/api/v2/verbs/steal', { body: {} })).status).toBe(404)
})

test('the catalogue gives a JSON Schema for each verb', async () => {
  await using served = await serve()
  const { body } = await served.call('GET', '/api/v2/verbs', { as: null })
  const get = body.verbs.find(({ name }: { name: string }) => name === 'get')
  expect(get.body).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: { count: { type: 'integer', minimum: 1 }, platform: { enum: ['same', 'prefer', 'any'] } },
  })
})

test('HEAD needs a key where GET does', async () => {
  await using served = await serve()
  expect((await served.call('HEAD', '/api/v2/leases', { as: null })).status).toBe(401)
  expect((await served.call('HEAD', '/api/v2/audit')).status).toBe(403)
})

test('a home is moved without naming its type, and not without naming a platform', async () => {
  await using served = await serve()
  const moved = await served.call('PUT', '/api/v2/home', { body: { platform: 'amd' } })
  expect([moved.status, moved.body.outcome, moved.body.platform]).toEqual([200, 'homeMoved', 'amd'])
  expect((await served.call('PUT', '/api/v2/home', { body: { type: 'metal' } })).status).toBe(422)
  const { body } = await served.call('GET', '/api/v2/home')
  expect(body.homes[0]).toMatchObject({ type: 'metal', platform: 'amd' })
})
