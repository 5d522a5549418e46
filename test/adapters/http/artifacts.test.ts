import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LeaseId, type MachineName, type RunId, HOUR } from '#core'
import { artifactDesk } from '../../../adapters/duffy/artifact-desk.ts'
import { storeIn } from '../../kit/artifacts.ts'
import { scratch } from '../../kit/scratch.ts'
import { serve, type Served } from './fake.ts'

const folder = mkdtempSync(join(scratch(), 'duffy-http-artifacts-'))
let served: Served
let lease: LeaseId
const HOSTILE = '/tmp/"; filename=x.html\\u{d}<script>.HTML'

beforeAll(async () => {
  served = await serve()
  const { duffy } = served
  const store = await storeIn(folder, { clock: () => duffy.at, keepMs: HOUR })
  duffy.artifacts = artifactDesk(duffy.ports().store, store)
  lease = (await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })).body.lease.id
  await served.call('POST', `/api/v2/leases/${lease}/done`)
  const collect = { lease, tenant: 'alice', paths: ['/tmp'], mostFiles: 10, mostBytes: 1000 }
  const intake = await store.begin('N3T8' as RunId, 'any-1' as MachineName, collect)
  writeFileSync(join(intake.folder, '1'), '<script>alert(1)</script>')
  const lines = [
    { file: '1', path: HOSTILE, bytes: 25 },
    { left: '/tmp/link', because: 'a symbolic link' },
  ]
  writeFileSync(join(intake.folder, 'manifest'), lines.map((line) => JSON.stringify(line)).join('\n'))
  await intake.keep(() => false)
})
afterAll(async () => {
  await served?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('what was collected of a lease is listed, with its names as data, while it lasts and afterwards', async () => {
  const { status, body } = await served.call('GET', `/api/v2/leases/${lease}/artifacts`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    type: 'artifacts',
    lease,
    lasts: false,
    collecting: [],
    artifacts: [
      {
        id: 'N3T8-1',
        machine: 'any-1',
        path: HOSTILE,
        bytes: 25,
        collectedAt: '2026-11-23T12:00:00.000Z',
        keptUntil: '2026-11-23T13:00:00.000Z',
      },
    ],
    leftOut: [{ machine: 'any-1', path: '/tmp/link', because: 'a symbolic link' }],
    leftOutMore: 0,
    failed: [],
  })
  expect(body.detail).toContain('1 file of ')
})

test('a file comes as bytes that no browser shows, under a name that is only a name', async () => {
  const { status, text, headers } = await served.call('GET', '/api/v2/artifacts/N3T8-1')
  expect([status, text]).toEqual([200, '<script>alert(1)</script>'])
  expect(headers.get('content-type')).toBe('application/octet-stream')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  expect(headers.get('content-length')).toBe('25')
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="N3T8-1-[\w.+=@-]+"$/)
  expect(headers.get('cache-control')).toBe('no-store')
})

test('an operator may have it too', async () => {
  expect((await served.call('GET', '/api/v2/artifacts/N3T8-1', { as: 'operator' })).status).toBe(200)
  expect((await served.call('GET', `/api/v2/leases/${lease}/artifacts`, { as: 'operator' })).status).toBe(200)
})

test("another tenant's are as unknown as none, and nobody's without a key", async () => {
  const [theirs, none] = await Promise.all([
    served.call('GET', '/api/v2/artifacts/N3T8-1', { as: 'bob' }),
    served.call('GET', '/api/v2/artifacts/N9Z9-1', { as: 'bob' }),
  ])
  expect(theirs.status).toBe(404)
  expect({ ...theirs.body, detail: '' }).toEqual({ ...none.body, detail: '' })
  expect((await served.call('GET', `/api/v2/leases/${lease}/artifacts`, { as: 'bob' })).status).toBe(404)
  expect((await served.call('GET', '/api/v2/artifacts/N3T8-1', { as: null })).status).toBe(401)
})

test.each(['N3T8-2', '..%2fN3T8-1', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'N3T8-1%00', 'N3T8', 'index.json', '-1'])(
  'there is nothing at %s',
  async (id) => {
    expect((await served.call('GET', `/api/v2/artifacts/${id}`)).status).toBe(404)
  },
)

test('what cannot be collected is refused, by the name of the pool', async () => {
  const asked = await served.call('POST', '/api/v2/requests', { body: { type: 'metal', collect: ['/var/log/*.log'] } })
  expect([asked.status, asked.body.refusal, asked.body.data.pool]).toEqual([422, 'cannotCollect', 'metal'])
  const bad = await served.call('POST', '/api/v2/requests', { body: { type: 'metal', collect: ['../x'] } })
  expect([bad.status, bad.body.detail]).toEqual([422, expect.stringContaining('is no path to collect')])
})

test('when its time is over it is gone', async () => {
  served.duffy.pass(HOUR)
  expect((await served.call('GET', '/api/v2/artifacts/N3T8-1')).status).toBe(404)
  const { body } = await served.call('GET', `/api/v2/leases/${lease}/artifacts`)
  expect(body.artifacts).toEqual([])
  expect(body.detail).toContain('Nothing is kept')
})
