import { estimatesAt, type Identity, SECOND } from '#core'
import { beforeEach, expect, test } from 'vitest'
import { conversation, type Conversation } from '../../../adapters/duffy/conversation.ts'
import { FakeDuffy } from '../http/fake.ts'

let duffy: FakeDuffy
let talk: Conversation
beforeEach(async () => {
  duffy = new FakeDuffy()
  duffy.prompt = true
  const ports = duffy.ports()
  talk = conversation({
    lane: ports.lane as never,
    store: ports.store as never,
    refusals: duffy.refusals,
    desk: { at: estimatesAt } as never,
    presence: ports.presence,
    sendCode: null,
    linkPage: null,
    say: (line) => `!duffy ${line}`,
  })
  for (const type of ['metal', 'vm']) await says(`get ${type}`)
})

interface From {
  readonly account?: string
  readonly room?: string | null
  readonly id?: string | null
}

const says = async (line: string, { account = 'alice', room = '#duffy', id = null }: From = {}): Promise<string> => {
  const identity = `irc:net:${account}` as Identity
  const address = { door: 'irc:net', identity, nick: account, room }
  const said = await talk.reply(line, { identity, address, room: room === null ? null : `irc:net:${room}`, id })
  return [...said.room, ...said.person].join('\n')
}
const held = (): number => duffy.fleet.leases.size

test('all of several leases are given back once their holder said yes to exactly that', async () => {
  const asked = await says('done all')
  for (const { id, machines } of duffy.fleet.leases.values()) {
    expect(asked).toContain(id)
    expect(asked).toContain(machines[0]!.machine)
  }
  expect(asked).toMatch(/Nothing was done yet\. If that is meant, say within 1m: !duffy yes$/)
  expect(held()).toBe(2)
  expect(await says('Yes.')).toContain('given back')
  expect(held()).toBe(0)
})

test('one lease is given back at once', async () => {
  await says('done vm')
  expect(await says('done all')).toContain('given back')
  expect(held()).toBe(0)
})

test.each([
  ['in another room', { room: '#other' }],
  ['in private', { room: null }],
  ['by somebody else', { account: 'bob' }],
])('a yes %s is none', async (_where, from) => {
  await says('done all')
  expect(await says('yes', from)).toContain('I asked you nothing here within 1m')
  expect(held()).toBe(2)
})

test('a yes is none after a minute, after a no, and after another', async () => {
  await says('done all')
  duffy.at = (duffy.at + 61 * SECOND) as never
  expect(await says('yes')).toContain('I asked you nothing here')
  await says('done all')
  expect(await says('no')).toContain('Then nothing was done')
  expect(await says('yes')).toContain('I asked you nothing here')
  expect(held()).toBe(2)
  await says('done all')
  await says('yes')
  await says('get metal')
  await says('get vm')
  expect(await says('yes')).toContain('I asked you nothing here')
  expect(held()).toBe(2)
})

test('a yes to what has changed since is refused, with what to say to be asked again', async () => {
  await says('done all')
  await says('get metal any')
  expect(await says('yes')).toContain('To be asked again: !duffy done all')
  expect(held()).toBe(3)
  await says('done all')
  await says('yes')
  expect(held()).toBe(0)
})

test('the same yes delivered twice acts once, and is answered the same', async () => {
  await says('done all')
  const first = await says('yes', { id: 'Ev1' })
  await says('get metal')
  expect(await says('yes', { id: 'Ev1' })).toBe(first)
  expect(held()).toBe(1)
})
