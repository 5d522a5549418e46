import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { loadConfig, type Settings } from '../../../adapters/config/index.ts'
import type { Environment } from '../../../adapters/config/environment.ts'

/** A small sound config, as plain data, to be spoilt by a test. */
export const sound = {
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' }, cloud: { arch: 'x86_64', vendor: 'any' } },
  pools: {
    metal: { type: 'metal', driver: 'null', machines: [{ name: 'n1', platform: 'intel' }] },
    vm: { type: 'vm', driver: 'null', elastic: { most: 3, name: 'vm', platform: 'cloud' } },
  },
  tenants: { local: { quota: 4 } },
}

export const metal = (changes: object): object => ({ ...sound, pools: { metal: { ...sound.pools.metal, ...changes } } })
export const vm = (changes: object): object => ({ ...sound, pools: { vm: { ...sound.pools.vm, ...changes } } })

const folders: string[] = []
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))))

/** A folder that is gone when the tests of the file are over. */
export const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'duffy-config-'))
  folders.push(path)
  return path
}

export const write = async (config: object | string): Promise<string> => {
  const file = join(await folder(), 'duffy.config.ts')
  await writeFile(file, typeof config === 'string' ? config : `export default ${JSON.stringify(config)}`)
  return file
}

export const settings = async (config: object | string, environment: Environment = {}): Promise<Settings> => {
  const loaded = await loadConfig({ file: await write(config), environment })
  if (loaded.status === 'faulty') throw new Error(JSON.stringify(loaded.faults, null, 1))
  return loaded.settings
}

/** Its faults, each as `path: sentence`. */
export const faults = async (config: object | string, environment: Environment = {}): Promise<string[]> => {
  const loaded = await loadConfig({ file: await write(config), environment })
  return loaded.status === 'loaded' ? [] : loaded.faults.map(({ path, sentence }) => `${path}: ${sentence}`)
}
