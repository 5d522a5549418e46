import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { until } from '../kit/until.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { accounts, inspircdWithAnope, inspircdWithAtheme, type IrcNetwork } from '../kit/irc/inspircd.ts'
import { irssi, type Irssi } from '../kit/irc/irssi.ts'
import { person, type Person } from '../kit/irc/person.ts'
import { nullMetal } from '../kit/null-site.ts'
import { KEY } from '../kit/key.ts'

const CODE = /link ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})/

/** `east` has Atheme, `west` has Anope; on both there are an alice and a bob, who need not be the same. */
const site = (east: IrcNetwork, west: IrcNetwork): Config => ({
  ...nullMetal(['m1', 'm2', 'm3', 'm4'], { grace: '0s' }),
  limits: { shortest: '1s', warnMinutes: [0.1] },
  cron: { sweep: '* * * * * *' },
  tenants: {
    local: { quota: 2, keys: [KEY], members: ['irc:east:alice', 'irc:east:bob'] },
    western: { quota: 2, keys: [KEY], members: ['irc:west:bob'] },
  },
  irc: { east: door(east), west: door(west) },
})
const door = ({ tlsPort, caFile }: IrcNetwork): NonNullable<Config['irc']>[string] => ({
  host: '127.0.0.1',
  port: tlsPort,
  ca: caFile,
  account: 'duffybot',
  password: { env: 'DUFFY_TEST_PASSWORD' },
  channels: ['#duffy'],
  pace: { commandsPerMinute: 600, burst: 10, everyMs: 100 },
})

let [east, west]: IrcNetwork[] = []
let duffy: RunningDuffy
let alice: Irssi
let [bob, aliceWest, bobWest]: Person[] = []

beforeAll(async () => {
  east = await inspircdWithAtheme({ tls: true })
  west = await inspircdWithAnope({ tls: true })
  await west.services.kill()
  await west.ircd.kill()
  duffy = await runDuffy({ config: site(east, west), environment: { DUFFY_TEST_PASSWORD: accounts.duffybot } })
  await until(() => readyOf('irc:east') === 1)
  alice = await irssi(east, { nick: 'alice', password: accounts.alice, channel: '#duffy' })
  bob = await on(east, 'bob')
}, 360_000)
afterAll(async () => {
  for (const one of [alice, bob, aliceWest, bobWest, duffy, east, west]) await one?.[Symbol.asyncDispose]()
})

const on = (network: IrcNetwork, name: 'alice' | 'bob'): Promise<Person> =>
  person(network, { nick: name, login: { account: name, password: accounts[name] }, channels: ['#duffy'], tls: true })

/** What Duffy answers somebody to a line in private. */
const asks = (somebody: Person, line: string, pattern: RegExp): Promise<string> => {
  somebody.say('duffy', line)
  return somebody.waitFor(new RegExp(`^:duffy!\\S+ PRIVMSG \\S+ :.*(?:${pattern.source})`))
}
const aliceAsks = (line: string, pattern: RegExp): Promise<string> =>
  alice.after('duffy', () => alice.say('duffy', line), pattern)

const leases = async (): Promise<{ id: string; tenant: string; until: string }[]> =>
  (await duffy.operate('GET', '/api/v2/leases?all=true')).body.leases

test('a network that is not there yet keeps nobody from the other, and is joined when it is', async () => {
  await asks(bob!, 'get metal', /yours until/)
  await asks(bob!, 'done', /given back/)
  await west!.ircd.start()
  await west!.services.start()
  await until(() => readyOf('irc:west') === 1, 90_000)
  aliceWest = await on(west!, 'alice')
  bobWest = await on(west!, 'bob')
}, 120_000)

