import type { Config } from '../../adapters/config/config.ts'
import { KEY } from './key.ts'

/** One pool of metal machines whose driver does nothing, and takes no time for it. */
export const nullMetal = (machines: readonly string[], terms: object = {}): Pick<Config, 'platforms' | 'pools'> => ({
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      steps: [],
      ...terms,
      machines: machines.map((name) => ({ name, platform: 'intel' })),
    },
  },
})

/**
 * A pool of as many machines of two platforms whose driver does nothing, and no bound on how often one may ask. No name is the beginning
 * of another, which older clients would mix up.
 */
export const manyMachines = (machines: number): Config => ({
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' }, amd: { arch: 'x86_64', vendor: 'amd' } },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      steps: [],
      machines: Array.from({ length: machines }, (_, index) => ({
        name: `m${index}x`,
        platform: index % 2 === 0 ? 'intel' : 'amd',
      })),
    },
  },
  tenants: { local: { quota: machines, keys: [KEY] } },
  legacy: { rate: false },
})
