import { afterAll, beforeAll, expect, test } from 'vitest'
import { ii } from '../../kit/irc/ii.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../../kit/irc/inspircd.ts'
import { ngircd } from '../../kit/irc/ngircd.ts'
import { person } from '../../kit/irc/person.ts'
import { until } from '../../kit/irc/until.ts'
import { openDoor, type TestDoor } from './door.ts'

const alice = { account: 'alice', password: accounts.alice }
let network: IrcNetwork
let duffy: TestDoor

beforeAll(async () => {
  network = await inspircdWithAtheme()
  duffy = await openDoor(network)
  await duffy.waitFor('ready')
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
})

test('a logged-in person is heard under the account, not the nick', async () => {
  await using wonder = await person(network, { nick: 'Wonder', login: alice, channels: ['#duffy'] })
  wonder.say('#duffy', '!duffy hello')
  await wonder.waitFor(/^:duffy!\S+ PRIVMSG #duffy :Wonder: heard: hello$/)
  expect(duffy.heard.at(-1)).toMatchObject({
    account: 'alice',
    nick: 'Wonder',
    room: '#duffy',
    text: 'hello',
  })
  expect(duffy.heard.at(-1)?.id).toMatch(/~/)
})

test('in private the bare command is heard and answered in private', async () => {
  await using wonder = await person(network, { nick: 'Wonder', login: alice })
  wonder.say('duffy', 'get metal')
  await wonder.waitFor(/^:duffy!\S+ PRIVMSG Wonder :heard: get metal$/)
  expect(duffy.heard.at(-1)).toMatchObject({ account: 'alice', room: null })
})

test('a stranger is told once how to log in, and is not heard', async () => {
  await using mallory = await ii(network, { nick: 'mallory', channels: ['#duffy'] })
  const before = duffy.heard.length
  await mallory.say('#duffy', '!duffy get metal')
  await mallory.waitFor('#duffy', /mallory: you are not logged in to NickServ/)
  await mallory.say('#duffy', '!duffy get metal')
  await mallory.say('#duffy', 'duffy: list')
  await using wonder = await person(network, { nick: 'Wonder', login: alice, channels: ['#duffy'] })
  wonder.say('#duffy', '!duffy after')
  await mallory.waitFor('#duffy', /heard: after/)
  expect((await mallory.shown('#duffy')).match(/not logged in/g)).toHaveLength(1)
  expect(duffy.heard.slice(before).map((line) => line.text)).toEqual(['after'])
})

test('who takes the nick of a known person is refused', async () => {
  await using owner = await person(network, { nick: 'alice', login: alice, channels: ['#duffy'] })
  owner.say('#duffy', '!duffy mine')
  await owner.waitFor(/heard: mine/)
  owner.send('NICK alice-away')
  await owner.waitFor(/ NICK :?alice-away/)
  await using thief = await person(network, { nick: 'alice', channels: ['#duffy'] })
  thief.say('#duffy', '!duffy done')
  await thief.waitFor(/NOTICE #duffy :alice: you are not logged in/)
  expect(duffy.heard.at(-1)?.text).toBe('mine')
})

test('who logs out in mid-session is refused from then on', async () => {
  await using owner = await person(network, { nick: 'leaver', login: alice, channels: ['#duffy'] })
  owner.say('#duffy', '!duffy before')
  await owner.waitFor(/heard: before/)
  owner.say('NickServ', 'LOGOUT')
  await owner.waitFor(/ 901 /)
  owner.say('#duffy', '!duffy later')
  await owner.waitFor(/NOTICE #duffy :leaver: you are not logged in/)
  expect(duffy.heard.at(-1)?.text).toBe('before')
})

test('a bridge account is nobody', async () => {
  await using bridged = await openDoor(network, {
    nick: 'bridged',
    channels: ['#bridge'],
    bridgeAccounts: ['BOB'],
  })
  await bridged.waitFor('ready')
  const login = { account: 'bob', password: accounts.bob }
  await using relay = await person(network, { nick: 'relay', login, channels: ['#bridge'] })
  relay.say('#bridge', '!duffy get metal')
  await relay.waitFor(/NOTICE #bridge :relay: you speak through a bridge/)
  expect(bridged.heard).toEqual([])
})

test('on a network that cannot vouch everybody is refused and told why', async () => {
  await using plain = await ngircd()
  await using door = await openPlain(plain, {})
  await using guest = await ii(plain, { nick: 'alice', channels: ['#duffy'] })
  await guest.say('#duffy', '!duffy get metal')
  await guest.waitFor('#duffy', /alice: this network can't vouch for accounts/)
  expect(door.heard).toEqual([])
  expect(door.door.state().vouching).toBe('none')
})

test('on a network that cannot vouch the folded nick counts where an operator said so', async () => {
  await using plain = await ngircd()
  await using door = await openPlain(plain, { trustNicks: true })
  await using guest = await ii(plain, { nick: 'ALICE', channels: ['#duffy'] })
  await guest.say('#duffy', '!duffy get metal')
  await until(() => door.heard.length > 0, { what: 'the command' })
  expect(door.heard[0]).toMatchObject({ nick: 'ALICE', account: 'alice' })
})

async function openPlain(plain: { port: number }, given: { trustNicks?: boolean }): Promise<TestDoor> {
  const opened = await openDoor(plain, { ...given, login: false })
  await opened.waitFor('ready')
  return opened
}
