import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { callerOf } from '../../../adapters/http/api-key.ts'
import { FakeDuffy, serve, until, type Served } from './fake.ts'

const POST = '/api/v2/requests'

const post = (served: Served, body: string, headers: Readonly<Record<string, string>> = {}) =>
  served.call('POST', POST, { body, headers })

test.each([
  ['a key twice', '{"type":"vm","type":"metal"}', '"type" twice'],
  ['a key twice, once escaped', '{"type":"vm","\\u0074ype":"metal"}', '"type" twice'],
  ['a key twice further in', '{"type":"vm","metadata":{"a":"1","a":"2"}}', '"a" twice'],
  ['__proto__', '{"type":"vm","__proto__":{"x":1}}', '__proto__'],
  ['__proto__, escaped', '{"type":"vm","__pr\\u006fto__":{"x":1}}', '__proto__'],
  ['__proto__ in metadata', '{"type":"vm","metadata":{"__proto__":"x"}}', '__proto__'],
  ['constructor', '{"type":"vm","constructor":{"prototype":{"x":1}}}', 'constructor'],
  ['deep arrays', `{"type":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'nests deeper'],
  ['deep objects', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, 'nests deeper'],
  ['a long array', `{"type":"vm","labels":[${'1,'.repeat(1000)}1]}`, 'more than 1000'],
  ['half a body', '{"type":"vm"', 'not JSON'],
  ['no JSON at all', 'type=vm', 'not JSON'],
])('a body with %s is 400', async (_what, body, why) => {
  await using served = await serve()
  const answer = await post(served, body)
  expect(answer.status).toBe(400)
  expect(answer.body.detail).toContain(why)
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('quotes and brackets inside of strings are no structure', async () => {
  await using served = await serve()
  const { status, body } = await post(served, '{"type":"vm","reason":"a \\"}],{[ \\\\","metadata":{"b":"{\\"c\\":1}"}}')
  expect(status).toBe(201)
  expect(body.lease).toMatchObject({ reason: 'a "}],{[ \\', metadata: { b: '{"c":1}' } })
})

test('nothing that was sent reached a prototype', async () => {
  await using served = await serve()
  await post(served, '{"type":"vm","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json\ta',
  ' text/plain; application/json',
  'application/jsonx',
  'application/json;charset=utf-16',
  'multipart/form-data; boundary=x',
])('the content type %j does not get around the check of the body', async (type) => {
  await using served = await serve()
  const { status } = await post(served, '{"type":"vm","__proto__":{},"colour":"red"}', { 'content-type': type })
  expect([400, 415]).toContain(status)
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('a text body is 415, with what to send instead', async () => {
  await using served = await serve()
  const { status, body } = await post(served, 'hello', { 'content-type': 'text/plain' })
  expect(status).toBe(415)
  expect(body.detail).toContain('application/json')
})

test('a body of 64 KiB is taken, and one byte more is 413', async () => {
  await using served = await serve()
  const sized = (bytes: number): string => `{"type":"vm"}${' '.repeat(bytes - 13)}`
  expect((await post(served, sized(65_536))).status).toBe(201)
  expect((await post(served, sized(65_537))).status).toBe(413)
})

test('a gigabyte in chunks is cut off early', async () => {
  await using served = await serve()
  const socket = await open(served)
  const answer = collected(socket)
  socket.write(`POST ${POST} HTTP/1.1\r\n${headersOf(served)}Transfer-Encoding: chunked\r\n\r\n`)
  const chunk = Buffer.alloc(65_536, 0x20)
  let sent = 0
  while (sent < 1024 ** 3 && socket.writable && !answer.text.includes('413')) {
    socket.write(`${chunk.length.toString(16)}\r\n`)
    socket.write(chunk)
    if (!socket.write('\r\n')) await Promise.race([new Promise((go) => socket.once('drain', go)), pause(50)])
    sent += chunk.length
  }
  await until(() => answer.text.includes('413') || socket.closed)
  expect(sent).toBeLessThan(64 * 1024 ** 2)
  expect(served.duffy.fleet.leases.size).toBe(0)
  socket.destroy()
})

test('a compressed body is not unpacked', async () => {
  await using served = await serve()
  const { gzipSync } = await import('node:zlib')
  const response = await fetch(`${served.url}${POST}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${served.duffy.keys.alice}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    },
    body: gzipSync('{"type":"vm"}'),
  })
  expect(response.status).toBe(400)
})

