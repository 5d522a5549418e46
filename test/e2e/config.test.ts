import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { nullMetal } from '../kit/null-site.ts'
import { KEY } from '../kit/key.ts'

const site = (machines: readonly string[], longest: '24h' | '2h' = '24h'): Config => ({
  ...nullMetal(machines, { longest }),
  tenants: { local: { quota: 8, keys: [KEY] } },
})

let duffy: RunningDuffy
beforeAll(async () => {
  duffy = await runDuffy({ config: site(['m1', 'm2']), warm: false })
})
afterAll(() => duffy?.[Symbol.asyncDispose]())

const stateOf = async (name: string): Promise<string> =>
  (await duffy.api('GET', `/api/v2/machines/${name}`)).body.machine.state
const hangUp = async (): Promise<void> => {
  const before = duffy.log().length
  process.kill(duffy.pid, 'SIGHUP')
  while (!duffy.log().slice(before).includes('config')) await pause(20)
}

describe('the config', () => {
  test('applied as a dry run says what would change, and changes nothing', async () => {
    duffy.writeConfig(site(['m1', 'm2', 'm3']))
    const { status, body } = await duffy.operate('POST', '/api/v2/config', { dryRun: true })
    expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('m3')])
    expect((await duffy.api('GET', '/api/v2/machines/m3')).status).toBe(404)
  })

  test('applied at SIGHUP adds what is new', async () => {
    await hangUp()
    expect(await stateOf('m3')).toBe('ready')
  })

  test('with a fault is refused as a whole, and what runs goes on', async () => {
    duffy.writeConfig({
      ...site(['m1']),
      pools: { metal: { type: 'metal', driver: 'null', machines: [{ name: 'm1', platform: 'nowhere' }] } },
    })
    await hangUp()
    expect(duffy.log()).toContain('nowhere')
    expect(await stateOf('m3')).toBe('ready')
  })

  test('that no longer names a leased machine leaves it with its holder, and retires it afterwards', async () => {
    const { body } = await duffy.api('POST', '/api/v2/requests', { type: 'metal', count: 3 })
    duffy.writeConfig(site(['m1', 'm2']))
    await hangUp()
    expect(await stateOf('m3')).toBe('leased')
    await duffy.api('POST', `/api/v2/leases/${body.lease.id}/done`)
    expect(await stateOf('m3')).toBe('retired')
    expect(await stateOf('m1')).toBe('ready')
  })

  test('that makes a waiting request hopeless ends it, rather than leaving it to wait', async () => {
    const held = await duffy.api('POST', '/api/v2/requests', { type: 'metal', count: 1 })
    const { body } = await duffy.api('POST', '/api/v2/requests', { type: 'metal', count: 2 })
    duffy.writeConfig(site(['m1']))
    await hangUp()
    const ended = await duffy.api('GET', `/api/v2/requests/${body.request.id}`)
    expect(ended.body.request.state).toBe('unsatisfiable')
    await duffy.api('POST', `/api/v2/leases/${held.body.lease.id}/done`)
  })

  test('is for operators only', async () => {
    expect((await duffy.api('POST', '/api/v2/config', { dryRun: true })).status).toBe(403)
  })

  test('has left a log that is whole', async () => {
    expect((await duffy.operate('GET', '/api/v2/verify')).body).toMatchObject({ ok: true, faults: [] })
  })
})
