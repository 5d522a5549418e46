import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_BOUNDS } from '../../../adapters/http/bounds.ts'
import { settingsOf } from '../../../adapters/http/options.ts'
import { buckets } from '../../../adapters/http/rate.ts'
import { httpDoor } from '../../../adapters/http/server.ts'
import { FakeDuffy, serve } from './fake.ts'

test.each(['0.0.0.0', '::', '192.0.2.1', 'duffy.example.org', '127.evil.example'])(
  'it does not listen on %s in the clear',
  (host) => {
    expect(() => settingsOf({ host })).toThrow(/does not listen on .* in the clear: .*tls\.certFile.*trustProxy/)
  },
)

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('it listens on %s in the clear', (host) => {
  expect(settingsOf({ host }).host).toBe(host)
})

test('it listens everywhere behind a proxy that it is told to trust', () => {
  expect(settingsOf({ host: '0.0.0.0', trustProxy: ['192.0.2.1'] }).trustProxy).toEqual(['192.0.2.1'])
  expect(() => settingsOf({ host: '0.0.0.0', trustProxy: [] })).toThrow('in the clear')
  expect(() => settingsOf({ host: '0.0.0.0', trustProxy: false })).toThrow('in the clear')
})

test.each(['duffy.example.org', 'ftp://duffy.example.org', 'https://x/?a=b'])(
  'the public URL %s is not taken',
  (publicUrl) => {
    expect(() => settingsOf({ publicUrl })).toThrow('publicUrl is to be like')
  },
)

test('a certificate that cannot be read is named', () => {
  expect(() => settingsOf({ tls: { certFile: '/none.crt', keyFile: '/none.key' } })).toThrow(
    'tls.certFile: cannot read /none.crt',
  )
})

test('with a certificate it speaks TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'duffy-tls-'))
  const [certFile, keyFile] = [join(folder, 'c.pem'), join(folder, 'k.pem')]
  const make = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -keyout ${keyFile} -out ${certFile}`
  execFileSync('openssl', make.split(' '), { stdio: 'ignore' })
  await using served = await serve({ tls: { certFile, keyFile } })
  rmSync(folder, { recursive: true })
  expect(served.url).toMatch(/^https:/)
  const sent = request(`${served.url}/healthz`, { rejectUnauthorized: false }).end()
  const [response] = await once(sent, 'response')
  expect(response.statusCode).toBe(200)
  response.destroy()
})

test('a port that is taken is said to be, with how to name another', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  await expect(httpDoor({ port }).start(new FakeDuffy().ports())).rejects.toThrow(
    `Duffy cannot listen on 127.0.0.1 port ${port}: something else listens there. Give it another with DUFFY_PORT`,
  )
  other.close()
})

test('a door that is closed has let go of its port and its listener', async () => {
  const served = await serve()
  await served[Symbol.asyncDispose]()
  expect(served.duffy.listeners).toBe(0)
  await expect(fetch(`${served.url}/healthz`)).rejects.toThrow('fetch failed')
})

test('a bucket gives its burst, then its rate', () => {
  const bucket = buckets({ burst: 2, perSecond: 10 })
  expect([bucket.take('a', 0), bucket.take('a', 0), bucket.take('a', 0)]).toEqual([0, 0, 100])
  expect([bucket.take('a', 100), bucket.take('a', 100)]).toEqual([0, 100])
})

test('a clock that goes back neither fills a bucket nor empties it', () => {
  const bucket = buckets({ burst: 1, perSecond: 1 })
  expect([bucket.take('a', 5000), bucket.take('a', 0), bucket.take('a', 1000)]).toEqual([0, 1000, 0])
})

test('buckets of very many callers do not pile up', () => {
  const bucket = buckets({ burst: 1, perSecond: 1 }, 100)
  for (let n = 0; n < 10_000; n += 1) bucket.take(`caller ${n}`, n)
  expect(bucket.size).toBeLessThanOrEqual(100)
})

test('the standard bounds are those that the security page promises', () => {
  expect(DEFAULT_BOUNDS).toMatchObject({ bodyBytes: 65_536, jsonDepth: 16, jsonElements: 1000, waitMs: 600_000 })
})
