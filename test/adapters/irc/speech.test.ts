import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Heard, Reply } from '../../../adapters/irc/ports.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../../kit/irc/inspircd.ts'
import { type Person, person } from '../../kit/irc/person.ts'
import { until } from '../../kit/irc/until.ts'
import { openDoor, type TestDoor } from './door.ts'

const alice = { account: 'alice', password: accounts.alice }
const bob = { account: 'bob', password: accounts.bob }
const limits = { commandsPerMinute: 1_000, roomCommandsPerMinute: 1_000 }

let network: IrcNetwork
let duffy: TestDoor
let owner: Person
let answer: (line: Heard) => Promise<readonly Reply[]> | readonly Reply[]

/** What Duffy behind the door answers to the next commands. */
const replies = (...texts: (string | Reply)[]) => {
  const made = texts.map((text): Reply => (typeof text === 'string' ? { to: 'room', text } : text))
  answer = () => made
}

beforeAll(async () => {
  network = await inspircdWithAtheme()
  duffy = await openDoor(network, { limits, answer: (line) => answer(line) })
  await duffy.waitFor('ready')
  owner = await person(network, { nick: 'alice', login: alice, channels: ['#duffy'] })
})
afterAll(async () => {
  await owner?.[Symbol.asyncDispose]()
  await duffy?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
})

