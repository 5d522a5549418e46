import { describe, expect, test } from 'vitest'
import { basic, KEYS, serveV3, specs, type V3 } from './client.ts'

/** Bytes have no type that `fetch` would add. */
const send = (served: V3, headers: Readonly<Record<string, string>>, text = JSON.stringify(specs(['metal', 1]))) =>
  fetch(`${served.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { authorization: basic('alice', KEYS.alice), ...headers },
    body: new TextEncoder().encode(text),
  })

describe('a body without a Content-Type', () => {
  test('is JSON, as it was in Duffy v3', async () => {
    await using served = await serveV3()
    expect((await send(served, {})).status).toBe(201)
    expect(served.duffy.fleet.leases.size).toBe(1)
  })

  test('is read as strictly as any other', async () => {
    await using served = await serveV3()
    expect((await send(served, {}, '{"nodes_specs": [')).status).toBe(422)
    expect((await send(served, {}, 'x'.repeat(65 * 1024))).status).toBe(413)
  })

  test('is turned away where it comes from a page in a browser', async () => {
    await using served = await serveV3()
    const told = await send(served, { origin: 'https://evil.example.org' })
    expect([told.status, await told.json()]).toEqual([
      415,
      { detail: 'Send the body as "Content-Type: application/json".' },
    ])
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('of another type stays what it says, and the native API takes none', async () => {
    await using served = await serveV3()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await send(served, { 'content-type': type })).status).toBe(415)
    const native = await fetch(`${served.url}/api/v2/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.duffy.keys.alice}` },
      body: new TextEncoder().encode('{"type": "metal"}'),
    })
    expect(native.status).toBe(415)
    expect(served.duffy.fleet.leases.size).toBe(0)
  })
})
