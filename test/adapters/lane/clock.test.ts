import { expect, test } from 'vitest'
import { type Fleet, type Identity, type Instant, type Site, HOUR } from '#core'
import { lane as openLane } from '../../../adapters/lane.ts'
import { sha256, temporaryStore } from '../../kit/store.ts'
import { poolOf, siteOf } from '../../kit/site.ts'
import { PLAIN_GET } from '../../kit/world.ts'

const ALICE = 'irc:net:alice' as Identity
const DUFFY = 'duffy' as Identity
const site: Site = siteOf({ pools: [poolOf('metal', { steps: [], graceMs: 0 })] })

test('a clock that was ahead once does not stop time: a lease still ends when its time has really passed', async () => {
  await using home = await temporaryStore()
  const { store } = home
  let wall = 1_000 * HOUR
  let real = 0
  await using lane = openLane({
    store,
    ...(await store.load()),
    clock: () => wall,
    monotonic: () => real,
    hash: sha256,
  })
  const leases = (): Promise<number> => lane.read((fleet: Fleet) => fleet.leases.size)
  wall += 720 * HOUR
  await lane.ask({ id: null, by: DUFFY, door: 'test', command: { do: 'configure', site } })
  wall -= 720 * HOUR
  await lane.ask({ id: null, by: ALICE, door: 'test', command: { ...PLAIN_GET, durationMs: HOUR } })
  for (const hours of [0.5, 0.4, 0.03]) {
    real += hours * HOUR
    wall += hours * HOUR
    await lane.ask({ id: null, by: DUFFY, door: 'test', command: { do: 'sweep' } })
  }
  expect(await leases()).toBe(1)
  real += 0.2 * HOUR
  wall += 0.2 * HOUR
  for (let ticks = 0; ticks < 3; ticks += 1)
    await lane.ask({ id: null, by: DUFFY, door: 'test', command: { do: 'sweep' } })
  expect(await leases()).toBe(0)
})

test('a clock that is set back never makes a record older than the one before it', async () => {
  await using home = await temporaryStore()
  const { store } = home
  let wall = 1_000 * HOUR
  await using lane = openLane({ store, ...(await store.load()), clock: () => wall, monotonic: () => 0, hash: sha256 })
  await lane.ask({ id: null, by: DUFFY, door: 'test', command: { do: 'configure', site } })
  const before = await lane.read((_, at: Instant) => at)
  wall -= HOUR
  expect(await lane.read((_, at: Instant) => at)).toBe(before)
})
