import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { WebhookId } from '#core'
import { feed } from '../../../adapters/duffy/feed.ts'
import { lastBefore } from '../../../adapters/past.ts'
import { webhooks, type Telling, type WebhookDesk } from '../../../adapters/webhooks/webhooks.ts'
import { webhookServer, type WebhookServer } from '../../kit/webhook-server.ts'
import { FakeDuffy, until } from '../http/fake.ts'

const QUICK = { firstPauseMs: 5, longestPauseMs: 20, lookEveryMs: 5, tries: 4, deadlineMs: 4_000 }

/** A Duffy in memory that posts to a server; what has been told is kept from one start to the next. */
const rig = async () => {
  const duffy = new FakeDuffy()
  const server = await webhookServer()
  const tellings = new Map<string, Telling>()
  const ports = duffy.ports()
  const tidings = feed({
    head: () => duffy.records.length,
    records: (after, limit) => ports.store.records(after, limit),
    request: (id) => ports.store.request(id),
    lease: (id) => ports.store.lease(id),
    onCommit: (listener) => ports.lane.onCommit(listener),
  })
  const start = (allow: readonly string[] = ['127.0.0.0/8'], deadlineMs = QUICK.deadlineMs): Promise<WebhookDesk> =>
    webhooks({
      key: 'key',
      allow,
      ask: (asked) => ports.lane.ask(asked),
      read: (look) => ports.lane.read(look),
      after: (from, records) => tidings.after(from, records),
      placeOf: (id) => tidings.read(id),
      lastBefore: (at) => lastBefore(ports.store, at),
      tellings: async () => [...tellings.values()],
      put: async (telling) => void tellings.set(telling.webhook, telling),
      remove: async (id) => void tellings.delete(id),
      onCommit: (listener) => ports.lane.onCommit(listener),
      clock: () => Date.now(),
      log: (level, message, data) => void duffy.logged.push({ level, message, data }),
      limits: { ...QUICK, deadlineMs },
    })
  const operator = () => `key:${[...duffy.fleet.apiKeys.values()].find(({ role }) => role === 'operator')!.id}` as never
  const add = (id: string, over: { tenant?: string; all?: boolean; url?: string } = {}) =>
    ports.lane.ask({
      id: null,
      by: operator(),
      door: 'test',
      command: {
        do: 'addWebhook',
        id: id as WebhookId,
        url: over.url ?? server.url,
        tenant: (over.tenant ?? 'alice') as never,
        all: over.all ?? false,
      },
    })
  /** A lease of a VM, from its request to its end. */
  const live = async (tenant = 'bob', type = 'vm') => {
    const get = { type, keys: [{ fingerprint: 'SHA256:x' as never, line: 'ssh-ed25519 AAAA' }] }
    const by = [...duffy.fleet.apiKeys.values()].find((key) => key.tenant === tenant && key.role === 'member')!.id
    const { PLAIN_GET } = await import('../../kit/world.ts')
    const command = { ...PLAIN_GET, ...get, address: null }
    const reply = await ports.lane.ask({ id: null, by: `key:${by}` as never, door: 'test', command })
    if (reply.type !== 'accepted' || reply.outcome.type !== 'granted') throw new Error(JSON.stringify(reply))
    duffy.work()
    duffy.pass(1)
    await ports.lane.ask({
      id: null,
      by: `key:${by}` as never,
      door: 'test',
      command: { do: 'done', what: reply.outcome.lease },
    })
    duffy.work()
  }
  duffy.pass(1000)
  return {
    duffy,
    server,
    tellings,
    start,
    add,
    live,
    operator,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
const typesOf = ({ got }: WebhookServer) => got.map(({ data }) => data.type as string)
const LIFE = ['requestMade', 'homeChosen', 'leaseGranted', 'machineOpened', 'leaseActivated', 'leaseEnded']
const NEXT = LIFE.filter((type) => type !== 'homeChosen')

describe('what happens', () => {
  test('is posted in order, signed, from when the webhook was added', async () => {
    await using it = await rig()
    await it.live('alice')
    it.duffy.pass(1000)
    await using desk = await it.start()
    await it.add('hk1')
    it.duffy.pass(1000)
    await it.live('alice')
    await until(() => it.server.got.length === NEXT.length)
    expect(typesOf(it.server)).toEqual(NEXT)
    for (const { headers, body, data } of it.server.got) {
      const [id, at, signature] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`] as string)
      expect(id).toBe(`hk1-${data.data.id}`)
      expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60)
      const key = Buffer.from(desk.secretOf('hk1' as WebhookId).slice('whsec_'.length), 'base64')
      expect(key).toHaveLength(32)
      expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`)
      expect(headers['content-type']).toBe('application/json')
      expect(data).toEqual({ type: data.data.type, timestamp: data.data.at, data: data.data })
    }
  })

  test('to one tenant is posted to none of another; of everybody with machines to operators', async () => {
    await using it = await rig()
    await using _ = await it.start()
    await it.add('hk1')
    await it.add('hk2', { tenant: 'bob', url: it.server.url.replace('hook', 'bob') })
    await it.add('hk3', { all: true, url: it.server.url.replace('hook', 'all') })
    await it.live('alice')
    await it.live('bob')
    const at = (path: string) => it.server.got.filter((one) => one.path === path).map(({ data }) => data.data)
    await until(() => at('/hook').length === LIFE.length && at('/bob').length >= NEXT.length)
    await until(() => at('/all').length >= at('/hook').length + at('/bob').length)
    expect([...new Set(at('/hook').map(({ tenant }) => tenant))]).toEqual(['alice'])
    expect([...new Set(at('/bob').map(({ tenant }) => tenant))]).toEqual(['bob'])
    expect(new Set(at('/all').map(({ tenant }) => tenant))).toEqual(new Set(['alice', 'bob', null]))
    expect(new Set([...it.server.got].map(({ headers }) => headers['webhook-signature'])).size).toBe(
      it.server.got.length,
    )
  })

  test('is tried again until it is taken, under the same id, and what follows waits for it', async () => {
    await using it = await rig()
    await using _ = await it.start(undefined, 2_000)
    it.server.answers.push(500, 'silence', 302, 200)
    await it.add('hk1')
    await it.live('alice')
    await until(() => it.server.got.length === LIFE.length + 3)
    expect(typesOf(it.server)).toEqual([...Array.from({ length: 3 }, () => 'requestMade'), ...LIFE])
    expect(new Set(it.server.got.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(it.server.got.every(({ path }) => path === '/hook')).toBe(true)
    expect(it.duffy.logged.map(({ data }) => (data as { why: string }).why)).toEqual([
      'it answers 500',
      'no answer within 2 s',
      'it answers 302: redirects are not followed, so give the address itself',
    ])
  })

  test('while Duffy was down is posted after the next start, and what was taken is not repeated', async () => {
    await using it = await rig()
    {
      await using _ = await it.start()
      await it.add('hk1')
      await it.live('alice')
      await until(() => it.server.got.length === LIFE.length)
    }
    await it.live('alice')
    await using _ = await it.start()
    await until(() => it.server.got.length === LIFE.length + NEXT.length)
    expect(typesOf(it.server)).toEqual([...LIFE, ...NEXT])
  })

  test('between a webhook being added and a kill is posted as well', async () => {
    await using it = await rig()
    await it.add('hk1')
    await it.live('alice')
    await using _ = await it.start()
    await until(() => it.server.got.length === LIFE.length)
    expect(typesOf(it.server)).toEqual(LIFE)
  })
})

describe('a webhook', () => {
  test('that fails again and again is given up, with why, and posted to no more', async () => {
    await using it = await rig()
    await using _ = await it.start()
    it.server.standard = 503
    await it.add('hk1')
    await it.live('alice')
    await until(() => it.duffy.fleet.webhooks.get('hk1' as never)?.disabled != null)
    expect(it.duffy.fleet.webhooks.get('hk1' as never)?.disabled).toMatchObject({
      failures: 4,
      because: 'it answers 503',
    })
    const before = it.server.got.length
    expect(before).toBe(4)
    await it.live('alice')
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(it.server.got.length).toBe(before)
  })

  test('that says it is gone is given up at once', async () => {
    await using it = await rig()
    await using _ = await it.start()
    it.server.answers.push(410)
    await it.add('hk1')
    await it.live('alice')
    await until(() => it.duffy.fleet.webhooks.get('hk1' as never)?.disabled != null)
    expect(it.server.got).toHaveLength(1)
  })

  test('at an address that the site does not allow is never connected to', async () => {
    await using it = await rig()
    await using _ = await it.start([])
    await it.add('hk1', { url: it.server.url.replace('127.0.0.1', 'localhost').replace('http:', 'https:') })
    await it.live('alice')
    await until(() => it.duffy.fleet.webhooks.get('hk1' as never)?.disabled != null)
    expect(it.duffy.fleet.webhooks.get('hk1' as never)?.disabled?.because).toMatch(
      /^localhost is at .+ no public address$/,
    )
    expect(it.server.got).toEqual([])
  })

  test('that was removed is forgotten', async () => {
    await using it = await rig()
    await using _ = await it.start()
    await it.add('hk1')
    await it.live('alice')
    await until(() => it.tellings.size === 1)
    await it.duffy
      .ports()
      .lane.ask({ id: null, by: it.operator(), door: 'test', command: { do: 'removeWebhook', webhook: 'hk1' } })
    await until(() => it.tellings.size === 0)
  })

  test('that is slow keeps no other waiting', async () => {
    await using it = await rig()
    await using _ = await it.start()
    await using slow = await webhookServer()
    slow.answers.push('silence', 'silence')
    await it.add('hk1', { url: slow.url })
    await it.add('hk2')
    await it.live('alice')
    await until(() => it.server.got.length === LIFE.length)
    expect(slow.got.length).toBeLessThan(3)
  })
})
