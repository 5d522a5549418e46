import { expect, test } from 'vitest'
import type { Lane } from '../../adapters/lane.ts'
import { applySite } from '../../adapters/site.ts'
import { sound, write } from './config/site.ts'

test('a reload that the store cannot commit goes to the log, and what runs goes on', async () => {
  const ask: Lane['ask'] = () => Promise.reject(new Error('SQLITE_FULL'))
  const lane = { ask } as Lane
  const logged: string[] = []
  const environment = { DUFFY_CONFIG: await write(sound), DUFFY_DATA_DIR: '/nonexistent' }
  await applySite(lane, environment).reload((level, message) => void logged.push(`${level} ${message}`))
  expect(logged).toEqual(['error the config was not applied; what runs goes on'])
})
