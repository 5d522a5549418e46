import { CHANGES, changePlan, type Plan } from '#core'
import { describe, expect, test } from 'vitest'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'

const SITE = siteOf({
  platforms: [platformOf('amd'), platformOf('intel'), platformOf('tiny')],
  pools: [poolOf('metal', { ready: 7 }), poolOf('vm', { type: 'vm', kind: 'elastic', ready: 1, steps: ['provision'] })],
  machines: [
    ...machinesOf('metal', 'intel', 4, ['ssd']),
    ...machinesOf('metal', 'amd', 3),
    ...machinesOf('vm', 'tiny', 4),
  ],
  tenants: [tenantOf('infra', { quota: 4 }), tenantOf('kernel', { quota: 4 })],
})
const BASE: Plan = { site: SITE, platform: null, demand: 1 }
const OTHER = new Map([['other.config.ts', siteOf()]])

const changed = (text: string): Plan => {
  const plan = changePlan(BASE, text, OTHER)
  if ('misread' in plan) throw new Error(plan.misread)
  return plan
}
const poolAfter = (text: string, name = 'metal') => changed(text).site.pools.find((pool) => pool.name === name)!
const tenantAfter = (text: string, name: string) => changed(text).site.tenants.find((one) => one.name === name)!
const namesAfter = (text: string, pool = 'metal') =>
  changed(text)
    .site.machines.filter((machine) => machine.pool === pool)
    .map(({ name }) => String(name))

describe('a change', () => {
  test('adds machines of the most common platform, with its labels, under new names', () => {
    const added = changed('add 2 metal').site.machines.slice(-2)
    expect(added.map(({ name, platform, labels }) => [name, platform, labels])).toEqual([
      ['new-metal-1', 'intel', ['ssd']],
      ['new-metal-2', 'intel', ['ssd']],
    ])
  })

  test('adds machines of the platform that it names', () => {
    expect(changed('add 1 metal of amd').site.machines.at(-1)).toMatchObject({ platform: 'amd', labels: [] })
  })

  test('adds to what another has added', () => {
    expect(namesAfter('add 1 metal, add 1 metal').slice(-2)).toEqual(['new-metal-1', 'new-metal-2'])
  })

  test('leaves a pool that keeps all of its machines ready doing so', () => {
    expect(poolAfter('add 3 metal').ready).toBe(10)
    expect(poolAfter('remove 3 metal').ready).toBe(4)
  })

  test('leaves the level of an elastic pool as it is', () => {
    expect(poolAfter('add 3 vm', 'vm').ready).toBe(1)
  })

  test('removes the last by name of the most common platform, over and over', () => {
    expect(namesAfter('remove 3 metal')).toEqual(['intel-1', 'intel-2', 'amd-1', 'amd-2'])
  })

  test('takes a type for its first pool where no pool has that name', () => {
    const site = { ...SITE, pools: SITE.pools.map((pool) => ({ ...pool, name: `${pool.name}-b` as never })) }
    const plan = changePlan({ ...BASE, site }, 'ready metal 0')
    expect(plan).toMatchObject({ site: { pools: [{ name: 'metal-b', ready: 0 }, { ready: 1 }] } })
  })

  test('sets what a pool says', () => {
    expect(poolAfter('ready metal 2').ready).toBe(2)
    expect(poolAfter('after metal rebuild').afterLease).toBe('rebuild')
    expect(poolAfter('longest metal 1h')).toMatchObject({ longestMs: 3_600_000, defaultMs: 3_600_000 })
  })

  test('has a level follow demand, within what the pool has, from what it keeps now', () => {
    expect(poolAfter('ready vm predicted 2.5%', 'vm').ready).toEqual({
      missProbability: 0.025,
      least: 0,
      most: 4,
      atFirst: 1,
    })
    expect(poolAfter('ready metal 2, ready metal predicted').ready).toMatchObject({ missProbability: 0.05, atFirst: 2 })
    expect(poolAfter('ready metal predicted, ready metal 3').ready).toBe(3)
  })

  test('keeps as many ready everywhere, but no more than there are, where it names no pool', () => {
    expect(changed('ready 5').site.pools.map(({ ready }) => ready)).toEqual([5, 4])
    expect(changed('ready predicted').site.pools.map(({ ready }) => typeof ready)).toEqual(['object', 'object'])
  })

  test('sets the quota of everybody where it names nobody', () => {
    expect(changed('quota 9').site.tenants.map(({ quota }) => quota)).toEqual([9, 9])
  })

  test('sets what one tenant may have, and no other', () => {
    expect(tenantAfter('quota infra 9', 'infra').quota).toBe(9)
    expect(tenantAfter('quota infra 9', 'kernel').quota).toBe(4)
    expect(tenantAfter('weight infra 2.5', 'infra').weight).toBe(2.5)
    expect(tenantAfter('priority infra 3', 'infra').priority).toBe(3)
  })

  test('sets how often a request may be overtaken', () => {
    expect(changed('overtaken 3').site.limits.overtakenMost).toBe(3)
  })

  test('of the load leaves the site alone', () => {
    expect(changed('platform any, demand 150%, demand 200')).toMatchObject({ platform: 'any', demand: 3 })
    expect(changed('platform any').site.machines).toBe(SITE.machines)
  })

  test('takes another config, and changes that', () => {
    expect(changed('config other.config.ts, quota alice 1').site.tenants[0]).toMatchObject({ name: 'alice', quota: 1 })
  })

  test('gives every site a digest of its own, for one that is known changes nothing', () => {
    expect(new Set(['add 1 metal', 'add 2 metal'].map((text) => changed(text).site.digest)).size).toBe(2)
    expect(changed('add 1 metal').site.digest).not.toBe(SITE.digest)
  })

  test('is read as its own usage has it', () => {
    const examples: Readonly<Record<string, string>> = {
      'add N POOL [of PLATFORM]': 'add 1 metal of intel',
      'remove N POOL [of PLATFORM]': 'remove 1 metal of intel',
      'ready [POOL] N|predicted [N%]': 'ready metal predicted 3%',
      'after POOL recycle|rebuild|shutdown': 'after metal shutdown',
      'longest POOL TIME': 'longest metal 3 hours',
      'quota [TENANT] N': 'quota infra 3',
      'weight TENANT N': 'weight infra 3',
      'priority TENANT N': 'priority infra 3',
      'overtaken N': 'overtaken 3',
      'policy by-age': 'policy by-age',
      'platform same|prefer|any': 'platform prefer',
      'demand N%': 'demand 3%',
      'config FILE': 'config other.config.ts',
    }
    for (const { usage } of CHANGES) expect(changePlan(BASE, examples[usage] ?? usage, OTHER)).toHaveProperty('site')
  })
})

