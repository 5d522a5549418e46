import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { KEY } from '../kit/key.ts'

const site: Config = {
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
  pools: { metal: { type: 'metal', driver: 'null', machines: [{ name: 'm1', platform: 'intel' }] } },
  tenants: { local: { quota: 8, keys: [KEY] } },
}

let duffy: RunningDuffy
beforeAll(async () => {
  duffy = await runDuffy({ config: site })
})
afterAll(() => duffy?.[Symbol.asyncDispose]())

test('a refusal is explained, and the same to a repeat, until Duffy starts anew; then one may ask again', async () => {
  const headers = { 'idempotency-key': 'nightly-7' }
  const ask = () => duffy.api('POST', '/api/v2/requests', { type: 'metal', count: 2 }, { headers })
  const no = await ask()
  expect([no.status, no.body.refusal]).toEqual([422, 'neverEnough'])
  expect((await ask()).body).toEqual(no.body)
  const path = new URL(no.body.instance, duffy.url).pathname
  const why = await duffy.api('GET', path)
  expect([why.status, why.body.grounds.why.considered, why.body.instead]).toEqual([200, 1, ['get metal']])

  await duffy.kill()
  await duffy.start()
  const forgotten = await duffy.api('GET', path)
  expect([forgotten.status, forgotten.body.refusal]).toEqual([404, 'noSuchRefusal'])
  expect(forgotten.body.detail).toContain('until I am started anew')
  const again = await duffy.api('GET', new URL((await ask()).body.instance, duffy.url).pathname)
  expect(again.status).toBe(200)
})