test('line breaks in an answer cannot become commands to the server', async () => {
  replies('done\r\nQUIT :gone\r\nPRIVMSG #duffy :forged\0\u0001ACTION x\u0001')
  owner.say('#duffy', '!duffy breaks')
  const line = await owner.waitFor(/^:duffy!\S+ PRIVMSG #duffy :alice: done/)
  expect(line).toContain('alice: done QUIT :gone PRIVMSG #duffy :forged ACTION x')
  await owner.settled()
  expect(owner.lines(/^:duffy!\S+ (QUIT|PRIVMSG #duffy :forged)/)).toEqual([])
})

test('a target with a line break or a list of targets is never sent to', async () => {
  const say: Reply[] = [{ to: 'person', text: 'hello' }]
  for (const nick of ['alice\r\nQUIT', 'alice,bob', '#duffy', '$*', 'a b', ''])
    expect(await duffy.door.tell({ account: 'alice', nick, room: null }, say)).toBe('absent')
  for (const room of ['#duffy\r\nQUIT', '#duffy,#other', '#nowhere'])
    expect(await duffy.door.tell({ account: 'alice', nick: 'alice', room }, say)).toBe('absent')
  await owner.settled()
  expect(owner.lines(/^:duffy!\S+ QUIT/)).toEqual([])
  expect(duffy.door.state().phase).toBe('ready')
})

test('a long answer of emoji arrives whole, in lines of at most 512 bytes', async () => {
  const family = '👨‍👩‍👧‍👦'
  const text = `${family.repeat(25)} ${'größer '.repeat(20)}zuletzt`
  replies(text)
  owner.say('#duffy', '!duffy emoji')
  await owner.waitFor(/zuletzt$/)
  const lines = owner.lines(/^:duffy!\S+ PRIVMSG #duffy :(alice: 👨|👨|größer|zuletzt)/u)
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) expect(Buffer.byteLength(line) + 2).toBeLessThanOrEqual(512)
  const said = lines.map((line) => line.replace(/^.*? :(alice: )?/, ''))
  expect(said.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  for (const part of said) expect(part).not.toMatch(/\uFFFD|^\u200D|\u200D$/)
})

test('of a long answer a room gets three lines and a pointer, and more gives the next', async () => {
  replies(...Array.from({ length: 5 }, (_, index) => `line ${index + 1}`))
  owner.say('#duffy', '!duffy five')
  await owner.waitFor(/:alice: line 1$/)
  await owner.waitFor(/:line 3$/)
  await owner.waitFor(/:2 more: say !duffy more$/)
  owner.say('#duffy', '!duffy more')
  await owner.waitFor(/:alice: line 4$/)
  await owner.waitFor(/:line 5$/)
  owner.say('#duffy', '!duffy more')
  await owner.waitFor(/nothing more/)
  expect(owner.lines(/:(alice: )?line \d$/)).toHaveLength(5)
})

test('more belongs to the person: another one does not get it', async () => {
  replies(...Array.from({ length: 5 }, (_, index) => `secret ${index + 1}`))
  owner.say('#duffy', '!duffy five')
  await owner.waitFor(/more: say !duffy more$/)
  await using other = await person(network, { nick: 'bob', login: bob, channels: ['#duffy'] })
  other.say('#duffy', '!duffy more')
  await other.waitFor(/:bob: there is nothing more/)
  expect(other.lines(/secret [45]/)).toEqual([])
})

test('an answer to a group of the channel stays in the group', async () => {
  await using op = await person(network, { nick: 'boss', login: bob, channels: ['#group'] })
  await using door = await openDoor(network, { nick: 'groupie', channels: ['#group'] })
  await door.waitFor('ready')
  op.send('MODE #group +o groupie')
  await using plain = await person(network, { nick: 'plain', channels: ['#group'] })
  op.say('@#group', '!duffy list')
  await op.waitFor(/^:groupie!\S+ PRIVMSG @#group :boss: heard: list$/)
  await plain.settled()
  expect(plain.lines(/heard: list/)).toEqual([])
  expect(door.heard[0]?.room).toBe('@#group')
})

test('a private detail goes only to the person, the rest to the room', async () => {
  await using other = await person(network, { nick: 'watcher', channels: ['#duffy'] })
  replies('n33 is yours', { to: 'person', text: 'address 192.0.2.33' })
  owner.say('#duffy', '!duffy get metal')
  await owner.waitFor(/PRIVMSG #duffy :alice: n33 is yours/)
  await owner.waitFor(/^:duffy!\S+ PRIVMSG alice :address 192.0.2.33$/)
  await other.waitFor(/n33 is yours/)
  await other.settled()
  expect(other.lines(/192\.0\.2\.33/)).toEqual([])
})

test('a private detail is withheld if the nick changed hands before it was ready', async () => {
  await using first = await person(network, { nick: 'shifty', login: bob, channels: ['#duffy'] })
  answer = async () => {
    first.send('NICK gone')
    await first.settled()
    thief.send('NICK shifty')
    await thief.settled()
    return [{ to: 'person', text: 'address 192.0.2.34' }]
  }
  await using thief = await person(network, { nick: 'thief', channels: ['#duffy'] })
  first.say('#duffy', '!duffy get metal')
  await first.waitFor(/NOTICE #duffy :shifty: I can't give you the rest in private/)
  await thief.settled()
  expect([...thief.received, ...first.received].join()).not.toContain('192.0.2.34')
})

test('who blocks private messages is told so in the room', async () => {
  await using shy = await person(network, { nick: 'shy', login: bob, channels: ['#duffy'] })
  shy.send('MODE shy +g')
  await shy.waitFor(/MODE shy :?\+g/)
  replies({ to: 'person', text: 'address 192.0.2.35' })
  shy.say('#duffy', '!duffy get metal')
  const line = await shy.waitFor(/NOTICE #duffy :shy: you block private messages/)
  expect(line).toContain('/accept duffy')
  expect(line).not.toContain('192.0.2.35')
})

test('telling reaches the nick that holds the account, and nobody else', async () => {
  const to = { account: 'bob', nick: 'roamer', room: null }
  const say: Reply[] = [{ to: 'person', text: 'n33 ends in 5 min' }]
  expect(await duffy.door.tell(to, say)).toBe('absent')
  await using roamer = await person(network, { nick: 'roamer', login: bob })
  expect(await duffy.door.tell(to, say)).toBe('sent')
  await roamer.waitFor(/^:duffy!\S+ PRIVMSG roamer :n33 ends in 5 min$/)
  roamer.send('NICK elsewhere')
  await roamer.waitFor(/NICK :?elsewhere/)
  await using taker = await person(network, { nick: 'roamer' })
  expect(await duffy.door.tell(to, say)).toBe('absent')
  await taker.settled()
  expect(taker.lines(/n33 ends/)).toEqual([])
})

test('telling a room is a notice to the person there', async () => {
  const to = { account: 'ALICE', nick: 'alice', room: '#duffy' }
  expect(await duffy.door.tell(to, [{ to: 'room', text: 'n33 is ready' }])).toBe('sent')
  await owner.waitFor(/^:duffy!\S+ NOTICE #duffy :alice: n33 is ready$/)
})

test('what is announced in a room names nobody, and goes to rooms that Duffy is in alone', async () => {
  expect(await duffy.door.announce('#duffy', ['n33 is quarantined', 'pool metal is empty'])).toBe('sent')
  await owner.waitFor(/^:duffy!\S+ NOTICE #duffy :n33 is quarantined$/)
  await owner.waitFor(/^:duffy!\S+ NOTICE #duffy :pool metal is empty$/)
  for (const room of ['#nowhere', 'alice', '#duffy,#other', '#duffy\r\nQUIT'])
    expect(await duffy.door.announce(room, ['n33 is quarantined'])).toBe('absent')
})

test('a fault behind the door is answered with a reference that is in the log', async () => {
  answer = () => Promise.reject(new Error('disk full'))
  owner.say('#duffy', '!duffy get metal')
  const line = await owner.waitFor(/:alice: that failed on my side \(ref [0-9a-f]{4}/)
  const reference = /ref ([0-9a-f]{4})/.exec(line)?.[1]
  expect(duffy.log.filter((entry) => entry.includes(`"reference":"${reference}"`))).toHaveLength(1)
})

test('notices, actions, unaddressed lines and bots are not obeyed; CTCP VERSION is answered', async () => {
  replies('never')
  const before = duffy.heard.length
  owner.send('NOTICE #duffy :!duffy get metal')
  owner.say('#duffy', '\u0001ACTION !duffy get metal\u0001')
  owner.say('#duffy', 'we need !duffy get metal')
  owner.say('#duffy', '!duffyx get metal')
  await using bot = await person(network, { nick: 'robot', login: bob, channels: ['#duffy'] })
  bot.send('MODE robot +B')
  bot.say('#duffy', '!duffy get metal')
  await bot.settled()
  owner.say('duffy', '\u0001VERSION\u0001')
  await owner.waitFor(/^:duffy!\S+ NOTICE alice :\u0001VERSION Duffy\u0001$/)
  replies('now')
  owner.say('#duffy', '\u0002DUFFY\u000F,  \u000304,01get\u0003 ｍｅｔａｌ')
  await owner.waitFor(/:alice: now$/)
  expect(duffy.heard.slice(before).map((line) => line.text)).toEqual(['get metal'])
})

test('who commands too fast is told once and then ignored', async () => {
  await using door = await openDoor(network, { nick: 'patient', channels: ['#fast'], limits: { commandsPerMinute: 3 } })
  await door.waitFor('ready')
  await using hasty = await person(network, { nick: 'hasty', login: bob, channels: ['#fast'] })
  for (let times = 0; times < 8; times += 1) hasty.say('#fast', `!duffy list ${times}`)
  await hasty.waitFor(/hasty: that is more than 3 commands a minute/)
  await hasty.settled()
  await sleep(300)
  expect(door.heard).toHaveLength(3)
  expect(hasty.lines(/more than 3 commands/)).toHaveLength(1)
})

test('sixty answers at once are paced so that the server does not cut the door off, as it would without', async () => {
  await using strict = await inspircdWithAtheme({ flood: 'strict' })
  const sixty = (): Reply[] => Array.from({ length: 60 }, (_, index) => ({ to: 'person', text: `answer ${index + 1}` }))
  const flooding = { channels: [], limits: { privateLines: 60 }, answer: sixty }
  // Twenty times the default pace, against a server that takes twenty times what servers usually take.
  const pace = { burst: 4, everyMs: 75, bytes: 1_200, bytesWindowMs: 200 }
  await using paced = await openDoor(strict, { ...flooding, pace })
  await paced.waitFor('ready')
  await using asker = await person(strict, { nick: 'asker', login: alice })
  asker.say('duffy', 'list')
  await asker.waitFor(/PRIVMSG asker :answer 60$/, 20_000)
  expect(asker.lines(/PRIVMSG asker :answer/)).toHaveLength(60)
  expect(paced.door.state().attempts).toBe(1)

  const headlong = { burst: 1_000, everyMs: 0, bytes: 1_000_000 }
  await using rash = await openDoor(strict, { ...flooding, nick: 'rash', pace: headlong })
  await rash.waitFor('ready')
  asker.say('rash', 'list')
  await until(() => rash.log.join().includes('Excess Flood'), { what: 'the cut that pacing prevents' })
})
