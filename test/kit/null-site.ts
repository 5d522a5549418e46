import type { Config } from '../../adapters/config/config.ts'

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