describe('accounts of one name on two networks', () => {
  test('are two people: what one holds, the other neither sees nor gives back', async () => {
    const mine = /lease (L\w+)/.exec(await asks(bob!, 'get metal', /yours until/))![1]!
    const theirs = /lease (L\w+)/.exec(await asks(bobWest!, 'get metal', /yours until/))![1]!
    expect((await leases()).map(({ id, tenant }) => [id, tenant])).toEqual([
      [mine, 'local'],
      [theirs, 'western'],
    ])
    expect(await asks(bob!, 'list', /You hold/)).not.toContain(theirs)
    await asks(bobWest!, `done ${mine}`, new RegExp(`You hold no "${mine}"`))
    await asks(bob!, `extend ${theirs} 1h`, new RegExp(`You hold no "${theirs}"`))
    expect((await leases()).map(({ id }) => id)).toEqual([mine, theirs])
    for (const somebody of [bob!, bobWest!]) await asks(somebody, 'done', /given back/)
  })

  test('are each on their own: one speaks for a tenant, the other is told how to become one with it', async () => {
    expect(await asks(aliceWest!, 'get metal', /belongs to no tenant/)).toMatch(/irc:west:alice.* link/)
    expect(await leases()).toEqual([])
  })
})

describe('one person on two networks', () => {
  test('links the accounts by a code, and holds the same at both', async () => {
    const given = await asks(aliceWest!, 'link', CODE)
    await aliceAsks(`link ${CODE.exec(given)![1]}`, /irc:west:alice/)
    await aliceAsks(`link ${CODE.exec(given)![1]} yes`, /irc:west:alice and irc:east:alice are one/)
    await aliceWest!.waitFor(/irc:west:alice and irc:east:alice are one/)
    const got = await alice.after('#duffy', () => alice.say('#duffy', '!duffy get metal'), /lease (L\w+)/)
    const id = got.split(' ')[1]!
    expect(await asks(aliceWest!, 'list', /You hold/)).toContain(id)
    expect(await asks(aliceWest!, `extend ${id} 1h`, /is yours until/)).toContain(id)
    expect(await aliceAsks('list', /You hold .*/)).toContain(id)
    await asks(aliceWest!, `done ${id}`, /given back/)
    expect(await aliceAsks('list', /You hold.*/)).toContain('You hold nothing')
  })

  test('is warned and told of the end where each machine was asked for', async () => {
    const [, here] = /lease (L\w+)/.exec(await aliceAsks('get metal for 14s', /yours until.*/))!
    const [, there] = /lease (L\w+)/.exec(await asks(aliceWest!, 'get metal for 14s', /yours until/))!
    for (const about of [/ends at/, /is over: its time ran out/]) {
      await alice.waitFor('duffy', new RegExp(`${here}.*${about.source}|${about.source}.*${here}`), 60_000)
      await aliceWest!.waitFor(new RegExp(`${there}.*${about.source}|${about.source}.*${there}`), 60_000)
    }
    expect(await alice.shown('duffy')).not.toMatch(new RegExp(`${there}.*(?:ends at|is over)`))
    expect(aliceWest!.lines(new RegExp(`${here}.*(?:ends at|is over)`))).toEqual([])
  })
})

describe('a network that is gone for a while', () => {
  test('leaves the other as it was, its people are told on the other, and it comes back', async () => {
    const [, id] = /lease (L\w+)/.exec(await asks(aliceWest!, 'get metal for 12s', /yours until/))!
    const ready = readyOf('irc:west')
    await west!.ircd.kill()
    await west!.services.kill()
    for (const somebody of [aliceWest!, bobWest!]) await somebody[Symbol.asyncDispose]()
    await alice.waitFor('duffy', new RegExp(`${id}.*ends at|ends at.*${id}`), 60_000)
    await asks(bob!, 'get metal', /yours until/)
    await asks(bob!, 'done', /given back/)

    await west!.ircd.start()
    await west!.services.start()
    await until(() => readyOf('irc:west') > ready, 90_000)
    expect(readyOf('irc:east')).toBe(1)
    bobWest = await on(west!, 'bob')
    await asks(bobWest, 'get metal', /yours until/)
    await asks(bobWest, 'done', /given back/)
  }, 180_000)
})

/** How often that network has become ready. */
const readyOf = (network: string): number => duffy.log().split(`${network}: irc is ready`).length - 1
