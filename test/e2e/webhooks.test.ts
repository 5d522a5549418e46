import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy } from '../kit/duffy.ts'
import { webhookServer } from '../kit/webhook-server.ts'
import { until } from '../adapters/http/fake.ts'
import { KEY } from '../kit/key.ts'

const CONFIG: Config = {
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
  pools: { metal: { type: 'metal', driver: 'null', steps: [], machines: [{ name: 'm1', platform: 'intel' }] } },
  tenants: { local: { quota: 4, keys: [KEY] } },
  webhooks: { allow: ['127.0.0.0/8'] },
}

test('a kill loses nothing of what is to be posted, and its secret stays good', async () => {
  await using server = await webhookServer()
  await using duffy = await runDuffy({ config: CONFIG, warm: false })
  server.standard = 500
  const added = await duffy.operate('POST', '/api/v2/webhooks', { url: server.url, all: true })
  expect(added.status).toBe(201)
  const { webhook, secret } = added.body
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(JSON.stringify((await duffy.operate('GET', '/api/v2/webhooks')).body)).not.toContain(secret)
  expect(JSON.stringify((await duffy.operate('GET', '/api/v2/audit?limit=1000')).body)).not.toContain(secret)

  const { body } = await duffy.api('POST', '/api/v2/requests', { type: 'metal' })
  await duffy.api('POST', `/api/v2/leases/${body.lease.id}/done`)
  await until(() => server.got.length > 0)
  await duffy.kill()
  const failed = server.got.length
  server.standard = 200
  await duffy.start()
  const ended = ({ data }: { data: { type: string } }): boolean => data.type === 'leaseEnded'
  for (let tries = 0; tries < 6 && !server.got.some(ended); tries += 1)
    await until(() => server.got.some(ended)).catch(() => {})

  const taken = server.got.slice(failed)
  const ids = taken.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(ids.length)
  expect(taken.map(({ data }) => data.type).filter((type) => /^(request|lease)/.test(type))).toEqual([
    'requestMade',
    'leaseGranted',
    'leaseActivated',
    'leaseEnded',
  ])
  const [{ headers, body: posted }] = taken as [(typeof taken)[number]]
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${posted}`
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)

  expect((await duffy.operate('DELETE', `/api/v2/webhooks/${webhook}`)).status).toBe(200)
  expect((await duffy.operate('GET', '/api/v2/webhooks')).body.webhooks).toEqual([])
}, 90_000)

test('an address that the site does not allow is refused, with what an operator can do', async () => {
  await using duffy = await runDuffy({ config: { ...CONFIG, webhooks: {} }, warm: false })
  const told = await duffy.operate('POST', '/api/v2/webhooks', { url: 'https://127.0.0.1/hook', all: true })
  expect([told.status, told.body.detail]).toEqual([
    422,
    '127.0.0.1 is no public address. An operator can allow it: "webhooks.allow" in the config.',
  ])
}, 60_000)
