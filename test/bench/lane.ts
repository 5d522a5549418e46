import { hash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Identity, MachineName, SiteMachine } from '#core'
import { lane as openLane } from '../../adapters/lane.ts'
import { openStore } from '../../adapters/store/open.ts'
import { poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET } from '../kit/world.ts'
import { callers, type Timing } from './callers.ts'

const sha256 = (text: string): string => hash('sha256', text, 'hex')
const ALICE = 'irc:net:alice' as Identity
const DUFFY = 'duffy' as Identity

export interface LaneFigures {
  readonly machines: number
  readonly one: Timing
  readonly many: Timing
  /** CPU of this process for each command, in microseconds, at 32 callers. */
  readonly cpuMicros: number
  readonly coldStartMs: number
  /** A sweep with as many leases as there are machines halfway, and nothing due. */
  readonly idleTickMicros: number
  readonly memoryMiB: number
}

/** The lane on SQLite with a fleet of this size, machines of driver null without steps: what Duffy itself costs. */
export const benchLane = async (dir: string, machines: number, ms: number): Promise<LaneFigures> => {
  const file = join(dir, `lane-${machines}.db`)
  const site = siteOf({
    pools: [poolOf('metal', { steps: [], ready: machines })],
    machines: Array.from({ length: machines }, (_, index): SiteMachine => ({
      name: `m${index}` as MachineName,
      pool: 'metal' as SiteMachine['pool'],
      platform: (index % 2 === 0 ? 'intel' : 'amd') as SiteMachine['platform'],
      chassis: null,
      labels: [],
      variables: {},
    })),
    tenants: [tenantOf('alice', { quota: machines })],
  })
  {
    await using store = await openStore({ file, hash: sha256 })
    await using lane = openLane({ store, ...(await store.load()), clock: Date.now, hash: sha256 })
    await lane.ask({ id: null, by: DUFFY, door: 'bench', command: { do: 'configure', site } })
    for (let held = 0; held < machines / 4; held += 100) {
      await lane.ask({
        id: null,
        by: ALICE,
        door: 'bench',
        command: { ...PLAIN_GET, platform: 'any', count: Math.min(100, Math.ceil(machines / 4)) },
      })
    }
  }
  const began = performance.now()
  await using store = await openStore({ file, hash: sha256 })
  const loaded = await store.load()
  const coldStartMs = performance.now() - began
  await using lane = openLane({ store, ...loaded, clock: Date.now, hash: sha256 })

  let number = 0
  const getAndDone = async (): Promise<void> => {
    const id = `b${(number += 1)}`
    const got = await lane.ask({ id, by: ALICE, door: 'bench', command: { ...PLAIN_GET, platform: 'any' } })
    if (got.type !== 'accepted' || got.outcome.type !== 'granted') throw new Error(JSON.stringify(got))
    await lane.ask({ id: null, by: ALICE, door: 'bench', command: { do: 'done', what: got.outcome.lease } })
  }
  const perCommand = ({ perSecond, p50, p99, count }: Timing): Timing => ({
    perSecond: perSecond * 2,
    p50: p50 / 2,
    p99: p99 / 2,
    count: count * 2,
  })
  await callers(32, ms / 4, getAndDone)
  const one = perCommand(await callers(1, ms, getAndDone))
  const cpu = process.cpuUsage()
  const many = perCommand(await callers(32, ms, getAndDone))
  const { user, system } = process.cpuUsage(cpu)

  const ticks = 200
  const tick = performance.now()
  for (let done = 0; done < ticks; done += 1)
    await lane.ask({ id: null, by: DUFFY, door: 'bench', command: { do: 'sweep' } })
  const idleTickMicros = ((performance.now() - tick) / ticks) * 1000
  if (statSync(file).size === 0) throw new Error('nothing was written')
  return {
    machines,
    one,
    many,
    cpuMicros: (user + system) / many.count,
    coldStartMs,
    idleTickMicros,
    memoryMiB: process.memoryUsage.rss() / 2 ** 20,
  }
}
