import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../adapters/config/index.ts'
import { faults, metal, settings, sound, vm } from './site.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7fXEXV5BdtITuQNFF0eGdOrNLWtvCbbmnAsZplnxi0 alice@example'

describe('the config that Duffy comes with', () => {
  const loading = loadConfig({ file: 'duffy.config.ts', environment: {} })

  test('has no faults, eight machines standing in for metal, and up to eight virtual ones', async () => {
    const loaded = await loading
    if (loaded.status === 'faulty') throw new Error(JSON.stringify(loaded.faults))
    const names = loaded.settings.site.machines.map(({ name }) => String(name))
    const numbered = (word: string) => Array.from({ length: 8 }, (_, at) => `${word}-${at + 1}`)
    expect(names).toEqual([...numbered('metal'), ...numbered('vm')])
  })

  test('lets its one tenant hold every machine, and nobody in chat', async () => {
    const loaded = await loading
    expect(loaded).toMatchObject({
      settings: { irc: [], site: { tenants: [{ name: 'local', quota: 16, members: [] }] } },
    })
  })

  test('keeps two virtual machines ready, and all metal', async () => {
    const loaded = await loading
    expect(loaded).toMatchObject({
      settings: {
        site: {
          pools: [
            { name: 'metal', ready: 8 },
            { name: 'vm', ready: 2 },
          ],
        },
      },
    })
  })
})

describe('a platform', () => {
  test('has no model and no memory unless they are given', async () => {
    const platforms = {
      ...sound.platforms,
      cloud: { arch: 'x86_64', vendor: 'any', model: 'EPYC 7543', memoryGiB: 15.5 },
    }
    const { site } = await settings({ ...sound, platforms })
    expect(site.platforms).toMatchObject([
      { name: 'intel', model: null, memoryGiB: null },
      { name: 'cloud', model: 'EPYC 7543', memoryGiB: 15.5 },
    ])
  })

  test.each([
    [
      'a model of two lines',
      { model: 'R640\nR650' },
      'platforms.intel.model: Give the model as one line of text, such as `Dell R640`.',
    ],
    [
      'memory of nothing',
      { memoryGiB: 0 },
      'platforms.intel.memoryGiB: Give the memory in GiB, a number above 0 and at most 1048576.',
    ],
    [
      'memory with a unit',
      { memoryGiB: '32G' },
      'platforms.intel.memoryGiB: Give the memory in GiB, a number above 0 and at most 1048576.',
    ],
  ])('with %s is refused', async (_, traits, fault) => {
    const platforms = { ...sound.platforms, intel: { ...sound.platforms.intel, ...traits } }
    expect(await faults({ ...sound, platforms })).toEqual([fault])
  })
})

