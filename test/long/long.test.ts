import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { killAgainAndAgain } from '../e2e/kills.ts'
import { olderClient, soak } from '../e2e/older-clients.ts'
import { manyMachines } from '../kit/null-site.ts'
import { rush } from '../e2e/queue.ts'
import { keyPair } from '../kit/ansible.ts'
import { runDuffy, settled } from '../kit/duffy.ts'
import { scratch } from '../kit/scratch.ts'
import { live } from '../simulation/simulated.ts'

const keys = mkdtempSync(join(scratch(), 'duffy-keys-'))
const { line } = keyPair(keys)
afterAll(() => rmSync(keys, { recursive: true }))

describe('with real machines, at length', () => {
  test('200 rounds by one tenant: uses within the home platform differ by at most one, and the platform never changes', async () => {
    await using duffy = await runDuffy()
    const platforms = new Set<string>()
    for (let round = 0; round < 200; round += 1) {
      const { body } = await duffy.api('POST', '/api/v2/requests?wait=60s', { type: 'metal', keys: [line] })
      platforms.add(body.lease.machines[0].platform)
      await duffy.api('POST', `/api/v2/leases/${body.lease.id}/done`)
    }
    const { body } = await duffy.api('GET', '/api/v2/wear')
    const home = body.platforms.find(({ platform }: { platform: string }) => platforms.has(platform))
    expect([platforms.size, home.spread <= 1]).toEqual([1, true])
  }, 900_000)

  test('64 requests at once for 8 real machines are all served', async () => {
    await using duffy = await runDuffy()
    const { granted, waiting, faults } = await rush(duffy, 64, { type: 'metal', platform: 'any', keys: [line] })
    expect({ granted, waiting, faults }).toEqual({ granted: 8, waiting: 56, faults: [] })
    await settled(duffy)
  }, 900_000)

  test('100 random kills under load lose nothing that was answered, and every machine comes back by itself', async () => {
    await using duffy = await runDuffy()
    const toll = await killAgainAndAgain(duffy, { kills: 100, key: line, seed: Date.now() % 100_000 })
    expect(toll).toMatchObject({ kills: 100, lost: [], faults: [] })
  }, 1_800_000)
})

test('16 older clients at once on 1,000 ready machines for a minute see no fault, and leave nothing behind', async () => {
  await using duffy = await runDuffy({ config: manyMachines(1000) })
  const client = await olderClient(duffy, 'infra', 1000)
  const { odd } = await soak(client, 16, 60_000)
  expect(odd).toEqual({})
  expect((await duffy.operate('GET', '/api/v2/leases?all=true')).body.leases).toEqual([])
  expect((await duffy.operate('GET', '/api/v2/verify')).body).toMatchObject({ ok: true, faults: [] })
}, 300_000)

test.each(Array.from({ length: 20 }, (_, index) => 50_000 + index))(
  'the long life of seed %i breaks no invariant',
  async (seed) => {
    expect((await live(seed, 2_000)).commands).toBeGreaterThan(2_000)
  },
  300_000,
)
