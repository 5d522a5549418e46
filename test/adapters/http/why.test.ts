import { expect, test } from 'vitest'
import { candidateDesk } from '../../../adapters/duffy/candidate-desk.ts'
import { serve, type Served } from './fake.ts'

const METAL = { type: 'metal' }
const VM = { type: 'vm' }

const leased = async (served: Served): Promise<string> => {
  await served.call('POST', '/api/v2/requests', { as: 'bob', body: METAL })
  const { body } = await served.call('POST', '/api/v2/requests', { body: METAL })
  served.duffy.work()
  return body.lease.id
}

test('a lease tells the reasons that were recorded, and in which record', async () => {
  await using served = await serve()
  const id = await leased(served)
  const { body } = await served.call('GET', `/api/v2/leases/${id}/why`)
  const record = served.duffy.records[body.position - 1]!
  expect(JSON.parse(record.text).events.map(({ type }: { type: string }) => type)).toContain('leaseGranted')
  expect(record.text).toContain(`"lease":"${id}"`)
  expect(body.why).toMatchObject({ rule: 'granted', considered: 4, examples: [{ rule: 'busy', status: 'leased' }] })
  expect(body.detail).toMatch(/For example \S+: in use until/)
})

test('the whole list of machines is recomputed from the log, and agrees with the counts', async () => {
  await using served = await serve()
  const id = await leased(served)
  const { body } = await served.call('GET', `/api/v2/leases/${id}/why?candidates=all`)
  const of = (verdict: string) => body.candidates.filter((one: { verdict: string }) => one.verdict === verdict).length
  expect(body.total).toBe(body.why.considered)
  expect(body.next).toBe(null)
  expect(of('chosen')).toBe(1)
  for (const [rule, count] of Object.entries(body.why.dropped)) expect(of(rule), rule).toBe(count)
  expect(body.detail).toContain(`Record ${body.position}; 4 machines looked at:`)
  expect(body.detail).toMatch(/: chosen \(/)
})

test('the list comes in pages', async () => {
  await using served = await serve()
  const id = await leased(served)
  const names: string[] = []
  for (let after: number | null = 0; after !== null;) {
    const { body }: { body: any } = await served.call(
      'GET',
      `/api/v2/leases/${id}/why?candidates=all&limit=3&after=${after}`,
    )
    expect(body.candidates.length).toBeLessThanOrEqual(3)
    names.push(...body.candidates.map(({ machine }: { machine: string }) => machine))
    after = body.next
  }
  expect(names.length).toBe(4)
  expect(new Set(names).size).toBe(4)
})

test('a lease that has ended, and a request that was cancelled, tell the same from the store', async () => {
  await using served = await serve()
  const id = await leased(served)
  const before = await served.call('GET', `/api/v2/leases/${id}/why?candidates=all`)
  await served.call('POST', `/api/v2/leases/${id}/done`)
  served.duffy.work()
  const after = await served.call('GET', `/api/v2/leases/${id}/why?candidates=all`)
  expect(after.body).toMatchObject({
    why: before.body.why,
    position: before.body.position,
    candidates: before.body.candidates,
  })

  await served.call('POST', '/api/v2/requests', { as: 'bob', body: VM })
  const waiting = await served.call('POST', '/api/v2/requests', { body: VM })
  const path = `/api/v2/requests/${waiting.body.request.id}`
  const live = await served.call('GET', `${path}/why`)
  expect(live.body.why).toMatchObject({ rule: 'busy', dropped: { busy: 1 } })
  await served.call('DELETE', path)
  const ended = await served.call('GET', `${path}/why?candidates=all`)
  expect(ended.body).toMatchObject({ why: live.body.why, position: live.body.position, total: 1 })
  expect(ended.body.detail).toContain('cancelled by its owner. Ask again: duffy get metal')
})

test('a request that was granted at once says to ask for its lease', async () => {
  await using served = await serve()
  const id = await leased(served)
  const { request } = (await served.call('GET', `/api/v2/leases/${id}`)).body.lease
  const { status, body } = await served.call('GET', `/api/v2/requests/${request}/why?candidates=all`)
  expect(status).toBe(422)
  expect(body.detail).toContain(`duffy why ${id} --all`)
})

test("another tenant's lease is as unknown as none, with all its candidates", async () => {
  await using served = await serve()
  const id = await leased(served)
  const foreign = await served.call('GET', `/api/v2/leases/${id}/why?candidates=all`, { as: 'bob' })
  const unknown = await served.call('GET', '/api/v2/leases/LZZZ/why?candidates=all', { as: 'bob' })
  expect([foreign.status, unknown.status]).toEqual([404, 404])
  expect(foreign.body.detail.replaceAll(id, 'LZZZ')).toBe(unknown.body.detail)
})

test('a machine has no candidates, and an odd query is not understood', async () => {
  await using served = await serve()
  for (const path of ['/api/v2/machines/intel-1/why?candidates=all', '/api/v2/machines/intel-1/why?candidates=some'])
    expect((await served.call('GET', path)).status).toBe(422)
})

test('a decision that lies too far back is refused with the limit, by records and by time', async () => {
  await using served = await serve()
  const id = await leased(served)
  const { position } = (await served.call('GET', `/api/v2/leases/${id}/why`)).body
  const store = { records: async (after: number, limit: number) => served.duffy.records.slice(after, after + limit) }
  const about = id as never
  const few = candidateDesk(store, { records: position - 1, ms: 1000, kept: 1 })
  expect(await few({ about, position })).toEqual({ type: 'tooFar', position, limit: 'records', most: position - 1 })
  let now = 0
  const slow = candidateDesk(
    { records: (after) => store.records(after, 1) },
    { records: 1000, ms: 5, kept: 1 },
    () => (now += 3),
  )
  expect(await slow({ about, position })).toEqual({ type: 'tooFar', position, limit: 'ms', most: 5 })
  const enough = candidateDesk(store, { records: position, ms: 1000, kept: 1 })
  expect(await enough({ about, position })).toMatchObject({ type: 'found', position })
})
