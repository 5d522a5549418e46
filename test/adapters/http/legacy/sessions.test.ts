import { describe, expect, test } from 'vitest'
import { KEYS, serveLegacy, type Legacy } from './client.ts'

const UNKNOWN = '3f2504e0-4f89-41d3-9a0c-0305e82c3399'

const open = async () => {
  const served = await serveLegacy()
  const { body } = await served.ask(`/Node/get?key=${KEYS.bob}`)
  return { served, ssid: body.ssid as string, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() }
}
const told = async (served: Legacy, path: string) => {
  const { status, text } = await served.ask(path)
  return [status, text]
}

describe.each(['/Node/done', '/Node/fail'])('%s', (path) => {
  test('without a key is 403', async () => {
    await using it = await open()
    expect(await told(it.served, `${path}?ssid=${it.ssid}`)).toEqual([403, '{"msg":"Invalid duffy key"}\n'])
  })

  test.each(['', '&ssid=L999', '&ssid=deadbeef', '&ssid=0', '&ssid=77'])(
    'with "%s" for a session is 403, whoever asks',
    async (ssid) => {
      await using it = await open()
      for (const key of [KEYS.bob, UNKNOWN])
        expect(await told(it.served, `${path}?key=${key}${ssid}`)).toEqual([403, '{"msg":"Invalid session ID"}\n'])
    },
  )

  test.each([KEYS.alice, UNKNOWN])("with somebody else's key is 403", async (key) => {
    await using it = await open()
    expect(await told(it.served, `${path}?key=${key}&ssid=${it.ssid}`)).toEqual([403, '{"msg":"Invalid duffy key"}\n'])
    expect(it.served.duffy.fleet.leases.size).toBe(1)
  })

  test('of a session that is over is no fault', async () => {
    await using it = await open()
    await it.served.ask(`/Node/done?key=${KEYS.bob}&ssid=${it.ssid}`)
    expect(await told(it.served, `${path}?key=${KEYS.bob}&ssid=${it.ssid}`)).toEqual([
      200,
      '{"msg":"Session not in Prod"}\n',
    ])
  })
})

describe('/Node/done', () => {
  test('gives the machines back', async () => {
    await using it = await open()
    expect(await told(it.served, `/Node/done?key=${KEYS.bob}&ssid=${it.ssid}`)).toEqual([200, '"Done"\n'])
    expect(it.served.duffy.fleet.leases.size).toBe(0)
  })

  test('gives back machines that were kept', async () => {
    await using it = await open()
    await it.served.ask(`/Node/fail?key=${KEYS.bob}&ssid=${it.ssid}`)
    expect(await told(it.served, `/Node/done?key=${KEYS.bob}&ssid=${it.ssid}`)).toEqual([200, '"Done"\n'])
    expect(it.served.duffy.fleet.leases.size).toBe(0)
  })

  test('knows a session by its number, too', async () => {
    await using it = await open()
    expect(await told(it.served, `/Node/done?key=${KEYS.bob}&ssid=1`)).toEqual([200, '"Done"\n'])
  })
})

describe('/Node/fail', () => {
  test('keeps the machines for longer', async () => {
    await using it = await open()
    expect(await told(it.served, `/Node/fail?key=${KEYS.bob}&ssid=${it.ssid}`)).toEqual([200, '"Done"\n'])
    const lease = it.served.duffy.fleet.leases.get(it.ssid as never)
    expect(lease?.hold?.reason).toBe('failed')
    expect(lease?.state).toMatchObject({ until: it.served.duffy.at + 8 * 3_600_000 })
    const [row] = (await it.served.ask('/Inventory')).body
    expect(row[5]).toBe('Fail')
  })

  test('of more machines than the tenant may keep is 403', async () => {
    await using it = await open()
    await it.served.ask(`/Node/fail?key=${KEYS.bob}&ssid=${it.ssid}`)
    const { body } = await it.served.ask(`/Node/get?key=${KEYS.bob}`)
    expect(await told(it.served, `/Node/fail?key=${KEYS.bob}&ssid=${body.ssid}`)).toEqual([
      403,
      '{"msg":"Exceeded maximum allowed fail nodes limit, please release other machines to continue"}\n',
    ])
  })
})

describe('/Inventory', () => {
  test("with a key is one's own hosts, each with its session", async () => {
    await using it = await open()
    await it.served.ask(`/Node/get?key=${KEYS.alice}`)
    expect((await it.served.ask(`/Inventory?key=${KEYS.bob}`)).body).toEqual([['amd-1', it.ssid]])
  })

  test.each([UNKNOWN, 'nobody', ''])('with the unknown key "%s" is empty', async (key) => {
    await using it = await open()
    expect(await told(it.served, `/Inventory?key=${key}`)).toEqual([200, '[]\n'])
  })

  test('without a key is every host that is somebody’s, in fourteen columns that say little', async () => {
    await using it = await open()
    const { body } = await it.served.ask('/Inventory')
    expect(body).toEqual([
      [3, 'amd-1', '192.0.2.7', null, 0, 'Deployed', it.ssid, null, null, null, null, 1, null, null],
    ])
  })
})

describe('the door', () => {
  test('slows down a stranger who tries keys', async () => {
    await using served = await serveLegacy({ bounds: { strangers: { burst: 2, perSecond: 0.1 } } })
    const statuses: number[] = []
    for (const _ of [1, 2, 3]) statuses.push((await served.ask(`/Inventory?key=${UNKNOWN}`)).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  test('logs no key when something fails, and answers what clients try again', async () => {
    await using it = await open()
    it.served.duffy.trouble = new Error('disk on fire')
    const { status, text } = await it.served.ask(`/Node/done?key=${KEYS.bob}&ssid=${it.ssid}`)
    expect(status).toBe(500)
    expect(() => JSON.parse(text) as unknown).toThrow('JSON')
    expect(JSON.stringify(it.served.duffy.logged)).not.toContain(KEYS.bob)
    expect(it.served.duffy.logged).toHaveLength(1)
  })

  test('is not there if the site turns it off', async () => {
    await using served = await serveLegacy({ legacy: { enabled: false } })
    expect((await served.ask('/Inventory')).status).toBe(404)
  })
})
