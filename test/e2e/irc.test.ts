import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyPair } from '../kit/ansible.ts'
import { ssh } from '../kit/ansible-ssh.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { ii, type Ii } from '../kit/irc/ii.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../kit/irc/inspircd.ts'
import { ngircd, type PlainNetwork } from '../kit/irc/ngircd.ts'
import { until } from '../kit/irc/until.ts'
import { scratch } from '../kit/scratch.ts'

let network: IrcNetwork
let duffy: RunningDuffy
let alice: Ii
const keys = mkdtempSync(join(scratch(), 'duffy-keys-'))
const key = keyPair(keys)

beforeAll(async () => {
  network = await inspircdWithAtheme({ tls: true })
  duffy = await runDuffy({
    environment: {
      DUFFY_IRC_HOST: '127.0.0.1',
      DUFFY_IRC_PORT: String(network.tlsPort),
      DUFFY_IRC_TLS: 'true',
      DUFFY_IRC_CA: network.caFile,
      DUFFY_IRC_NETWORK: 'test',
      DUFFY_IRC_NICK: 'duffy',
      DUFFY_IRC_ACCOUNT: 'duffybot',
      DUFFY_IRC_PASSWORD: accounts.duffybot,
      DUFFY_IRC_CHANNELS: '#duffy',
      DUFFY_IRC_MEMBERS: '*',
    },
  })
  alice = await ii(network, { nick: 'alice', channels: ['#duffy'] })
  await alice.say('NickServ', `IDENTIFY alice ${accounts.alice}`)
  await alice.waitFor('nickserv', /now (identified|logged in)/i)
}, 360_000)
afterAll(async () => {
  await alice?.[Symbol.asyncDispose]()
  await duffy?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
  rmSync(keys, { recursive: true, force: true })
})

/** A line in the channel, and what came after it that matches. */
const typed = async (line: string, pattern: RegExp, ms = 20_000): Promise<string> => {
  const before = (await alice.shown('#duffy')).length
  await alice.say('#duffy', line)
  const end = performance.now() + ms
  for (;;) {
    const found = pattern.exec((await alice.shown('#duffy')).slice(before))
    if (found !== null) return found[0]
    if (performance.now() > end)
      throw new Error(`no ${pattern} after ${line}:\n${(await alice.shown('#duffy')).slice(before)}\n${duffy.log()}`)
    await pause(50)
  }
}

describe('a person in a channel', () => {
  test('is told how to add a key before the first machine', async () => {
    const answer = await typed('!duffy get metal', /<duffy> alice: .*keys add.*/)
    expect(answer).toContain('keys add')
  })

  test('gets a machine, logs in with their own key, and says done', async () => {
    await alice.say('duffy', `keys add ${key.line} alice@laptop`)
    await alice.waitFor('duffy', /SHA256:/)
    const answer = await typed(
      '!duffy get metal for 2h because {{ 7*7 }} $(id)',
      /alice: metal-\d is yours until \d\d:\d\d UTC.*/,
    )
    expect(answer).not.toMatch(/127\.0\.0\.1|ssh -p/)
    const login = await alice.waitFor('duffy', /ssh -p \d+ ci@127\.0\.0\.1/)
    const { body } = await duffy.operate('GET', '/api/v2/leases?all=true')
    const [lease] = body.leases
    expect(lease.reason).toBe('{{ 7*7 }} $(id)')
    const [machine] = lease.machines
    expect(login).toContain(String(machine.port))
    expect(ssh(machine, key.path, 'hostname').text).toBe(machine.name)

    expect(await typed('!duffy list', /alice: .*L\w+.*/)).toContain(lease.id)
    expect(await typed(`!duffy why ${lease.id}`, /alice: .*least worn.*/i)).toContain(machine.name)
    expect(await typed('!duffy extend 1h', /alice: Lease L\w+ is yours until.*/)).toContain(lease.id)
    await typed('!duffy done', /alice: metal-\d is given back.*/)
    await until(() => ssh(machine, key.path, 'true').status !== 0, { what: 'its holder to be shut out' })
  })

  test('who errs is told what to type instead', async () => {
    expect(await typed('!duffy gte metal', /alice: .*/)).toContain('!duffy get metal')
    expect(await typed('!duffy get meta', /alice: .*/)).toContain('!duffy get metal')
    expect(await typed('!duffy get metal 0', /alice: .*/)).toMatch(/1/)
    expect(await typed('!duffy get metal for -3h', /alice: .*/)).toMatch(/!duffy/)
  })

  test('who is a stranger to the services is told how to log in, and gets nothing', async () => {
    await using mallory = await ii(network, { nick: 'mallory', channels: ['#duffy'] })
    await mallory.say('#duffy', '!duffy get metal')
    await mallory.waitFor('#duffy', /mallory: .*NickServ.*/)
    const { body } = await duffy.operate('GET', '/api/v2/leases?all=true')
    expect(body.leases).toEqual([])
  })
})

