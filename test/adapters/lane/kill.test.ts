import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { violations, type Instant, type LeaseId } from '#core'
import type { CrashPoint } from '../../../adapters/lane.ts'
import { openStore } from '../../../adapters/store/open.ts'
import { disagreements, get, openLane, person, setUp, sha256, siteWith, temporaryDirectory } from '../../kit/store.ts'

const POINTS: readonly CrashPoint[] = ['turn taken', 'decided', 'before commit', 'after commit', 'answered']
const KILLS = 20

test(
  `killed ${KILLS} times in the middle of its work, it has done all that it said it did, and is of one mind`,
  { timeout: 360_000 },
  async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'duffy.db')
    {
      await using store = await openStore({ file, hash: sha256 })
      await setUp(await openLane(store), siteWith(3_000))
    }
    let acknowledged = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const point = POINTS[kill % POINTS.length]!
      const said = await killed([file, point, String(1 + ((kill * 7) % 23)), `round ${kill}`])
      await using store = await openStore({ file, hash: sha256 })
      const lane = await openLane(store)
      expect(
        [...violations(lane.fleet, 0 as Instant), ...(await disagreements(store, lane.fleet))],
        `killed at: ${point}`,
      ).toEqual([])
      for (const line of said) {
        const [lease = '', ...id] = line.split(' ')
        const [, , caller] = id
        expect(await store.lease(lease as LeaseId), `killed at: ${point}, ${line}`).toBeDefined()
        const again = await lane.ask(person(`p${caller}`, get(), id.join(' ')))
        expect(again, `killed at: ${point}, ${line}`).toMatchObject({ type: 'accepted', outcome: { lease } })
      }
      acknowledged += said.length
    }
    expect(acknowledged).toBeGreaterThan(KILLS)
  },
)

/** What a child said before it died. */
const killed = async (argv: readonly string[]): Promise<string[]> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill.child.ts'), ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const said = await text(child.stdout)
  expect(await exit).toEqual([null, 'SIGKILL'])
  return said.split('\n').slice(0, -1)
}
