import { expect, test } from 'vitest'
import { runDuffy } from '../kit/duffy.ts'
import { manyMachines } from '../kit/null-site.ts'
import { olderClient, soak } from './older-clients.ts'

test('16 older clients at once on 1,000 ready machines see no fault, and leave nothing behind', async () => {
  await using duffy = await runDuffy({ config: manyMachines(1000) })
  const client = await olderClient(duffy, 'infra', 1000)
  const { sessions, odd } = await soak(client, 16, 3000)
  expect(odd).toEqual({})
  expect(sessions).toBeGreaterThan(10)
  const { body } = await duffy.operate('GET', '/api/v2/leases?all=true')
  expect(body.leases).toEqual([])
  expect((await duffy.operate('GET', '/api/v2/verify')).body).toMatchObject({ ok: true, faults: [] })
  expect(duffy.log()).not.toContain(client.uuid)
}, 360_000)

test('8 sessions at once at a quota of 2 are exactly 2, whatever the moment', async () => {
  await using duffy = await runDuffy({ config: manyMachines(20) })
  const client = await olderClient(duffy, 'infra', 2)
  for (let round = 0; round < 5; round += 1) {
    const body = { tenant_id: null, nodes_specs: [{ pool: 'metal', quantity: 1 }] }
    const got = await Promise.all(Array.from({ length: 8 }, () => client.v3('POST', '/sessions', body)))
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 403, 403, 403, 403, 403, 403])
    for (const { status, text } of got)
      if (status === 201) {
        const { id } = (JSON.parse(text) as { session: { id: number } }).session
        await client.v3('PUT', `/sessions/${id}`, { active: false, expires_at: null })
      }
  }
}, 360_000)

test('the site as it comes lends a sandbox to a client of Duffy v3, ready to be logged in to', async () => {
  await using duffy = await runDuffy()
  const client = await olderClient(duffy, 'infra', 2)
  const got = await client.v3('POST', '/sessions', { tenant_id: null, nodes_specs: [{ pool: 'metal', quantity: 1 }] })
  const { session } = JSON.parse(got.text) as {
    session: { id: number; nodes: { ipaddr: string; state: string; port: number }[] }
  }
  expect([got.status, session.nodes]).toMatchObject([201, [{ ipaddr: '127.0.0.1', state: 'deployed' }]])
  expect(session.nodes[0]?.port).toBeGreaterThan(0)
  expect((await client.legacy(`/Node/done?ssid=${session.id}`)).text).toBe('"Done"\n')
}, 540_000)
