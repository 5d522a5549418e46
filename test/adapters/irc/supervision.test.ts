import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../../kit/irc/inspircd.ts'
import { person } from '../../kit/irc/person.ts'
import { until } from '../../kit/irc/until.ts'
import { openDoor } from './door.ts'

const alice = { account: 'alice', password: accounts.alice }
let network: IrcNetwork

beforeAll(async () => {
  network = await inspircdWithAtheme({ tls: true })
})
afterAll(() => network?.[Symbol.asyncDispose]())
/** A test that failed half-way must not take the others with it. */
beforeEach(async () => {
  network.services.resume()
  if (network.ircd.pid === undefined) await network.ircd.start()
  if (network.services.pid === undefined) await network.services.start()
})

const secureTo = () => ({ host: '127.0.0.1', port: network.tlsPort, tls: true, caFile: network.caFile })

test('it logs in by SASL over TLS with a private authority, and hears a person on TLS', async () => {
  await using duffy = await openDoor(network, secureTo())
  await duffy.waitFor('ready')
  await using owner = await person(network, { nick: 'alice', login: alice, channels: ['#duffy'], tls: true })
  owner.say('#duffy', '!duffy hello')
  await owner.waitFor(/heard: hello/)
  expect(duffy.heard[0]).toMatchObject({ account: 'alice' })
  owner.send('WHOIS duffy')
  await owner.waitFor(/ 330 alice duffy duffybot /)
  await owner.waitFor(/ 335 alice duffy :is a bot/)
})

test('it does not connect to a server whose authority it does not know, and says why', async () => {
  const { caFile: _unused, ...trusting } = secureTo()
  await using duffy = await openDoor(network, trusting)
  await until(() => duffy.door.state().attempts > 1, { what: 'a second attempt' })
  await duffy.waitFor('waiting')
  expect(duffy.door.state().problem).toMatch(/certificate/)
})