describe('a forgotten lease', () => {
  let forgetful: RunningDuffy
  beforeAll(async () => {
    forgetful = await runDuffy({
      config: {
        platforms: { sandbox: { arch: 'x86_64', vendor: 'any' } },
        pools: {
          metal: {
            type: 'metal',
            driver: 'nsbox',
            grace: '1s',
            machines: [{ name: 'metal-1', platform: 'sandbox' }],
          },
        },
        tenants: { local: { quota: 8 } },
        limits: { shortest: '1s', warnMinutes: [0.1, 0.05] },
        cron: { sweep: '* * * * * *' },
        irc: {
          test: {
            host: '127.0.0.1',
            port: network.port,
            tls: false,
            nick: 'forget',
            account: 'duffybot',
            channels: ['#forget'],
          },
        },
      },
      environment: { DUFFY_IRC_NETWORK: 'test', DUFFY_IRC_PASSWORD: accounts.duffybot, DUFFY_IRC_MEMBERS: 'alice' },
    })
  }, 240_000)
  afterAll(() => forgetful?.[Symbol.asyncDispose]())

  test('is warned about twice and then ended, where it was asked for', async () => {
    await alice.command('/j #forget')
    await until(() => forgetful.log().includes('irc is ready'), { what: 'the door' })
    await alice.say('forget', `keys add ${key.line}`)
    await alice.waitFor('forget', /SHA256:/)
    await alice.say('#forget', '!duffy get metal for 15s')
    await alice.waitFor('#forget', /metal-1 is yours/, 90_000)
    await alice.waitFor('forget', /ends at/, 90_000)
    await alice.waitFor('#forget', /is over: its time ran out/, 90_000)
    const { body } = await forgetful.operate('GET', '/api/v2/audit?after=0&limit=500')
    const events = body.records.flatMap((record: { body: string | { events: { type: string }[] } }) =>
      (typeof record.body === 'string' ? JSON.parse(record.body) : record.body).events.map(
        ({ type }: { type: string }) => type,
      ),
    )
    expect(events.filter((type: string) => type === 'leaseWarned')).toHaveLength(2)
    expect(events).toContain('leaseEnded')
  }, 300_000)
})

describe('a network that cannot vouch', () => {
  let plain: PlainNetwork
  beforeAll(async () => {
    plain = await ngircd()
  })
  afterAll(() => plain?.[Symbol.asyncDispose]())

  test('is refused, and says why', async () => {
    await using refusing = await runDuffy({
      warm: false,
      environment: {
        DUFFY_IRC_HOST: '127.0.0.1',
        DUFFY_IRC_PORT: String(plain.port),
        DUFFY_IRC_TLS: 'false',
        DUFFY_IRC_NETWORK: 'plain',
        DUFFY_IRC_CHANNELS: '#duffy',
        DUFFY_IRC_MEMBERS: '*',
      },
    })
    await using bob = await ii(plain, { nick: 'bob', channels: ['#duffy'] })
    await bob.waitFor('#duffy', /duffy/, 90_000)
    await bob.say('#duffy', '!duffy get metal')
    await bob.waitFor('#duffy', /bob: .*(cannot|can't).*/, 90_000)
    const { body } = await refusing.operate('GET', '/api/v2/leases?all=true')
    expect(body.leases).toEqual([])
  }, 240_000)
})