test.each([
  ['ad 3 metal', 'did you mean "add"?'],
  ['', 'a change begins with one of add, remove'],
  ['add x metal', '"x" is to be a whole number from 1'],
  ['add 0 metal', '"0" is to be a whole number from 1'],
  ['add 3', 'name a pool; there is metal, vm'],
  ['add 3 meta', 'did you mean "metal"?'],
  ['add 3 metal of intell', 'did you mean "intel"?'],
  ['add 3 metal of tiny', 'the platform tiny is of vm machines, the pool metal of metal'],
  ['add 3 metal in blue', '"in blue" has no place there'],
  ['remove 9 metal', 'the pool metal has 7 such machines; remove at most that many'],
  ['remove 5 metal of intel', 'the pool metal has 4 such machines'],
  ['ready metal 8', 'the pool metal has 7 machines; keep at most that many ready'],
  ['ready metal', 'give a number of machines, or "predicted"'],
  ['ready', 'give a number of machines, or "predicted"'],
  ['ready metal predicted 60%', 'give a number of machines, or "predicted"'],
  ['ready metal 3 5%', 'give a number of machines, or "predicted"'],
  ['ready meta predicted', 'did you mean "metal"?'],
  ['quota', 'give a whole number up to 100000'],
  ['after metal sleep', 'after a lease comes recycle, rebuild or shutdown'],
  ['after vm rebuild', 'the driver of pool vm has no step rebuild'],
  ['longest metal 3', 'give a length of time, as in "longest metal 4h"'],
  ['quota infr 3', 'did you mean "infra"?'],
  ['quota infra many', 'give a whole number up to 100000'],
  ['quota infra 2.5', 'give a whole number up to 100000'],
  ['weight infra 0', 'give a number above 0, up to 1000000'],
  ['priority infra 10', 'give a whole number up to 9'],
  ['overtaken 0', 'give a whole number from 1'],
  ['policy youngest', 'the one other policy is "policy by-age"'],
  ['platform some', 'give one of same, prefer, any'],
  ['demand more', 'give a share of what is asked now'],
  ['config nowhere.ts', 'name a config file'],
])('%j is answered with what to write instead', (text, sentence) => {
  expect(changePlan(BASE, text, OTHER)).toEqual({ misread: expect.stringContaining(sentence) })
})