test('with a wrong password it is connected but not ready, and refuses saying so', async () => {
  await using duffy = await openDoor(network, { password: () => 'wrong-Pa55' })
  await duffy.waitFor('identifying')
  expect(duffy.door.state().problem).toMatch(/wrong account or password/)
  await until(() => duffy.door.state().channels.length > 0, { what: 'the channel' })
  await using owner = await person(network, { nick: 'alice', login: alice, channels: ['#duffy'] })
  owner.say('#duffy', '!duffy get metal')
  owner.say('#duffy', '!duffy get metal')
  await owner.waitFor(/NOTICE #duffy :alice: I am not logged in to services/)
  await owner.settled()
  expect(owner.lines(/not logged in to services/)).toHaveLength(1)
  expect(duffy.heard).toEqual([])
  expect(JSON.stringify([duffy.log, duffy.door.state()])).not.toContain('wrong-Pa55')
  expect(await duffy.door.tell({ account: 'alice', nick: 'alice', room: null }, [{ to: 'person', text: 'x' }])).toBe(
    'absent',
  )
})

test('it goes on trying while there is no server, and joins when one appears', async () => {
  await network.services.kill()
  await network.ircd.kill()
  await using duffy = await openDoor(network)
  await until(() => duffy.door.state().attempts > 3, { what: 'several attempts' })
  await network.ircd.start()
  await network.services.start()
  await duffy.waitFor('ready')
  expect(duffy.door.state().channels).toEqual(['#duffy'])
})

test('after the server was killed it comes back to its channel and is heard', async () => {
  await using duffy = await openDoor(network)
  await duffy.waitFor('ready')
  await network.ircd.kill()
  await network.services.kill()
  await duffy.waitFor('waiting')
  await network.ircd.start()
  await network.services.start()
  await duffy.waitFor('ready')
  await using owner = await person(network, { nick: 'alice', login: alice, channels: ['#duffy'] })
  owner.say('#duffy', '!duffy again')
  await owner.waitFor(/heard: again/)
  expect(duffy.heard[0]).toMatchObject({ account: 'alice', text: 'again' })
})

test('without services people are refused with the reason, and heard again once services are back', async () => {
  await using duffy = await openDoor(network)
  await duffy.waitFor('ready')
  await network.services.kill()
  await using owner = await person(network, { nick: 'alice', channels: ['#duffy'] })
  owner.say('#duffy', '!duffy get metal')
  await owner.waitFor(/NOTICE #duffy :alice: services are down/)
  expect(duffy.heard).toEqual([])
  await network.services.start()
  // Atheme, back, throws out the logins it finds; the door logs in again by itself.
  await until(() => duffy.log.join().includes('we were logged out'), { what: 'the logout' })
  await duffy.waitFor('ready')
  owner.say('NickServ', `IDENTIFY ${accounts.alice}`)
  await owner.waitFor(/ 900 /)
  owner.say('#duffy', '!duffy get metal')
  await owner.waitFor(/heard: get metal/)
})

test('it registers without services and logs in when they return', async () => {
  await network.services.kill()
  await using duffy = await openDoor(network)
  await duffy.waitFor('identifying')
  await network.services.start()
  await duffy.waitFor('ready')
  expect(duffy.door.state()).toMatchObject({ attempts: 1, problem: null, channels: ['#duffy'] })
})

test('services that hang during SASL do not hang it', async () => {
  network.services.pause()
  await using duffy = await openDoor(network)
  await duffy.waitFor('identifying')
  network.services.resume()
  await duffy.waitFor('ready')
  expect(duffy.door.state().attempts).toBe(1)
})

test('a server that accepts and says nothing is left after the registration deadline', async () => {
  network.ircd.pause()
  await using duffy = await openDoor(network, {
    patience: { registrationMs: 500, backoffMs: 100, longestBackoffMs: 200 },
  })
  await until(() => duffy.door.state().attempts > 1, { what: 'a second attempt' })
  expect(duffy.log.join()).toContain('did not welcome us in time')
  network.ircd.resume()
})

test('when its nick is taken it uses another and takes its own back when free', async () => {
  await using squatter = await person(network, { nick: 'duffy' })
  await using duffy = await openDoor(network, { account: 'bob', password: () => accounts.bob })
  await duffy.waitFor('ready')
  expect(duffy.door.state().nick).toBe('duffy_')
  squatter.send('QUIT')
  await until(() => duffy.door.state().nick === 'duffy', { what: 'our nick' })
})

test('a ghost on its own nick is removed by services', async () => {
  await using squatter = await person(network, { nick: 'duffy' })
  await using duffy = await openDoor(network)
  expect(await squatter.waitFor(/^ERROR/)).toMatch(/GHOST|Killed|NickServ/)
  await until(() => duffy.door.state().nick === 'duffy', { what: 'our nick' })
})

test('it comes back after a kick, three times and no more', async () => {
  await using op = await person(network, { nick: 'op', channels: ['#duffy'] })
  await using duffy = await openDoor(network)
  for (let kick = 0; kick < 4; kick += 1) {
    await op.waitFor(/^:duffy!\S+ JOIN /)
    op.send('KICK #duffy duffy :out')
    await op.waitFor(/ KICK #duffy duffy /)
  }
  await expect(op.waitFor(/^:duffy!\S+ JOIN /, 1_500)).rejects.toThrow('in vain')
  expect(duffy.door.state()).toMatchObject({ phase: 'ready', channels: [], problem: 'not in #duffy' })
})

test('two doors on one account stop throwing each other out', async () => {
  const given = { limits: { ghosts: 1 } }
  await using one = await openDoor(network, given)
  await one.waitFor('ready')
  await using two = await openDoor(network, given)
  const alarmed = () => [one, two].find((door) => door.log.join().includes('another Duffy'))
  await until(alarmed, { what: 'the alarm' })
  const attempts = () => [one, two].map((door) => door.door.state().attempts)
  const before = attempts()
  await sleep(1_500)
  expect(attempts()).toEqual(before)
  expect([one, two].map((door) => door.door.state().phase)).toEqual(['ready', 'ready'])
})
