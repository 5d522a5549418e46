import { describe, expect, test } from 'vitest'
import { siteWithAmd, until } from '../fake.ts'
import { cico, KEYS, serveLegacy } from './client.ts'

const GET = `/Node/get?key=${KEYS.bob}&ver=7&arch=x86_64`
const SHORT = 'Insufficient Nodes in READY State'

describe('/Node/get', () => {
  test('is hosts and a session, in JSON with a newline at its end', async () => {
    await using served = await serveLegacy()
    const told = await served.ask(`${GET}&count=2`)
    expect(told.status).toBe(200)
    expect(told.headers.get('content-type')).toMatch(/^application\/json/)
    expect(told.text).toMatch(/^\{"hosts":\["amd-1","amd-2"\],"ssid":"L[A-Z2-9]{3,}"\}\n$/)
    expect(served.duffy.fleet.leases.get(told.body.ssid)?.state.status).toBe('active')
  })

  test("is for as long as its tenant's leases last, and else as the site says", async () => {
    await using served = await serveLegacy()
    const length = async (): Promise<number | undefined> =>
      served.duffy.fleet.leases.get((await served.ask(GET)).body.ssid)?.durationMs
    expect(await length()).toBe(21_600_000)
    served.duffy.does({ do: 'setTenant', tenant: 'bob' as never, terms: { defaultMs: 7_200_000 }, keys: null })
    expect(await length()).toBe(7_200_000)
  })

  test('without a key is 403', async () => {
    await using served = await serveLegacy()
    const told = await served.ask('/Node/get?ver=7')
    expect([told.status, told.body]).toEqual([403, { msg: 'Invalid duffy key' }])
  })

  test.each(['3f2504e0-4f89-41d3-9a0c-0305e82c3399', 'nobody'])('with the unknown key %s is bare text', async (key) => {
    await using served = await serveLegacy()
    const told = await served.ask(`/Node/get?key=${key}`)
    expect([told.status, told.text]).toEqual([200, 'Invalid duffy key'])
    expect(told.headers.get('content-type')).toMatch(/^text\/html/)
  })

  test('with the key of a tenant that is retired is no different', async () => {
    await using served = await serveLegacy()
    served.duffy.does({ do: 'retireTenant', tenant: 'alice' as never })
    expect((await served.ask(`/Node/get?key=${KEYS.alice}`)).text).toBe('Invalid duffy key')
  })

  test('that finds too few is the bare text that clients take for "try again"', async () => {
    await using served = await serveLegacy()
    for (const _ of [1, 2]) await served.ask(`/Node/get?key=${KEYS.bob}`)
    await served.ask(`/Node/get?key=${KEYS.alice}&count=2`)
    const told = await served.ask(GET)
    expect([told.status, told.text]).toEqual([200, SHORT])
    expect(told.headers.get('content-type')).toMatch(/^text\/html/)
  })

  test('that finds one of two takes neither', async () => {
    await using served = await serveLegacy()
    for (const count of [2, 1]) await served.ask(`/Node/get?key=${KEYS.alice}&count=${count}`)
    expect((await served.ask(`${GET}&count=2`)).text).toBe(SHORT)
    expect(served.duffy.fleet.tenants.get('bob' as never)?.held).toBe(0)
    expect((await served.ask(`${GET}&count=1`)).body.hosts).toHaveLength(1)
  })

  test('over the quota for now is too few, too', async () => {
    await using served = await serveLegacy()
    await served.ask(`${GET}&count=2`)
    expect((await served.ask(`${GET}&count=2`)).text).toBe(SHORT)
  })

  test.each([
    ['&count=3', /^"Failed to allocate nodes: .+"\n$/],
    ['&arch=riscv64', /^"Failed to allocate nodes: .+"\n$/],
  ])('%s, which could never be had, is JSON text, at which clients give up', async (more, words) => {
    await using served = await serveLegacy()
    const told = await served.ask(`/Node/get?key=${KEYS.bob}${more}`)
    expect(told.status).toBe(200)
    expect(told.text).toMatch(words)
  })

  test.each(['abc', '0', '-1', '1.5', '99999999'])('count=%s is no number of machines', async (count) => {
    await using served = await serveLegacy()
    const told = await served.ask(`${GET}&count=${count}`)
    expect(told.status).toBe(422)
    expect(told.body.detail[0].loc).toEqual(['query', 'count'])
  })

  test('of a machine that cannot be prepared is JSON text, and holds nothing', async () => {
    await using served = await serveLegacy()
    served.duffy.prompt = false
    const asking = served.ask(GET)
    await until(() => served.door.waiting() === 1)
    served.duffy.pass(16 * 60_000)
    const told = await asking
    expect([told.status, told.text]).toEqual([200, '"Failed to allocate nodes"\n'])
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('one of whose two machines fails is served from another, and the good one stays', async () => {
    await using served = await serveLegacy()
    const { duffy } = served
    duffy.does({ do: 'configure', site: siteWithAmd(3) })
    duffy.work()
    duffy.prompt = false
    const asking = served.ask(`${GET}&count=2`)
    await until(() => served.door.waiting() === 1)
    const broken = duffy.breaks()
    const { body } = await asking
    expect(body.hosts).toHaveLength(2)
    expect(body.hosts).not.toContain(broken)
    expect(duffy.fleet.tenants.get('bob' as never)?.held).toBe(2)
  })

  test('is of the first where something is said twice, and cuts what is too long', async () => {
    await using served = await serveLegacy({
      legacy: { pools: [{ ver: '7', arch: null, flavor: null, pool: 'metal' }] },
    })
    expect((await served.ask(`${GET}&count=2&count=1`)).body.hosts).toHaveLength(2)
    expect((await served.ask(`/Node/get?key=${KEYS.bob}&ver=${'7'.repeat(1000)}`)).text).toMatch(
      /^"Failed to allocate nodes: no pool is for version 7{100}, /,
    )
  })

  test.each(['/Node/get', '/Node/done', '/Node/fail', '/Inventory'])(
    'HEAD %s is nothing, and does nothing',
    async (path) => {
      await using served = await serveLegacy()
      const { body } = await served.ask(GET)
      const told = await served.call('HEAD', `${path}?key=${KEYS.bob}&ssid=${body.ssid}`, { as: null })
      expect(told.status).toBe(404)
      expect([...served.duffy.fleet.leases.values()].map(({ id, hold }) => [id, hold])).toEqual([[body.ssid, null]])
    },
  )

  test('more often than the site allows is 429', async () => {
    await using served = await serveLegacy({ legacy: { rate: { sessions: 1, withinMs: 300_000 } } })
    for (const _ of [1, 2]) await served.ask(GET)
    const told = await served.ask(GET)
    expect([told.status, told.text]).toEqual([
      429,
      '"Failed to allocate nodes: Rate limit exceeded: 2 sessions in the last 5 minutes"\n',
    ])
    served.duffy.pass(300_001)
    expect((await served.ask(GET)).status).toBe(200)
  })

  test('waits in line for as long as the site says', async () => {
    await using served = await serveLegacy({
      legacy: { waitMs: 20_000, pools: [{ ver: null, arch: null, flavor: null, pool: 'vm' }] },
    })
    const first = await served.ask(`/Node/get?key=${KEYS.alice}`)
    const asking = served.ask(GET)
    await until(() => served.duffy.fleet.requests.size === 1)
    await served.ask(`/Node/done?key=${KEYS.alice}&ssid=${first.body.ssid}`)
    expect((await asking).body.hosts).toEqual(['any-1'])
  })
})

describe('pools', () => {
  const pools = [
    { ver: '8', arch: null, flavor: null, pool: 'vm' },
    { ver: '^9', arch: 'x86_64', flavor: null, pool: '{flavor}' },
    { ver: null, arch: 'ppc64le', flavor: 'tiny', pool: 'vm' },
  ]
  test.each([
    ['ver=8', 'any-1'],
    ['ver=9-stream&flavor=metal', 'amd-1'],
    ['ver=7&arch=ppc64le', 'any-1'],
  ])('%s is the first that fits', async (query, host) => {
    await using served = await serveLegacy({ legacy: { pools } })
    expect((await served.ask(`/Node/get?key=${KEYS.bob}&${query}`)).body.hosts).toEqual([host])
  })

  test.each(['ver=7', 'ver=9&flavor=nope', 'ver=9&flavor=any', 'ver=9'])('%s is none', async (query) => {
    await using served = await serveLegacy({ legacy: { pools } })
    expect((await served.ask(`/Node/get?key=${KEYS.bob}&${query}`)).text).toMatch(/^"Failed to allocate nodes: /)
  })
})

describe('who does not say', () => {
  const pools = [
    { ver: '7', arch: 'x86_64', flavor: '^$', pool: 'metal' },
    { ver: '7', arch: '^(aarch64|ppc64le)$', flavor: 'tiny', pool: 'vm' },
  ]
  test.each([
    ['', 'amd-1'],
    ['&ver=&arch=&flavor=&count=', 'amd-1'],
    ['&arch=aarch64', 'any-1'],
    ['&arch=ppc64le', 'any-1'],
  ])('"%s" means version 7, x86_64, one, and tiny where all were flavoured', async (query, host) => {
    await using served = await serveLegacy({ legacy: { pools } })
    expect((await served.ask(`/Node/get?key=${KEYS.bob}${query}`)).body.hosts).toEqual([host])
  })

  test('a flavour means none, where there were some without', async () => {
    await using served = await serveLegacy({ legacy: { pools } })
    expect((await served.ask(`${GET}&flavor=tiny`)).text).toMatch(/^"Failed to allocate nodes: no pool is for /)
  })
})

describe('cico', () => {
  test('sees the hosts that it got at once, with their address and session', async () => {
    await using served = await serveLegacy()
    const { hosts, ssid, shown } = await cico(served, KEYS.bob).nodeGet({ count: 2 })
    expect(shown).toEqual(hosts.map((hostname) => ({ hostname, ip: '192.0.2.7', comment: ssid })))
  })

  test('tries again while there are none, and gets one', async () => {
    await using served = await serveLegacy()
    for (const _ of [1, 2]) await served.ask(`/Node/get?key=${KEYS.bob}`)
    const { body } = await served.ask(`/Node/get?key=${KEYS.alice}&count=2`)
    const trying = cico(served, KEYS.bob).nodeGet({ retries: 200 })
    await served.ask(`/Node/done?key=${KEYS.alice}&ssid=${body.ssid}`)
    expect((await trying).shown).toHaveLength(1)
  })

  test('gives back what it got', async () => {
    await using served = await serveLegacy()
    const client = cico(served, KEYS.bob)
    const { ssid, hosts } = await client.nodeGet({ count: 2 })
    expect(await client.nodeDone(ssid)).toEqual(hosts)
    expect(served.duffy.fleet.leases.size).toBe(0)
  })

  test('sees hosts under the names that the site gives them', async () => {
    await using served = await serveLegacy({ legacy: { hostname: '{name}.ci.example.org' } })
    const { hosts, shown } = await cico(served, KEYS.bob).nodeGet()
    expect(hosts).toEqual(['amd-1.ci.example.org'])
    expect(shown).toHaveLength(1)
  })
})