describe('a site', () => {
  test('has machines with the chassis that is given, or none', async () => {
    const machines = [
      { name: 'n1', platform: 'intel', chassis: 'c7' },
      { name: 'n2', platform: 'intel' },
    ]
    const { site } = await settings(metal({ machines }))
    expect(site.machines.map(({ chassis }) => chassis)).toEqual(['c7', null])
  })

  test('has no chassis with a name that none can have', async () => {
    const machines = [{ name: 'n1', platform: 'intel', chassis: 'C 7' }]
    expect(await faults(metal({ machines }))).toEqual([
      expect.stringMatching(/^pools\.metal\.machines\[0\]\.chassis: A name is/),
    ])
  })

  test('has every default filled in', async () => {
    const { site } = await settings(sound)
    expect(site.pools[0]).toEqual({
      name: 'metal',
      type: 'metal',
      driver: 'null',
      kind: 'fixed',
      ready: 1,
      afterLease: 'recycle',
      steps: expect.arrayContaining(['provision', 'grant', 'revoke', 'recycle']),
      defaultMs: 7_200_000,
      longestMs: 86_400_000,
      graceMs: 300_000,
      prepareMs: 900_000,
      preferMs: 600_000,
      chassis: 'any',
      health: { falseAlarmEvery: 100_000, mostShare: 0.1, quarantinesMost: 3, withinMs: 30 * 86_400_000 },
      checkEveryMs: 1_800_000,
      idleLimitMs: 604_800_000,
      deadlineMs: {
        provision: 600_000,
        check: 60_000,
        grant: 120_000,
        revoke: 120_000,
        collect: 300_000,
        recycle: 600_000,
        rebuild: 1_800_000,
        shutdown: 300_000,
        burnin: 600_000,
      },
      failureLimit: 3,
      backoffMs: 5_000,
      probationMs: 600_000,
      configured: true,
    })
  })

  test('has every figure of a level that follows demand filled in', async () => {
    const { site } = await settings(vm({ ready: 'predicted' }))
    expect(site.pools[0]!.ready).toEqual({ missProbability: 0.05, least: 0, most: 3, atFirst: 0 })
  })

  test('has an elastic pool spelled out, none of it ready ahead, and shut down after use', async () => {
    const { site } = await settings(sound)
    expect(site.pools[1]).toMatchObject({ kind: 'elastic', ready: 0, afterLease: 'shutdown' })
    expect(site.machines.filter(({ pool }) => pool === 'vm')).toEqual(
      ['vm-1', 'vm-2', 'vm-3'].map((name) => ({
        name,
        pool: 'vm',
        platform: 'cloud',
        chassis: null,
        labels: [],
        variables: {},
      })),
    )
  })

  test('has labels in order and once each, and variables as they were written', async () => {
    const variables = { bmc: '{{ x }}', ports: [1, 2], deep: { a: null, b: true } }
    const { site } = await settings(
      metal({ machines: [{ name: 'n1', platform: 'intel', labels: ['b', 'a', 'b'], variables }] }),
    )
    expect(site.machines[0]).toMatchObject({ labels: ['a', 'b'], variables })
  })

  test('has a usual lease no longer than the longest', async () => {
    const { site } = await settings(metal({ longest: '1h' }))
    expect(site.pools[0]).toMatchObject({ defaultMs: 3_600_000, longestMs: 3_600_000 })
  })

  test('has members in small letters and keys by fingerprint', async () => {
    const { site } = await settings({
      ...sound,
      tenants: {
        ci: {
          members: ['irc:libera:Alice', 'irc:oftc:*'],
          keys: [KEY],
          lease: '1h',
          longest: '4h',
          holds: { most: 2 },
        },
      },
    })
    expect(site.tenants).toEqual([
      {
        name: 'ci',
        quota: 10,
        weight: 1,
        priority: 0,
        defaultMs: 3_600_000,
        longestMs: 14_400_000,
        holds: 2,
        holdMs: 86_400_000,
        members: ['irc:libera:alice', 'irc:oftc:*'],
        keys: [
          {
            fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
            line: KEY.split(' ').slice(0, 2).join(' '),
          },
        ],
      },
    ])
  })

  test('has limits with the warnings longest first', async () => {
    const { site } = await settings({
      ...sound,
      limits: { shortest: '30s', machinesPerRequest: 7, warnMinutes: [5, 60, 5] },
    })
    expect(site.limits).toMatchObject({
      shortestMs: 30_000,
      machinesPerRequest: 7,
      warnMinutes: [60, 5],
      keysPerPerson: 20,
    })
  })

  test('has a digest that says the same of equal sites and another of different ones', async () => {
    const digests = await Promise.all(
      [sound, { ...sound, http: { port: 9 } }, metal({}), metal({ backoff: '6s' })].map(
        async (it) => (await settings(it)).site.digest,
      ),
    )
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(digests[1]).toBe(digests[0])
    expect(new Set(digests).size).toBe(3)
  })
})