test('callers who send their headers slowly are let go, while others are served', async () => {
  await using served = await serve({ bounds: { headersMs: 2_000, requestMs: 4_000, slowCheckMs: 50 } })
  const slow = await Promise.all(Array.from({ length: 200 }, () => open(served)))
  const texts = slow.map(collected)
  for (const socket of slow) socket.write(`GET /api/v2/leases HTTP/1.1\r\nHost: x\r\nX-A: `)
  expect((await served.call('GET', '/api/v2/leases')).status).toBe(200)
  expect(slow.filter((socket) => socket.closed || socket.readableEnded)).toEqual([])
  await until(() => slow.every((socket) => socket.closed || socket.readableEnded))
  expect(texts[0]!.text).toMatch(/^HTTP\/1\.1 408/)
})

test('a caller who sends its body slowly is let go', async () => {
  await using served = await serve({ bounds: { headersMs: 300, requestMs: 500, slowCheckMs: 50 } })
  const socket = await open(served)
  const answer = collected(socket)
  socket.write(`POST ${POST} HTTP/1.1\r\n${headersOf(served)}Content-Length: 100\r\n\r\n{"type"`)
  await until(() => socket.closed || socket.readableEnded)
  expect(answer.text).not.toContain('201')
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('a slow caller that is being waited for with ?wait= is not taken for one', async () => {
  await using served = await serve({ bounds: { headersMs: 100, requestMs: 200, slowCheckMs: 50 } })
  const { status } = await served.call('POST', `${POST}?wait=0.6s`, { body: { type: 'metal' } })
  expect(status).toBe(202)
})

test('headers without end are 431', async () => {
  await using served = await serve()
  const socket = await open(served)
  const answer = collected(socket)
  socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`)
  await until(() => answer.text.includes('\r\n\r\n'))
  expect(answer.text).toMatch(/^HTTP\/1\.1 431/)
  expect(answer.text).toContain('application/problem+json')
})

test('what is no HTTP is 400', async () => {
  await using served = await serve()
  const socket = await open(served)
  const answer = collected(socket)
  socket.write('\u0016\u0003\u0001 hello\r\n\r\n')
  await until(() => answer.text.includes('\r\n\r\n'))
  expect(answer.text).toMatch(/^HTTP\/1\.1 400/)
})

test.each([
  ['no key', undefined],
  ['no scheme', 'dfy_abc_def'],
  ['another scheme', 'Basic dXNlcjpwYXNz'],
  ['an unknown key', `Bearer dfy_aaaaaaaaaaaa_${'a'.repeat(43)}`],
  ['a key that is too long', `Bearer dfy_aaaaaaaaaaaa_${'a'.repeat(5000)}`],
  ['a prototype as id', `Bearer dfy_constructor_${'a'.repeat(43)}`],
])('%s is 401, and says how', async (_what, authorization) => {
  await using served = await serve()
  const headers = authorization === undefined ? {} : { authorization }
  const { status, headers: told, body } = await served.call('GET', '/api/v2/leases', { as: null, headers })
  expect(status).toBe(401)
  expect(told.get('www-authenticate')).toBe('Bearer realm="duffy"')
  expect(body.detail).toContain('Authorization: Bearer dfy_')
})

test('a wrong secret and an unknown id are answered alike', async () => {
  await using served = await serve()
  const [, id] = served.duffy.keys.alice.split('_')
  const answers = await Promise.all(
    [`dfy_${id}_${'a'.repeat(43)}`, `dfy_nobody_${'a'.repeat(43)}`].map(async (key) => {
      const { text, status } = await served.call('GET', '/api/v2/leases', {
        headers: { authorization: `Bearer ${key}` },
      })
      return { text, status }
    }),
  )
  expect(answers[0]).toEqual(answers[1])
})

test('a key that only another replica knew so far is found after catching up', async () => {
  const duffy = new FakeDuffy()
  const { lane } = duffy.ports()
  const caller = await callerOf(`Bearer ${duffy.keys.alice}`, { apiKey: () => undefined, lane })
  expect(caller).toMatchObject({ tenant: 'alice', role: 'member' })
})

test('the body of a caller without a key is not even read', async () => {
  await using served = await serve()
  const { status } = await served.call('POST', POST, { as: null, body: '{"broken' })
  expect(status).toBe(401)
})

test('a key that is used too fast is 429 with the time to try again, while another is served', async () => {
  await using served = await serve({ bounds: { perKey: { burst: 3, perSecond: 0.5 } } })
  const statuses = []
  for (let n = 0; n < 4; n += 1) statuses.push((await served.call('GET', '/api/v2/leases')).status)
  expect(statuses).toEqual([200, 200, 200, 429])
  const { headers, body } = await served.call('GET', '/api/v2/leases')
  expect(headers.get('retry-after')).toBe('2')
  expect(body.type).toBe('urn:duffy:tooFast')
  expect((await served.call('GET', '/api/v2/leases', { as: 'bob' })).status).toBe(200)
  served.duffy.pass(2000)
  expect((await served.call('GET', '/api/v2/leases')).status).toBe(200)
})

test('an address that is too fast is 429 before its key is looked at', async () => {
  await using served = await serve({ bounds: { perAddress: { burst: 2, perSecond: 1 } } })
  const statuses = []
  for (let n = 0; n < 3; n += 1) statuses.push((await served.call('GET', '/healthz', { as: null })).status)
  expect(statuses).toEqual([200, 200, 429])
})

test('guessing keys is slowed down, and does not lock out those who have one', async () => {
  await using served = await serve({ bounds: { strangers: { burst: 2, perSecond: 1 } } })
  const statuses = []
  for (let n = 0; n < 3; n += 1) statuses.push((await served.call('GET', '/api/v2/leases', { as: null })).status)
  expect(statuses).toEqual([401, 401, 429])
  expect((await served.call('GET', '/api/v2/leases')).status).toBe(200)
})

test('behind a trusted proxy each caller has a bucket of its own', async () => {
  await using served = await serve({ trustProxy: ['127.0.0.1'], bounds: { perAddress: { burst: 1, perSecond: 1 } } })
  const from = (address: string) =>
    served.call('GET', '/healthz', { as: null, headers: { 'x-forwarded-for': address } })
  expect([(await from('198.51.100.1')).status, (await from('198.51.100.2')).status]).toEqual([200, 200])
  expect((await from('198.51.100.1')).status).toBe(429)
})

test('without one, what a caller says of its address is not believed', async () => {
  await using served = await serve({ bounds: { perAddress: { burst: 1, perSecond: 1 } } })
  const from = (address: string) =>
    served.call('GET', '/healthz', { as: null, headers: { 'x-forwarded-for': address } })
  expect([(await from('198.51.100.1')).status, (await from('198.51.100.2')).status]).toEqual([200, 429])
})

const open = async (served: Served): Promise<Socket> => {
  const { port, hostname } = new URL(served.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const collected = (socket: Socket): { text: string } => {
  const answer = { text: '' }
  socket.on('data', (part) => (answer.text += part.toString()))
  return answer
}

const headersOf = (served: Served): string =>
  `Host: x\r\nAuthorization: Bearer ${served.duffy.keys.alice}\r\nContent-Type: application/json\r\n`
