import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { scriptedServer, type ScriptedServer } from '../../kit/irc/scripted.ts'
import { until } from '../../kit/irc/until.ts'
import { openDoor, type TestDoor } from './door.ts'

const from = (account: string) => `@account=${account} :alice!a@h PRIVMSG #duffy`

const heardAt = (duffy: TestDoor, text: string) =>
  until(() => duffy.heard.some((line) => line.text === text), { what: `${text} to be heard` })

const receives = (server: ScriptedServer, pattern: RegExp) =>
  until(() => server.received.some((line) => pattern.test(line)), { what: `the server to receive ${pattern}` })

test('replayed history is not obeyed, the line after it is', async () => {
  await using server = await scriptedServer()
  await using duffy = await openDoor(server, { login: false })
  await duffy.waitFor('ready')
  server.say(':s BATCH +7 chathistory #duffy')
  server.say(`@batch=7;account=alice :alice!a@h PRIVMSG #duffy :!duffy replayed`)
  server.say(':s BATCH -7')
  const old = new Date(Date.now() - 120_000).toISOString()
  server.say(`@time=${old};account=alice :alice!a@h PRIVMSG #duffy :!duffy old`)
  server.say(`${from('alice')} :!duffy new`)
  await heardAt(duffy, 'new')
  expect(duffy.heard).toHaveLength(1)
})

test('our own lines and those of the server are not obeyed', async () => {
  await using server = await scriptedServer()
  await using duffy = await openDoor(server, { login: false })
  await duffy.waitFor('ready')
  server.say('@account=duffybot :DUFFY!d@h PRIVMSG #duffy :!duffy echo')
  server.say('@account=alice :irc.test PRIVMSG #duffy :!duffy server')
  server.say('@account=alice;bot :robot!a@h PRIVMSG #duffy :!duffy bot')
  server.say(`${from('alice')} :!duffy new`)
  await heardAt(duffy, 'new')
  expect(duffy.heard).toHaveLength(1)
})

test('when the server stops vouching, nobody is heard, not even by a trusted nick', async () => {
  await using server = await scriptedServer()
  await using duffy = await openDoor(server, { login: false, trustNicks: true })
  await duffy.waitFor('ready')
  server.say(`${from('alice')} :!duffy before`)
  await heardAt(duffy, 'before')
  server.say(':s CAP duffy DEL :account-tag')
  server.say(`${from('alice')} :!duffy after`)
  await receives(server, /NOTICE #duffy :alice: this network can't vouch/)
  expect(duffy.heard).toHaveLength(1)
})

test('the password is not sent to a NickServ that is only a nick', async () => {
  const impostor = (line: string) =>
    line === 'WHOIS NickServ'
      ? [':s 311 duffy NickServ n h * :x', ':s 312 duffy NickServ irc.test :x', ':s 318 duffy NickServ :End']
      : undefined
  await using server = await scriptedServer({ answer: impostor })
  await using duffy = await openDoor(server)
  await until(() => duffy.door.state().problem?.includes('not a service'), { what: 'the problem' })
  await sleep(100)
  expect(server.received.join()).not.toMatch(/IDENTIFY|bot-Pa55/)
})

test('without SASL it identifies to a NickServ on a services server', async () => {
  const services = (line: string) => {
    if (line === 'WHOIS NickServ')
      return [':s 311 duffy NickServ n h * :x', ':s 312 duffy NickServ services.x :x', ':s 318 duffy NickServ :End']
    if (line.startsWith('PRIVMSG NickServ')) return [':s 900 duffy duffy!d@h duffybot :You are now logged in']
    return undefined
  }
  await using server = await scriptedServer({ answer: services })
  await using duffy = await openDoor(server)
  await duffy.waitFor('ready')
  expect(server.received).toContain('PRIVMSG NickServ :IDENTIFY duffybot bot-Pa55')
  expect(duffy.log.join()).not.toContain('bot-Pa55')
})

test('a line that breaks the parser is logged and does not end the door', async () => {
  await using server = await scriptedServer()
  await using duffy = await openDoor(server, { login: false })
  await duffy.waitFor('ready')
  for (const line of [':s 352', ':s 354', 'CAP', ':s PRIVMSG', '@ :', ':', 'MODE', ':s 005 duffy PREFIX', ':s 333'])
    server.say(line)
  server.bytes('\xff\xfe\0\r\n')
  server.say(`${from('alice')} :!duffy still here`)
  await heardAt(duffy, 'still here')
  expect(duffy.log.join()).toContain('not understood')
})

test('a server that never ends its line is left', async () => {
  await using server = await scriptedServer()
  await using duffy = await openDoor(server, { login: false })
  await duffy.waitFor('ready')
  server.bytes('x'.repeat(20_000))
  await until(() => duffy.door.state().attempts > 1, { what: 'a new attempt' })
  expect(duffy.log.join()).toContain('endless line')
})

test('an answer that outlives its connection is given on the next', async () => {
  await using server = await scriptedServer()
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const answer = async () => {
    await held
    return [{ to: 'room' as const, text: 'at last' }]
  }
  await using duffy = await openDoor(server, { login: false, answer })
  await duffy.waitFor('ready')
  server.say(`${from('alice')} :!duffy slow`)
  await heardAt(duffy, 'slow')
  server.bytes('x'.repeat(20_000))
  await until(() => duffy.door.state().attempts > 1, { what: 'a new attempt' })
  await duffy.waitFor('ready')
  release()
  await receives(server, /^PRIVMSG #duffy :alice: at last$/)
})

test('a stopped door says goodbye and connects no more', async () => {
  await using server = await scriptedServer()
  const duffy = await openDoor(server, { login: false })
  await duffy.waitFor('ready')
  await duffy[Symbol.asyncDispose]()
  await receives(server, /^QUIT :/)
  expect(duffy.door.state().phase).toBe('closed')
  await sleep(300)
  expect(server.received.filter((line) => line.startsWith('NICK'))).toHaveLength(1)
  expect(await duffy.door.tell({ account: 'a', nick: 'a', room: null }, [{ to: 'person', text: 'x' }])).toBe('absent')
})