describe('a fault in a site', () => {
  test.each([
    [
      'an unknown platform',
      metal({ machines: [{ name: 'n1', platform: 'itnel' }] }),
      'pools.metal.machines[0].platform: There is no platform `itnel`; did you mean `intel`?',
    ],
    [
      'an unknown platform of an elastic pool',
      vm({ elastic: { most: 1, name: 'vm', platform: 'clod' } }),
      'pools.vm.elastic.platform: There is no platform `clod`; did you mean `cloud`?',
    ],
    [
      'an unknown driver',
      metal({ driver: 'nsbx' }),
      'pools.metal.driver: There is no driver `nsbx`; did you mean `nsbox`?',
    ],
    [
      'a misspelt setting',
      metal({ redy: 1 }),
      'pools.metal.redy: There is no setting `redy` here; did you mean `ready`?',
    ],
    [
      'a misspelt section',
      { ...sound, tenant: {} },
      'tenant: There is no setting `tenant` here; did you mean `tenants`?',
    ],
    [
      'a misspelt choice',
      metal({ afterLease: 'recyle' }),
      'pools.metal.afterLease: `recyle` is none of the choices; did you mean `recycle`?',
    ],
    [
      'a number for a length of time',
      metal({ grace: 300 }),
      'pools.metal.grace: Give a length of time in quotes, such as `30s`, `15m`, `2h` or `1d`.',
    ],
    [
      'nonsense for a length of time',
      metal({ grace: 'soon' }),
      'pools.metal.grace: Give a length of time in quotes, such as `30s`, `15m`, `2h` or `1d`.',
    ],
    ['a lease that is too short to be one', metal({ longest: '2s' }), 'pools.metal.longest: Give at least 60s.'],
    [
      'more ready than there are',
      metal({ ready: 2 }),
      'pools.metal.ready: The pool has 1 machines; keep at most that many ready.',
    ],
    [
      'a level that is a word',
      metal({ ready: 'guessed' }),
      "pools.metal.ready: Give a number of machines, or 'predicted', or `{ missProbability, least, most, atFirst }`.",
    ],
    [
      'a level that is to miss for certain',
      metal({ ready: { missProbability: 1 } }),
      'pools.metal.ready.missProbability: Give a number from 0.0001 to 0.5.',
    ],
    [
      'a setting of a level that there is not',
      metal({ ready: { mist: 1 } }),
      'pools.metal.ready.mist: There is no setting `mist` here; did you mean `most`?',
    ],
    [
      'a level at first that is out of bounds',
      vm({ ready: { least: 1, most: 2, atFirst: 3 } }),
      'pools.vm.ready.atFirst: The level at first is to be from `least` to `most`, 1 to 2.',
    ],
    [
      'a level that may rise above what there is',
      vm({ ready: { most: 9 } }),
      'pools.vm.ready.most: The pool has 3 machines; keep at most that many ready.',
    ],
    [
      'a longest lease below the usual one',
      metal({ lease: '3h', longest: '1h' }),
      'pools.metal.longest: The longest lease is shorter than the usual one; make `longest` at least as long as `lease`.',
    ],
    [
      'a longest lease of a tenant below its usual one',
      { ...sound, tenants: { ci: { lease: '3h', longest: '1h' } } },
      'tenants.ci.longest: The longest lease is shorter than the usual one; make `longest` at least as long as `lease`.',
    ],
    [
      'a usual lease of a tenant that is shorter than any lease',
      { ...sound, tenants: { ci: { lease: '2m' } }, limits: { shortest: '5m' } },
      'tenants.ci.lease: The usual lease of the tenant is shorter than `limits.shortest`; raise it.',
    ],
    [
      'metal on demand',
      {
        ...sound,
        pools: { metal: { type: 'metal', driver: 'null', elastic: { most: 1, name: 'm', platform: 'intel' } } },
      },
      'pools.metal.elastic: Metal cannot be made on demand; list its `machines`, or make the pool one of `vm`.',
    ],
    [
      'a pool of no kind',
      { ...sound, pools: { metal: { type: 'metal', driver: 'null' } } },
      'pools.metal: A pool has either `machines`, which always exist, or is `elastic`; give one of them.',
    ],
    [
      'a pool of both kinds',
      vm({ machines: [] }),
      'pools.vm: A pool has either `machines`, which always exist, or is `elastic`; leave one of them out.',
    ],
    [
      'a pool named for the other type',
      vm({ type: 'metal', elastic: undefined, machines: [] }),
      'pools.vm.type: A pool called `vm` is of type `vm`, for people ask for either by that word; rename the pool or change its type.',
    ],
    [
      'a machine named twice',
      metal({
        machines: [
          { name: 'n1', platform: 'intel' },
          { name: 'n1', platform: 'intel' },
        ],
      }),
      'pools.metal: The machine `n1` is named twice here; every machine needs a name of its own.',
    ],
    [
      'a machine named in two pools',
      {
        ...sound,
        pools: {
          ...sound.pools,
          other: { type: 'metal', driver: 'null', machines: [{ name: 'vm-2', platform: 'intel' }] },
        },
      },
      'pools.other: The machine `vm-2` is named here and in `pools.vm`; every machine needs a name of its own.',
    ],
    [
      'a platform of two types',
      {
        ...sound,
        pools: { ...sound.pools, old: { type: 'vm', driver: 'null', machines: [{ name: 'v', platform: 'intel' }] } },
      },
      'pools.old: Platform `intel` has metal and virtual machines; give those of each type a platform of their own.',
    ],
    [
      'a machine called all',
      metal({ machines: [{ name: 'all', platform: 'intel' }] }),
      'pools.metal.machines[0].name: No machine can be called `all`: `done all` means every machine.',
    ],
    [
      'a bad name of a machine',
      metal({ machines: [{ name: 'N 1', platform: 'intel' }] }),
      'pools.metal.machines[0].name: A name is small letters, digits and dashes, at most 41 of them, with a letter or a digit at both ends.',
    ],
    [
      'a bad name of a pool',
      { ...sound, pools: { 'Big Iron': sound.pools.metal } },
      'pools.Big Iron: A name is small letters, digits and dashes, at most 41 of them, with a letter or a digit at both ends.',
    ],
    [
      'a step that nobody performs',
      metal({ driver: 'nsbox', steps: ['provision', 'grant', 'recycle'] }),
      'pools.metal.steps: Machines cannot be lent safely without `revoke`; list it for each.',
    ],
    [
      'a member that is none',
      { ...sound, tenants: { local: { members: ['alice'] } } },
      'tenants.local.members[0]: Give `irc:<network>:<account>` or `slack:<team>:<user>`, or `irc:<network>:*` or `slack:<team>:*` for everybody there, or `jenkins:<name>`.',
    ],
    [
      'a member of two tenants',
      { ...sound, tenants: { a: { members: ['irc:x:bob'] }, b: { members: ['irc:x:Bob'] } } },
      'tenants.b.members[0]: `irc:x:bob` speaks for `a` already; name it under one tenant only.',
    ],
    [
      'a key that is none',
      { ...sound, tenants: { a: { keys: ['ssh-ed25519 AAAA'] } } },
      'tenants.a.keys[0]: This is no public key that Duffy takes (broken); give one line, as in `~/.ssh/id_ed25519.pub`.',
    ],
    [
      'variables that are no data',
      metal({ machines: [{ name: 'n1', platform: 'intel', variables: [] }] }),
      'pools.metal.machines[0].variables: Give an object: `{ name: value }`.',
    ],
    [
      'a bad cron expression',
      { ...sound, cron: { prune: '99 * * * *' } },
      'cron.prune: Give a cron expression of five or six fields, such as `23 3 * * *`.',
    ],
    [
      'a folder of playbooks that is not there',
      { ...sound, ansible: { playbookDirs: ['/nonexistent'] } },
      'ansible.playbookDirs[0]: The folder /nonexistent/drivers cannot be read (ENOENT); make it, or correct the path.',
    ],
  ])('is told of %s', async (_, config, sentence) => {
    expect(await faults(config)).toEqual([sentence])
  })

  test('hides no other fault', async () => {
    const config = {
      pltforms: {},
      platforms: { intel: { arch: 'x86_64' } },
      pools: {
        metal: {
          type: 'metall',
          driver: 'null',
          machines: [
            { name: 'A', platform: 'intel' },
            { name: 'b', platform: 'amd' },
          ],
        },
      },
      tenants: { local: { quota: -1 } },
      http: { port: 70_000 },
      limits: { reasonLength: 'long' },
    }
    expect(await faults(config, { DUFFY_PORT: 'http' })).toEqual(
      expect.arrayContaining(
        [
          /^DUFFY_PORT: /,
          /^pltforms: /,
          /^platforms\.intel\.vendor: /,
          /^pools\.metal\.type: /,
          /^pools\.metal\.machines\[0\]\.name: /,
          /^pools\.metal\.machines\[1\]\.platform: /,
          /^tenants\.local\.quota: /,
          /^http\.port: /,
          /^limits\.reasonLength: /,
        ].map((it) => expect.stringMatching(it)),
      ),
    )
  })

  test('is told of a file that exports nothing', async () => {
    expect(await faults('export const x = 1')).toEqual([
      ': Let the file end in `export default defineConfig({ platforms, pools })`.',
    ])
  })

  test('is told of a file that cannot be run', async () => {
    expect(await faults('throw new Error("no luck")')).toEqual([
      expect.stringMatching(/^: The file .* could not be run: no luck$/),
    ])
  })

  test('is told of a file that is not there', async () => {
    const loaded = await loadConfig({ environment: { DUFFY_CONFIG: '/nonexistent/duffy.config.ts' } })
    expect(loaded).toMatchObject({
      status: 'faulty',
      faults: [{ path: '', sentence: expect.stringContaining('set DUFFY_CONFIG') }],
    })
  })
})
