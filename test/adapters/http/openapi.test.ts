import { VERBS } from '#core'
import { expect, test } from 'vitest'
import { html } from '../../../adapters/http/html.ts'
import { documentOf } from '../../../adapters/http/openapi/document.ts'
import { ROUTES } from '../../../adapters/http/routes/index.ts'
import { GOTTEN, LEASE, MACHINE, POOL, REQUEST, RUN } from '../../../adapters/http/shapes.ts'
import { serve } from './fake.ts'

const DOCUMENT = documentOf(ROUTES)
const OPERATIONS = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
)
/** Every part of a JSON value, with where it is. */
function* parts(value: unknown, at = '#'): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return
  yield [at, value as Record<string, unknown>]
  for (const [name, part] of Object.entries(value)) yield* parts(part, `${at}/${name.replaceAll('/', '~1')}`)
}

const found = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name.replaceAll('~1', '/')], DOCUMENT)

test('the document is OpenAPI 3.1 with all that it needs', () => {
  expect(DOCUMENT).toMatchObject({ openapi: '3.1.0', info: { title: 'Duffy', version: '2' } })
  expect(Object.keys(DOCUMENT.paths).filter((path) => !path.startsWith('/'))).toEqual([])
  const ids = OPERATIONS.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every reference in it leads somewhere', () => {
  const references = [...parts(DOCUMENT)].flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []))
  expect(references.length).toBeGreaterThan(100)
  expect(references.filter((pointer) => found(pointer) === undefined)).toEqual([])
})

const TYPES = new Set(['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'])

test('every schema in it is of a type that JSON has', () => {
  const odd = [...parts(DOCUMENT.components.schemas), ...OPERATIONS.flatMap(({ operation }) => [...parts(operation)])]
    .filter(([at]) => !/\/(properties|example|enum)$|securitySchemes/.test(at))
    .filter(([, { type }]) => typeof type === 'string' && !TYPES.has(type))
    .filter(([at]) => !at.includes('/example'))
  expect(odd).toEqual([])
})

test.each(OPERATIONS)('$name says which parameters its path has, and what it answers', ({ path, operation }) => {
  const declared = operation.parameters.filter(({ in: where }) => where === 'path').map(({ name }) => name)
  expect(declared).toEqual(Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name))
  expect(operation.parameters.every(({ in: where, required }) => where !== 'path' || required)).toBe(true)
  const responses = Object.entries(operation.responses)
  expect(responses.some(([status]) => status.startsWith('2'))).toBe(true)
  for (const [, response] of responses)
    expect('$ref' in response || typeof (response as { description?: unknown }).description === 'string').toBe(true)
})

test('what is described is what is served: every route, and every verb', () => {
  const served = ROUTES.flatMap(({ method, path }) => {
    const at = path.replaceAll(/:(\w+)/g, '{$1}')
    const names = at.includes('{verb}') ? VERBS.map(({ name }) => name.replaceAll(' ', '-')) : ['']
    return names.map((name) => `${method} ${at.replace('{verb}', name)}`)
  })
  expect(OPERATIONS.map(({ name }) => name).toSorted()).toEqual(served.toSorted())
})

test('nothing is described that the server does not have, and what needs a key says so', async () => {
  await using served = await serve({ bounds: { strangers: { burst: 1000, perSecond: 1000 } } })
  for (const { name, path, operation } of OPERATIONS) {
    const { status } = await served.call(name.split(' ')[0]!, path.replaceAll(/[{}]/g, ''), { as: null })
    expect([name, status]).toEqual([name, operation.security.length === 0 ? 200 : 401])
  }
})

const WITH_EXAMPLE = OPERATIONS.flatMap(({ name, path, operation }) => {
  const example = operation.requestBody?.content['application/json']?.example
  return example === undefined ? [] : [{ name, path, example, operation }]
})

test('every body that is no verb of its own has an example', () => {
  const without = OPERATIONS.filter(({ path, operation }) => operation.requestBody && !path.includes('/verbs/'))
  expect(without.length).toBe(WITH_EXAMPLE.length)
})

test.each(WITH_EXAMPLE)('the example of $name is understood by the server', async ({ name, path, example }) => {
  await using served = await serve()
  const got = await served.call('POST', '/api/v2/requests', { as: 'operator', body: { type: 'vm' } })
  const at = path.replace('{id}', got.body.lease.id).replace('{tenant}', 'alice')
  const { status, body } = await served.call(name.split(' ')[0]!, at, { as: 'operator', body: example })
  // A site without such a machine or platform says so; it understood.
  if (status >= 300) expect(body).toMatchObject({ refusal: expect.stringMatching(/^(noSuch|noKeys|noneFree)/) })
  else expect(status).toBeLessThan(300)
})

test.each(WITH_EXAMPLE)(
  '$name takes no field that it is not said to take',
  async ({ name, path, example, operation }) => {
    await using served = await serve()
    const got = await served.call('POST', '/api/v2/requests', { as: 'operator', body: { type: 'vm' } })
    const at = path.replace('{id}', got.body.lease.id).replace('{tenant}', 'alice')
    const { schema } = operation.requestBody!.content['application/json']!
    if (schema['additionalProperties'] !== false) throw new Error('anything may be sent')
    const body = { ...(example as object), nonsense: 1 }
    expect((await served.call(name.split(' ')[0]!, at, { as: 'operator', body })).status).toBe(422)
  },
)

test('answers are as they are described', async () => {
  await using served = await serve()
  const got = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  GOTTEN.parse(got.body)
  served.duffy.work()
  await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  const waiting = await served.call('POST', '/api/v2/requests', { body: { type: 'vm' } })
  GOTTEN.parse(waiting.body)
  const all = async (path: string) => (await served.call('GET', path)).body
  const { leases } = await all('/api/v2/leases')
  const { requests } = await all('/api/v2/requests')
  const { machines } = await all('/api/v2/machines')
  const { pools } = await all('/api/v2/pools')
  const { runs } = await all(`/api/v2/runs?lease=${got.body.lease.id}`)
  for (const [shape, rows] of [
    [LEASE, leases],
    [REQUEST, requests],
    [MACHINE, machines],
    [POOL, pools],
    [RUN, runs],
  ] as const) {
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      shape.parse(row)
      expect(Object.keys(row).filter((name) => !(name in shape.shape))).toEqual([])
    }
  }
})

test('the document is served, with the public address', async () => {
  await using served = await serve({ publicUrl: 'https://duffy.example.org' })
  const { body } = await served.call('GET', '/openapi.json', { as: null })
  expect(body).toEqual({ ...DOCUMENT, servers: [{ url: 'https://duffy.example.org' }] })
  expect((await served.call('GET', '/api/v2/openapi.json', { as: null })).body).toEqual(body)
})

test('the page shows every operation, runs no script and fetches nothing', async () => {
  await using served = await serve()
  const { text, headers } = await served.call('GET', '/docs', { as: null })
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/,
  )
  for (const { operation } of OPERATIONS) expect(text).toContain(`id="${operation.operationId}"`)
  expect(text).not.toMatch(/<script|<img|<link|\son\w+=/i)
})

test('what stands in a page is escaped, wherever it comes from', () => {
  const hostile = `"><script>alert('&')</script>`
  expect(html`<p title="${hostile}">${[hostile]}</p>`.text).not.toMatch(/<script|title=""|'&'/)
})
