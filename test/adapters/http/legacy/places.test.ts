import { describe, expect, test } from 'vitest'
import type { TenantName } from '#core'
import { v3KeyOf } from '../../../../adapters/http/api-key.ts'
import type { LegacySettings } from '../../../../adapters/http/facade/settings.ts'
import { until } from '../fake.ts'
import { cico, KEYS, serveLegacy, type Legacy } from './client.ts'

const SHORT = 'Insufficient Nodes in READY State'
const CAROL = '3f2504e0-4f89-41d3-9a0c-0305e82c3303'
const GET = `/Node/get?key=${KEYS.bob}`

/** One VM, which carol holds; whoever asks for it waits for as long as is said. */
const busy = async (legacy: Partial<LegacySettings> = {}) => {
  const served = await serveLegacy({
    legacy: { waitMs: 60, pools: [{ ver: null, arch: null, flavor: null, pool: 'vm' }], ...legacy },
  })
  const tenant = 'carol' as TenantName
  served.duffy.does({ do: 'addTenant', tenant, terms: {}, keys: [KEY], apiKeys: [v3KeyOf(CAROL, tenant)], v3Key: null })
  const { body } = await served.ask(`/Node/get?key=${CAROL}`)
  return { ...served, free: () => served.ask(`/Node/done?key=${CAROL}&ssid=${body.ssid}`) }
}
const KEY = { fingerprint: 'SHA256:carol' as never, line: 'ssh-ed25519 AAAA' }
const requests = ({ duffy }: Legacy) => [...duffy.fleet.requests.values()]
const isHeld = (served: Legacy) => requests(served).some(({ poll }) => poll?.kept?.left === false)
/** Alice waits for the VM in the way of today. */
const aliceWaits = async (served: Legacy): Promise<string> => {
  const told = await served.call('POST', '/api/v2/requests', { body: { type: 'vm', keys: [], keepPlace: true } })
  expect(told.status).toBe(202)
  return told.body.request.id
}
const tenants = ({ duffy }: Legacy) => [...duffy.fleet.leases.values()].map(({ tenant }) => tenant as string)

describe('who polls /Node/get', () => {
  test('is told what clients try again at, and is served before somebody who came between two polls', async () => {
    await using served = await busy({ waitMs: 300 })
    const told = await served.ask(GET)
    expect([told.status, told.text]).toEqual([200, SHORT])
    await aliceWaits(served)
    const again = served.ask(GET)
    await until(() => isHeld(served))
    await served.free()
    expect((await again).body.hosts).toEqual(['any-1'])
    expect(tenants(served)).toEqual(['bob'])
  })

  test('and stops is passed, and nothing is granted to it', async () => {
    await using served = await busy()
    expect((await served.ask(GET)).text).toBe(SHORT)
    await aliceWaits(served)
    await served.free()
    expect(tenants(served)).toEqual(['alice'])
    served.duffy.pass(11 * 60_000)
    expect(requests(served)).toEqual([])
  })

  test('and stops leaves the machine to whoever asks next', async () => {
    await using served = await busy()
    expect((await served.ask(GET)).text).toBe(SHORT)
    await served.free()
    expect(tenants(served)).toEqual([])
    expect((await served.ask(`/Node/get?key=${KEYS.alice}`)).body.hosts).toEqual(['any-1'])
  })

  test('is answered as soon as a machine comes free', async () => {
    await using served = await busy({ waitMs: 60_000 })
    const asking = served.ask(GET)
    await until(() => isHeld(served))
    await served.free()
    expect((await asking).body.hosts).toEqual(['any-1'])
  })

  test('and hangs up while the answer is held leaks nothing: its place waits for it, and is lost in time', async () => {
    await using served = await busy({ waitMs: 60_000 })
    const hangUp = new AbortController()
    const asking = served.call('GET', GET, { as: null, signal: hangUp.signal })
    await until(() => isHeld(served))
    hangUp.abort()
    await expect(asking).rejects.toThrow('abort')
    await until(() => !isHeld(served))
    await served.free()
    expect([tenants(served), served.door.waiting()]).toEqual([[], 0])
    served.duffy.pass(11 * 60_000)
    expect(requests(served)).toEqual([])
  })

  test('shares places with others of its kind, one for each answer that is held, and with nobody else', async () => {
    await using served = await busy({ waitMs: 300 })
    await Promise.all([served.ask(GET), served.ask(GET)])
    expect(requests(served)).toHaveLength(2)
    await Promise.all([served.ask(GET), served.ask(GET)])
    expect(requests(served)).toHaveLength(2)
    await Promise.all(['&ver=8', '&arch=aarch64', '&flavor=tiny'].map((other) => served.ask(GET + other)))
    expect(requests(served)).toHaveLength(5)
    await served.ask(`/Node/get?key=${KEYS.alice}`)
    expect(requests(served)).toHaveLength(6)
  })

  test('is served after the other of its kind, and before whoever came later', async () => {
    await using served = await busy({ waitMs: 2_000 })
    const both = [served.ask(GET), served.ask(GET)]
    await until(() => requests(served).length === 2)
    await served.free()
    const first = await Promise.race(both)
    expect(first.body.hosts).toEqual(['any-1'])
    await until(() => requests(served).length === 1)
    const third = served.ask(GET)
    await until(() => requests(served).length === 2)
    const [left] = requests(served).map(({ id }) => id)
    await served.ask(`/Node/done?key=${KEYS.bob}&ssid=${first.body.ssid}`)
    const texts = await Promise.all(both)
    expect(texts.map(({ text }) => text.includes('any-1'))).toEqual([true, true])
    expect([...served.duffy.fleet.leases.values()].map(({ request }) => request)).toEqual([left])
    expect((await third).text).toBe(SHORT)
  })

  test('as cico does gets a machine in the end', async () => {
    await using served = await busy()
    const trying = cico(served, KEYS.bob).nodeGet({ retries: 100 })
    await until(() => requests(served).length === 1)
    await served.free()
    expect((await trying).hosts).toEqual(['any-1'])
    expect(requests(served)).toEqual([])
  })

  test('keeps no place where the site keeps none', async () => {
    await using served = await busy({ keepPlaceMs: null })
    expect((await served.ask(GET)).text).toBe(SHORT)
    expect(requests(served)).toEqual([])
  })
})
