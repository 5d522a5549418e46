import type { Site } from '#core'
import { loadConfig } from '../config/index.ts'
import { EXIT, Stop, type World } from './world.ts'

/** What a config file says of its site; null: the file that Duffy would start with. Throws `Stop` with all its faults. */
export async function readSite(given: string | null, environment: World['env']): Promise<Site> {
  const loaded = await loadConfig({ ...(given !== null && { file: given }), environment })
  if (loaded.status === 'loaded') return loaded.settings.site
  const faults = loaded.faults.map(({ path, sentence }) => (path === '' ? sentence : `${path}: ${sentence}`))
  throw new Stop(EXIT.misread, `${loaded.file} cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
}
