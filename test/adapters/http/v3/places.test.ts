import { expect, test } from 'vitest'
import type { V3Settings } from '../../../../adapters/http/facade/settings.ts'
import { until } from '../fake.ts'
import { basic, KEYS, serveV3, type V3 } from './client.ts'

const VM = { tenant_id: null, nodes_specs: [{ pool: 'vm', quantity: 1 }] }
const SHORT = { detail: "can't reserve nodes: quantity=1 pool='vm'" }

/** One VM, which alice holds. */
const busy = async (v3: Partial<V3Settings> = {}) => {
  const served = await serveV3({ v3: { waitMs: 300, ...v3 } })
  await served.v3('POST', '/sessions', { body: VM })
  const free = () => served.v3('PUT', '/sessions/1', { body: { active: false, expires_at: null } })
  return { ...served, free }
}
const requests = ({ duffy }: V3) => [...duffy.fleet.requests.values()]
const isHeld = (served: V3) => requests(served).some(({ poll }) => poll?.kept?.left === false)

test('who polls /sessions keeps one place for one wish, and is told what clients expect', async () => {
  await using served = await busy()
  for (const _ of [1, 2]) {
    const told = await served.v3('POST', '/sessions', { as: 'bob', body: VM })
    expect([told.status, told.body]).toEqual([422, SHORT])
  }
  const [place, ...more] = requests(served)
  expect(more).toEqual([])
  const again = served.v3('POST', '/sessions', { as: 'bob', body: VM })
  await until(() => isHeld(served))
  await served.free()
  expect((await again).status).toBe(201)
  expect([...served.duffy.fleet.leases.values()].map(({ request }) => request)).toEqual([place!.id])
})

test('who stopped polling is granted nothing', async () => {
  await using served = await busy({ waitMs: 30 })
  await served.v3('POST', '/sessions', { as: 'bob', body: VM })
  await served.free()
  expect(served.duffy.fleet.leases.size).toBe(0)
  served.duffy.pass(11 * 60_000)
  expect(requests(served)).toEqual([])
})

test('who hangs up while waiting leaves nothing but a place', async () => {
  await using served = await busy({ waitMs: 60_000 })
  const hangUp = new AbortController()
  const headers = { authorization: basic('bob', KEYS.bob) }
  const asking = served.call('POST', '/api/v1/sessions', { as: null, headers, body: VM, signal: hangUp.signal })
  await until(() => isHeld(served))
  hangUp.abort()
  await expect(asking).rejects.toThrow('abort')
  await until(() => !isHeld(served))
  await served.free()
  expect([served.duffy.fleet.leases.size, served.door.waiting()]).toEqual([0, 0])
})

test('who gave an id of their own comes back to the request itself, and to what it was granted meanwhile', async () => {
  await using served = await busy({ waitMs: 50 })
  const headers = { authorization: basic('bob', KEYS.bob), 'idempotency-key': 'build-7' }
  const post = () => served.call('POST', '/api/v1/sessions', { as: null, headers, body: VM })
  expect((await post()).status).toBe(422)
  await served.free()
  expect(served.duffy.fleet.leases.size).toBe(1)
  const told = await post()
  expect([told.status, told.body.session.nodes[0].hostname]).toEqual([201, 'any-1'])
})
