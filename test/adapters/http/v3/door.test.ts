import { describe, expect, test } from 'vitest'
import { basic, KEYS, parsed, serveV3, specs } from './client.ts'

describe('credentials', () => {
  test('none are 401, and asked for', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { as: null, body: specs(['metal', 1]) })
    expect([told.status, told.body]).toEqual([401, { detail: 'Not authenticated' }])
    expect(told.headers.get('www-authenticate')).toBe('Basic realm="duffy"')
  })

  test.each([
    ['a wrong key', basic('alice', KEYS.bob.replace('2', '9'))],
    ["another tenant's key", basic('alice', KEYS.bob)],
    ['no such tenant', basic('carol', KEYS.alice)],
    ['no UUID', basic('alice', 'secret')],
    ['no colon', `Basic ${Buffer.from('alice').toString('base64')}`],
    ['a bearer', 'Bearer 3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
  ])('%s is 401', async (_, authorization) => {
    await using served = await serveV3()
    const told = await served.call('GET', '/api/v1/sessions', { as: null, headers: { authorization } })
    expect([told.status, told.body]).toEqual([401, { detail: 'Unauthorized' }])
  })

  test('of a tenant that is retired are 403', async () => {
    await using served = await serveV3()
    served.duffy.does({ do: 'retireTenant', tenant: 'alice' as never })
    const told = await served.v3('GET', '/sessions')
    expect([told.status, told.body]).toEqual([403, { detail: 'Forbidden' }])
  })

  test('a stranger who tries keys is slowed down', async () => {
    await using served = await serveV3({ bounds: { strangers: { burst: 2, perSecond: 0.1 } } })
    const attempt = () =>
      served.call('GET', '/api/v1/sessions', { as: null, headers: { authorization: basic('alice', 'x') } })
    const statuses = [await attempt(), await attempt(), await attempt()].map(({ status }) => status)
    expect(statuses).toEqual([401, 401, 429])
  })

  test('a key in capitals is the same key', async () => {
    await using served = await serveV3()
    const headers = { authorization: basic('alice', KEYS.alice.toUpperCase()) }
    expect((await served.call('GET', '/api/v1/sessions', { as: null, headers })).status).toBe(200)
  })

  test('are in no log', async () => {
    await using served = await serveV3()
    served.duffy.trouble = new Error('disk on fire')
    await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
    const logged = JSON.stringify(served.duffy.logged)
    expect(logged).toContain('a request failed')
    expect(logged).not.toContain(KEYS.alice)
  })
})

describe('pools', () => {
  test('are listed without credentials, with no key that clients do not know', async () => {
    await using served = await serveV3()
    const { pools } = parsed(await served.v3('GET', '/pools', { as: null }))
    expect(pools?.map(({ name }) => name)).toEqual(['metal', 'vm'])
  })

  test('say how many machines are in which state', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
    const { pool } = parsed(await served.v3('GET', '/pools/metal', { as: null }))
    expect(pool?.levels).toMatchObject({ ready: 3, contextualizing: 0, deployed: 1 })
  })

  test('that there are not are 404', async () => {
    await using served = await serveV3()
    expect((await served.v3('GET', '/pools/nope', { as: null })).body).toEqual({ detail: 'Not Found' })
  })
})

describe('nodes', () => {
  test('tell strangers nothing of how they are reached', async () => {
    await using served = await serveV3()
    await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
    const { nodes } = parsed(await served.v3('GET', '/nodes', { as: null }))
    expect(nodes).toHaveLength(5)
    expect(nodes?.every(({ ipaddr, data }) => ipaddr === null && Object.keys(data).length === 0)).toBe(true)
    const own = parsed(await served.v3('GET', '/nodes')).nodes
    expect(own?.filter(({ ipaddr }) => ipaddr !== null)).toHaveLength(1)
  })

  test('are found by their number', async () => {
    await using served = await serveV3()
    const { node } = parsed(await served.v3('GET', '/nodes/1'))
    expect(node).toMatchObject({ id: 1, state: 'ready' })
    expect((await served.v3('GET', '/nodes/1', { as: null })).status).toBe(401)
    expect((await served.v3('GET', '/nodes/77')).status).toBe(404)
  })

  test('come from the config', async () => {
    await using served = await serveV3()
    expect((await served.v3('POST', '/nodes', { body: {} })).status).toBe(403)
    expect((await served.v3('POST', '/nodes', { as: 'admin', body: {} })).status).toBe(409)
  })
})

describe('tenants', () => {
  test('see themselves, admins all', async () => {
    await using served = await serveV3()
    const own = parsed(await served.v3('GET', '/tenants')).tenants
    expect(own).toMatchObject([{ name: 'alice', is_admin: false, effective_session_lifetime: 21_600 }])
    expect(parsed(await served.v3('GET', '/tenants', { as: 'admin' })).tenants).toHaveLength(2)
    expect(parsed(await served.v3('GET', '/tenants/1')).tenant?.name).toBe('alice')
    expect((await served.v3('GET', '/tenants/2')).status).toBe(403)
    expect((await served.v3('GET', '/tenants/9')).status).toBe(404)
  })
})

describe('what is no request', () => {
  test.each([
    ['GET', '/nothing', 404, 'Not Found'],
    ['DELETE', '/sessions/1', 405, 'Method Not Allowed'],
    ['POST', '/pools', 405, 'Method Not Allowed'],
  ])('%s %s is %i', async (method, path, status, detail) => {
    await using served = await serveV3()
    const told = await served.v3(method, path)
    expect([told.status, told.body]).toEqual([status, { detail }])
  })

  test('bad JSON is 422', async () => {
    await using served = await serveV3()
    const told = await served.v3('POST', '/sessions', { body: '{"nodes_specs": [' })
    expect(told.status).toBe(422)
    expect(told.body.detail[0].loc).toEqual(['body'])
  })

  test('a fault of ours is JSON with a text, as clients need it', async () => {
    await using served = await serveV3()
    served.duffy.trouble = new Error('disk on fire')
    const told = await served.v3('POST', '/sessions', { body: specs(['metal', 1]) })
    expect(told.status).toBe(500)
    expect(told.body).toEqual({ detail: expect.stringContaining('failed on my side') })
    expect(told.text).not.toContain('disk')
  })

  test('nothing is there if the site turns it off', async () => {
    await using served = await serveV3({ v3: { enabled: false } })
    expect((await served.v3('GET', '/pools', { as: null })).status).toBe(404)
  })
})
