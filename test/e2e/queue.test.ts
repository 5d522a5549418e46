import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { rush } from './queue.ts'
import { KEY } from '../kit/key.ts'

/** The default fleet's shape, on a driver that does nothing, so that a rush takes a second. */
const site: Config = {
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' }, amd: { arch: 'x86_64', vendor: 'amd' } },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      steps: [],
      machines: Array.from({ length: 8 }, (_, index) => ({ name: `m${index}`, platform: index < 4 ? 'intel' : 'amd' })),
    },
  },
  tenants: { local: { quota: 16, keys: [KEY] } },
}

let duffy: RunningDuffy
beforeAll(async () => {
  duffy = await runDuffy({ config: site, warm: false })
})
afterAll(() => duffy?.[Symbol.asyncDispose]())

describe('64 requests at once for 8 machines', () => {
  test('are 8 leases and 56 waiting, each served as machines return, in order', async () => {
    const { granted, waiting, order, faults } = await rush(duffy, 64, { type: 'metal', platform: 'any' })
    expect({ granted, waiting, faults }).toEqual({ granted: 8, waiting: 56, faults: [] })
    expect(order).toEqual(Array.from({ length: 64 }, (_, index) => index + 1))
  })

  test('with same, the four of the home platform are granted, and each waiting answer says how to take another', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => duffy.api('POST', '/api/v2/requests', { type: 'metal' })),
    )
    const granted = replies.filter(({ status }) => status === 201)
    const waiting = replies.filter(({ status }) => status === 202)
    expect([granted.length, waiting.length]).toEqual([4, 4])
    expect(new Set(granted.map(({ body }) => body.lease.machines[0].platform)).size).toBe(1)
    for (const { body } of waiting) {
      expect(body.request.position).toBeGreaterThan(0)
      expect(body.request.note).toMatch(/4 .*any/)
    }
    const list = await duffy.api('GET', '/api/v2/requests')
    expect(list.body.requests.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3, 4])
  })
})

describe('bad input', () => {
  const bad: readonly (readonly [what: string, body: unknown, says: RegExp])[] = [
    ['an unknown type', { type: 'medal' }, /metal/],
    ['no type', {}, /type/],
    ['an unknown field', { type: 'metal', cuont: 2 }, /count/],
    ['no machines', { type: 'metal', count: 0 }, /1/],
    ['ten thousand machines', { type: 'metal', count: 10_000 }, /100|1000/],
    ['half a machine', { type: 'metal', count: 1.5 }, /whole number/],
    ['a negative duration', { type: 'metal', for: '-2h' }, /2h|for/],
    ['an enormous duration', { type: 'metal', for: '999999d' }, /at most|long/],
    ['more than the longest', { type: 'metal', for: '30d' }, /24h|1d/],
    ['a duration without a unit', { type: 'metal', for: 2 }, /2h|unit/],
    ['a key that is none', { type: 'metal', keys: ['hello'] }, /key/i],
    ['a private key', { type: 'metal', keys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] }, /private/],
    ['a key with options', { type: 'metal', keys: [`command="id" ${KEY}`] }, /option/],
    ['template text for a word', { type: '{{ lookup("pipe","id") }}' }, /name is made of/],
    ['template text as a label', { type: 'metal', labels: ['{{ 7*7 }}'] }, /7\*7.*name is made of/],
    ['control characters', { type: 'metal', reason: 'a\u0007b' }, /character/],
    ['an unknown platform rule', { type: 'metal', platform: 'some' }, /same|any/],
    ['an unknown architecture', { type: 'metal', arch: 'vax' }, /x86_64/],
    ['a prototype', JSON.parse('{"type":"metal","metadata":{"constructor":"x"}}'), /constructor/],
    ['a stranger to notify', { type: 'metal', notify: 'irc:libera:mallory' }, /notify|mallory/],
  ]

  /** What was changed by others than Duffy itself, to whom something may occur at any time. */
  const recorded = async (): Promise<unknown[]> => {
    const { body } = await duffy.operate('GET', '/api/v2/audit?after=0&limit=1000')
    return body.records.filter((record: { body: { by: string } }) => record.body.by !== 'duffy')
  }

  test.each(bad)('%s gets a sentence that names the fix, and changes nothing', async (_what, body, says) => {
    const before = await recorded()
    const { status, body: problem, headers } = await duffy.api('POST', '/api/v2/requests', body)
    expect([400, 403, 404, 409, 422]).toContain(status)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(problem.detail).toMatch(says)
    expect(await recorded()).toEqual(before)
  })
})

describe('addresses that the router cannot read', () => {
  test.each(['/api/v2/runs/%ff', '/api/v2/runs/%', `/api/v2/leases/${'x'.repeat(300)}`])(
    '%s gets a sentence',
    async (path) => {
      const { status, body, headers } = await duffy.api('GET', path)
      expect([400, 404, 414]).toContain(status)
      expect(headers.get('content-type')).toContain('application/problem+json')
      expect(body.detail).toMatch(/\.$|help/)
    },
  )
})
