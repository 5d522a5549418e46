import { HOUR } from '#core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { KEY } from '../kit/key.ts'

const site: Config = {
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      longest: '2h',
      machines: ['m1', 'm2'].map((name) => ({ name, platform: 'intel' })),
    },
  },
  tenants: { local: { quota: 8, keys: [KEY], holds: { most: 1, longest: '12h' } } },
}

let duffy: RunningDuffy
beforeAll(async () => {
  duffy = await runDuffy({ config: site })
})
afterAll(() => duffy?.[Symbol.asyncDispose]())

const get = async (): Promise<string> =>
  (await duffy.api('POST', '/api/v2/requests?wait=30s', { type: 'metal' })).body.lease.id
const hold = (id: string, body: object) => duffy.api('POST', `/api/v2/leases/${id}/hold`, body)

test('a lease is kept for debugging over HTTP, past the longest lease and a restart, and counted', async () => {
  const id = await get()
  const from = Date.now()
  const { status, body } = await hold(id, { for: '8h', reason: 'panic in ext4' })
  expect([status, body.outcome, body.lease.hold.reason]).toEqual([200, 'held', 'panic in ext4'])
  expect(body.detail).toContain('kept for debugging')
  expect(Math.abs(Date.parse(body.lease.until) - from - 8 * HOUR)).toBeLessThan(60_000)

  const tooLong = await hold(id, { for: '13h' })
  expect([tooLong.status, tooLong.body.refusal, tooLong.body.data.longestMs]).toEqual([422, 'holdTooLong', 12 * HOUR])

  const other = await get()
  const tooMany = await hold(other, { for: '1h' })
  expect([tooMany.status, tooMany.body.refusal, tooMany.body.data]).toEqual([
    409,
    'tooManyHeld',
    { lease: other, tenant: 'local', count: 1, held: 1, most: 1 },
  ])

  await duffy.kill()
  await duffy.start()
  const kept = await duffy.api('GET', `/api/v2/leases/${id}`)
  expect(kept.body.lease.hold).toEqual(body.lease.hold)
  const who = await duffy.api('POST', '/api/v2/verbs/who', { machine: kept.body.lease.machines[0].name })
  expect(who.body.detail).toContain('kept for debugging by local')

  await duffy.api('POST', `/api/v2/leases/${id}/done`)
  expect((await hold(other, { for: '1h' })).status).toBe(200)
})
