import { expect, test } from 'vitest'
import { violations, type Asked, type Command, type Instant, type Site } from '#core'
import { disagreements, duffy, get, openLane, person, setUp, siteWith, temporaryStore } from '../../kit/store.ts'

const SEEDS = [1, 2, 3, 4, 5, 6]
const COMMANDS = 400

/** mulberry32 */
const chance = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

test.each(SEEDS)('memory, tables and log agree after any history (seed %i)', async (seed) => {
  await using temporary = await temporaryStore()
  const { store } = temporary
  const random = chance(seed)
  let now = 1_000_000
  const lane = await openLane(store, { clock: () => now, limits: { batch: 16 } })
  await setUp(lane, withSteps(siteWith(12, { quota: 8, ready: 4 })))
  const asking: Promise<unknown>[] = []
  for (let n = 0; n < COMMANDS; n += 1) {
    asking.push(lane.ask(anything(random, lane.fleet, n)))
    now += Math.floor(random() * 120_000)
    if (random() < 0.2) await Promise.all(asking.splice(0))
  }
  await Promise.all(asking)
  expect(lane.state().counts.faults).toBe(0)
  expect(violations(lane.fleet, 0 as Instant)).toEqual([])
  expect(await disagreements(store, lane.fleet)).toEqual([])
})

const withSteps = (site: Site): Site => ({
  ...site,
  pools: site.pools.map((pool) => ({ ...pool, steps: ['provision', 'grant', 'revoke', 'recycle', 'check'] })),
})

const anything = (
  random: () => number,
  fleet: Awaited<ReturnType<typeof openLane>>['fleet'],
  n: number,
): Omit<Asked, 'at'> => {
  const who = `p${Math.floor(random() * 4)}`
  const id = random() < 0.3 ? null : `c${random() < 0.1 ? n - 1 : n}`
  const run = [...fleet.runs.values()][Math.floor(random() * fleet.runs.size)]
  const roll = random()
  if (run !== undefined && roll < 0.45) {
    const report = {
      address: '10.0.0.1',
      port: 22,
      user: 'root',
      hostKeys: ['k'],
      facts: { n },
      data: { n: [n, null] },
    }
    const result =
      random() < 0.8
        ? ({ outcome: 'ok', report } as const)
        : ({ outcome: 'unreachable', message: `no answer ${n}` } as const)
    return duffy({ do: 'finishRun', run: run.id, fence: run.fence, result }, id)
  }
  if (roll < 0.55) return duffy({ do: 'sweep' }, id)
  return person(who, wish(random), id)
}

const wish = (random: () => number): Command => {
  const roll = random()
  if (roll < 0.5)
    return get({
      count: 1 + Math.floor(random() * 3),
      platform: random() < 0.5 ? 'same' : 'any',
      labels: random() < 0.2 ? ['nvme'] : [],
    })
  if (roll < 0.7) return { do: 'done', what: random() < 0.5 ? null : 'all' }
  if (roll < 0.8) return { do: 'cancel', what: random() < 0.5 ? null : 'all' }
  if (roll < 0.9) return { do: 'extend', what: null, byMs: 600_000 }
  const number = Math.floor(random() * 5)
  const fingerprint = `SHA256:${number}` as never
  return random() < 0.5
    ? { do: 'addKey', key: { fingerprint, line: `ssh-ed25519 ${number}` } }
    : { do: 'removeKey', fingerprint }
}
