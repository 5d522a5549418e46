import { expect, test } from 'vitest'
import type { Log } from '../../../adapters/log.ts'
import type { Lane } from '../../../adapters/lane.ts'
import { applySite } from '../../../adapters/duffy/site.ts'
import { settings, sound, write } from '../config/site.ts'
import { DUFFY } from '#core'

const into =
  (logged: string[]): Log =>
  (level, message) =>
    void logged.push(`${level} ${message}`)

test('hosts that older clients take for each other are told of whenever a config is applied, and not for a dry run', async () => {
  const answer = { type: 'accepted', outcome: { type: 'configured', changes: [] } }
  const lane = { ask: async () => answer, read: async () => answer } as unknown as Lane
  const logged: string[] = []
  const machines = ['n1', 'n12'].map((name) => ({ name, platform: 'intel' }))
  const config = { ...sound, pools: { metal: { ...sound.pools.metal, machines } } }
  const environment = { DUFFY_CONFIG: await write(config), DUFFY_DATA_DIR: '/nonexistent' }
  const site = applySite(lane, environment, into(logged))
  await site.apply({ dryRun: true, by: DUFFY })
  expect(logged).toEqual([])
  await site.reload()
  const warning = expect.stringMatching(/^warn cico takes host n1 for n12, .*legacy\.hostname/)
  expect(logged).toEqual([warning, 'info the config was applied'])
  logged.length = 0
  await site.start(await settings(config))
  expect(logged).toEqual([warning])
})

test('a reload that the store cannot commit goes to the log, and what runs goes on', async () => {
  const ask: Lane['ask'] = () => Promise.reject(new Error('SQLITE_FULL'))
  const lane = { ask } as Lane
  const logged: string[] = []
  const environment = { DUFFY_CONFIG: await write(sound), DUFFY_DATA_DIR: '/nonexistent' }
  await applySite(lane, environment, into(logged)).reload()
  expect(logged).toEqual(['error the config was not applied; what runs goes on'])
})
