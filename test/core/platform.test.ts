import { describe, expect, test } from 'vitest'
import { estimatesAt, leaseView, outcomeSaid, type Outcome, type Refusal, MINUTE } from '#core'
import { machinesOf, platformOf, poolOf, siteOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

/** Two platforms of one class, of which `big` is alice's home, and one of another. */
const world = (over: Parameters<typeof siteOf>[0] = {}): World => {
  const made = new World(
    siteOf({
      platforms: [
        platformOf('big', { vendor: 'intel', memoryGiB: 32 }),
        platformOf('small', { vendor: 'intel', memoryGiB: 16 }),
        platformOf('other', { vendor: 'amd', memoryGiB: 32 }),
      ],
      machines: [
        ...machinesOf('metal', 'big', 2),
        ...machinesOf('metal', 'small', 3),
        ...machinesOf('metal', 'other', 4),
      ],
      ...over,
    }),
  )
  made.fleet.tenants.put('alice' as never, {
    ...made.fleet.tenants.need('alice' as never),
    homes: { metal: 'big' as never },
  })
  return made
}
const said = (on: World, outcome: Outcome | Refusal): string =>
  outcomeSaid(outcome as Outcome, {
    fleet: on.fleet,
    at: on.at,
    say: (line) => `"${line}"`,
    fingerprint: () => 'SHA256:x',
    estimates: estimatesAt(on.fleet, on.at),
  }).room.join('\n')

describe('under same', () => {
  test('home goes before the others of its class', () => {
    const on = world()
    expect(on.lease(on.get(ALICE)).choice).toEqual({ platform: 'big', reason: 'home', departure: null })
  })

  test('one of the same class is taken where home has too few, and the lease says what differs', () => {
    const on = world()
    expect(on.lease(on.get(ALICE, { count: 3 })).choice).toEqual({
      platform: 'small',
      reason: 'near home',
      departure: { home: 'big', differs: [{ trait: 'memoryGiB', home: 32, here: 16 }] },
    })
  })

  test('another class is never taken, however much of it is free', () => {
    const on = world()
    on.get(ALICE, { count: 3 })
    on.get(ALICE, { count: 2 })
    const waiting = on.get(ALICE)
    expect(waiting.type).toBe('waiting')
    if (waiting.type !== 'waiting') return
    expect(on.fleet.requests.get(waiting.request)!.state).toMatchObject({ why: { rule: 'home busy', elsewhere: 4 } })
  })

  test('more than any one platform of the class has is refused at once', () => {
    const on = world()
    expect(on.get(ALICE, { count: 4 })).toMatchObject({ type: 'neverEnough', most: 3, platform: 'big', elsewhere: 9 })
  })

  test('several machines are waited for rather than split between two platforms of the class', () => {
    const on = world({ machines: [...machinesOf('metal', 'big', 3), ...machinesOf('metal', 'small', 3)] })
    on.get(ALICE)
    const three = on.lease(on.get(ALICE, { count: 3 }))
    on.work()
    on.done(ALICE, three.machines[0]!.machine)
    on.work()
    const free = [...on.fleet.machines.values()].filter(({ state }) => state.status === 'ready')
    expect(free).toHaveLength(3)
    expect(on.get(ALICE, { count: 3 }).type).toBe('waiting')
  })

  test('a home of which no machine is left is kept while its class has any', () => {
    const on = world()
    const machines = [...machinesOf('metal', 'small', 3), ...machinesOf('metal', 'other', 4)]
    const { platforms } = siteOf()
    on.ask('duffy', {
      do: 'configure',
      site: siteOf({ digest: 'two', machines, platforms: [...on.fleet.platforms.values(), ...platforms] }),
    })
    on.work()
    expect(on.lease(on.get(ALICE)).choice).toMatchObject({ platform: 'small', reason: 'near home' })
    expect(on.fleet.tenants.need('alice' as never).homes).toEqual({ metal: 'big' })
  })

  test('a machine of the class that is off is woken where home has none', () => {
    const on = world({ pools: [poolOf('metal', { ready: 0 })] })
    on.get(ALICE, { count: 2 })
    on.work()
    expect(on.get(ALICE).type).toBe('waiting')
    on.work()
    const platforms = [...on.fleet.leases.values()].map(({ choice }) => choice.platform)
    expect(platforms.toSorted()).toEqual(['big', 'small'])
  })
})

describe('under prefer', () => {
  test('the class of home is waited for, and then the nearest other is taken and said to be another', () => {
    const on = world()
    on.get(ALICE, { count: 3 })
    on.get(ALICE, { count: 2 })
    on.work()
    expect(on.get(ALICE, { platform: 'prefer', durationMs: 60 * MINUTE }).type).toBe('waiting')
    on.pass(9 * MINUTE)
    expect(on.fleet.requests.size).toBe(1)
    on.pass(2 * MINUTE)
    const [, , lease] = on.fleet.leases.values()
    expect(lease?.choice).toEqual({
      platform: 'other',
      reason: 'instead of home',
      departure: { home: 'big', differs: [{ trait: 'vendor', home: 'intel', here: 'amd' }] },
    })
  })

  test('a free platform of the class is taken at once', () => {
    const on = world()
    expect(on.lease(on.get(ALICE, { count: 3, platform: 'prefer' })).choice.reason).toBe('near home')
  })
})

describe('a lease of another platform than home', () => {
  test('says so in its view', () => {
    const on = world()
    const lease = on.lease(on.get(ALICE, { count: 3 }))
    expect(leaseView(on.fleet, lease).departure).toEqual({
      home: 'big',
      differs: [{ trait: 'memoryGiB', home: 32, here: 16 }],
    })
  })

  test('says so to its holder', () => {
    const on = world()
    const granted = on.get(ALICE, { count: 3 })
    on.work()
    expect(said(on, granted)).toContain(
      'Your home is big, which had too few free; these are small of the same class: 16 GiB instead of 32 GiB.',
    )
  })

  test('a lease of home says nothing of the kind', () => {
    const on = world()
    const granted = on.get(ALICE)
    on.work()
    expect(said(on, granted)).not.toContain('Your home')
  })

  test('names the platforms that were tried, with their distances', () => {
    const on = world()
    const { why } = on.lease(on.get(ALICE, { count: 3 }))
    expect(why.platforms).toEqual([
      { platform: 'big', distance: 0, ready: 2, inService: 2 },
      { platform: 'small', distance: 2, ready: 3, inService: 3 },
    ])
    expect(why.dropped).toEqual({ platform: 4 })
  })
})

describe('a platform', () => {
  test('keeps its vendor for as long as it has machines', () => {
    const on = new World()
    const site = siteOf({ digest: 'two', platforms: [platformOf('amd', { vendor: 'hygon' }), platformOf('intel')] })
    const refused = told(on.ask('duffy', { do: 'configure', site }))
    expect(refused).toMatchObject({
      type: 'badSite',
      faults: [expect.stringContaining('platform amd is x86_64 by amd')],
    })
  })
})
