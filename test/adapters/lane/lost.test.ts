import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../../adapters/store/open.ts'
import { duffy, openLane, sha256, siteWith } from '../../kit/store.ts'

test('a database that was removed under Duffy stops it: another may be lending the same machines by now', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'duffy-lost-'))
  await using store = await openStore({ file: join(dir, 'duffy.db'), hash: sha256 })
  await using lane = await openLane(store)
  await lane.ask(duffy({ do: 'configure', site: siteWith(2) }))
  await rm(dir, { recursive: true })
  await expect(lane.ask(duffy({ do: 'sweep' }))).rejects.toThrow(/removed or replaced/)
  await expect(lane.ask(duffy({ do: 'sweep' }))).rejects.toThrow(/has stopped/)
  expect(lane.state().stopped).not.toBeNull()
})

test('so does a lock that was replaced: another Duffy can hold the new one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'duffy-lost-'))
  const file = join(dir, 'duffy.db')
  await using store = await openStore({ file, hash: sha256 })
  await using lane = await openLane(store)
  await rm(`${file}.lock`)
  await expect(lane.ask(duffy({ do: 'sweep' }))).rejects.toThrow(/duffy\.db\.lock was removed or replaced/)
  expect(lane.state().stopped).not.toBeNull()
  await rm(dir, { recursive: true })
})
