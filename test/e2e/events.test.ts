import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy } from '../kit/duffy.ts'
import { listen } from '../kit/event-stream.ts'
import { nullMetal } from '../kit/null-site.ts'
import { KEY } from '../kit/key.ts'

const CONFIG: Config = {
  ...nullMetal(['m1', 'm2', 'm3', 'm4']),
  tenants: { local: { quota: 4, keys: [KEY] } },
}

test('a stream goes on where it broke, though Duffy was killed in between; no tenant hears of another', async () => {
  await using duffy = await runDuffy({ config: CONFIG, warm: false })
  const url = `${duffy.url}/api/v2/events`
  const key = readFileSync(join(duffy.dataDir, 'local.key'), 'utf8').trim()
  const made = await duffy.operate('POST', '/api/v2/tenants', { name: 'infra', quota: 2, keys: [KEY] })
  const other: string = made.body.key
  const live = async () => {
    const { body } = await duffy.api('POST', '/api/v2/requests', { type: 'metal' })
    await fetch(`${duffy.url}/api/v2/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${other}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'metal' }),
    })
    await duffy.api('POST', `/api/v2/leases/${body.lease.id}/done`)
  }

  await using before = await listen(url, { key })
  const [start] = await before.until(1)
  await live()
  const first = await before.until(6)
  const lastId = first.at(-1)!.id
  await duffy.kill()
  expect(first.slice(1).every(({ data }) => data.tenant === 'local')).toBe(true)
  await duffy.start()
  await live()

  await using after = await listen(url, { key, lastEventId: lastId })
  await using whole = await listen(url, { key, lastEventId: start!.id })
  await using others = await listen(url, { key: other, lastEventId: start!.id })
  const all = await whole.until(11)
  const rest = await after.until(all.length - first.length + 1)
  expect([...first.slice(1), ...rest]).toEqual(all)
  expect((await others.until(6)).every(({ data }) => data.tenant === 'infra')).toBe(true)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
}, 60_000)
