import { describe, expect, test } from 'vitest'
import { faults, settings, sound } from './site.ts'

describe('the doors for older clients', () => {
  test('are open unless the config says otherwise, and hold an answer for 20 seconds', async () => {
    const { v3, legacy } = await settings(sound)
    expect(v3).toEqual({ enabled: true, leaseMs: 21_600_000, waitMs: 20_000, keepPlaceMs: 600_000, openLists: false })
    expect(legacy).toEqual({
      enabled: true,
      leaseMs: 21_600_000,
      waitMs: 20_000,
      keepPlaceMs: 600_000,
      pools: [],
      hostname: '{name}',
      rate: { sessions: 5, withinMs: 300_000 },
    })
  })

  test('take what the config says', async () => {
    const legacy = {
      pools: [
        { ver: '^9', pool: 'metal' },
        { flavor: 'tiny', pool: '{flavor}' },
      ],
      hostname: '{name}.ci.example.org',
      rate: false,
      wait: '0s',
      keepPlace: '0s',
    } as const
    const read = await settings({ ...sound, v3: { enabled: false, lease: '2h', openLists: true }, legacy })
    expect(read.v3).toMatchObject({ enabled: false, leaseMs: 7_200_000, openLists: true })
    expect(read.legacy).toMatchObject({
      waitMs: 0,
      keepPlaceMs: null,
      hostname: '{name}.ci.example.org',
      rate: null,
      pools: [
        { ver: '^9', arch: null, flavor: null, pool: 'metal' },
        { ver: null, arch: null, flavor: 'tiny', pool: '{flavor}' },
      ],
    })
  })

  test.each([
    [{ pools: [{ pool: 'metall' }] }, 'legacy.pools[0].pool: There is no pool `metall`'],
    [{ pools: [{ ver: '^(', pool: 'metal' }] }, 'legacy.pools[0].ver: Give a word, or a regular expression'],
    [{ hostname: 'n1' }, 'legacy.hostname: Give a host name with `{name}`'],
    [{ keepPlace: '2d' }, 'legacy.keepPlace: Give at most'],
    [{ wait: '1d' }, 'legacy.wait: Give at most'],
    [{ hostnames: '{name}' }, 'legacy.hostnames: There is no setting `hostnames` here'],
  ])('with %j are refused', async (legacy, fault) => {
    expect(await faults({ ...sound, legacy })).toEqual([expect.stringContaining(fault)])
  })
})
