import type { Message, Notice } from '#core'
import { expect, test } from 'vitest'
import { mail } from '../../../adapters/mail/mail.ts'
import { mailServer } from '../../kit/mail/server.ts'
import { until } from '../../kit/until.ts'

const ENDING = {
  type: 'leaseEnding' as const,
  lease: 'L7Q2' as never,
  until: 5 as never,
  minutes: 30,
} satisfies Message
const noticeTo = (address: string, message: Message = ENDING): Notice => ({
  to: { door: 'mail', identity: `mail:${address}` as never, nick: address, room: null },
  message,
})
const open = (url: string, words = 'Lease L7Q2 ends at 18:40 UTC.') =>
  mail(
    { url: () => url, from: 'Duffy <duffy@lab.example>' },
    { notice: async () => ({ room: [], person: [words] }), log: () => {} },
  )
const headerOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(text)?.[1]

test('a notice is mailed, marked as sent by a machine, in the thread of its lease', async () => {
  await using server = await mailServer()
  const { to, ...notice } = noticeTo('alice@x.test')
  expect(await open(server.url).tell(to, { to, ...notice })).toBe('sent')
  const [taken] = server.taken
  expect(taken!.to).toEqual(['alice@x.test'])
  expect(taken!.text).toContain('Lease L7Q2 ends at 18:40 UTC.')
  expect(headerOf(taken!.text, 'Auto-Submitted')).toBe('auto-generated')
  expect(headerOf(taken!.text, 'X-Duffy-Lease')).toBe('L7Q2')
  expect(headerOf(taken!.text, 'References')).toBe('<lease-L7Q2@lab.example>')
  expect(headerOf(taken!.text, 'From')).toBe('Duffy <duffy@lab.example>')
})

test('a warning of several leases is in the thread of each', async () => {
  await using server = await mailServer()
  const several = { type: 'leasesEnding', leases: [ENDING, { ...ENDING, lease: 'L7Q9' as never }] } satisfies Message
  const one = noticeTo('alice@x.test', several)
  await open(server.url).tell(one.to, one)
  const { text } = server.taken[0]!
  expect(headerOf(text, 'Subject')).toBe('Duffy: leases L7Q2, L7Q9')
  expect(headerOf(text, 'References')).toBe('<lease-L7Q2@lab.example> <lease-L7Q9@lab.example>')
  expect(headerOf(text, 'In-Reply-To')).toBe('<lease-L7Q2@lab.example>')
  expect(headerOf(text, 'X-Duffy-Lease')).toBe('L7Q2, L7Q9')
})

test('the same notice again has the same id, and another has another', async () => {
  await using server = await mailServer()
  const door = open(server.url)
  const [first, other] = [noticeTo('alice@x.test'), noticeTo('alice@x.test', { ...ENDING, minutes: 5 })]
  for (const one of [first, first, other]) await door.tell(one.to, one)
  const ids = server.taken.map(({ text }) => headerOf(text, 'Message-ID'))
  expect(ids[0]).toMatch(/^<[0-9a-f]{32}@lab\.example>$/)
  expect(ids[1]).toBe(ids[0])
  expect(ids[2]).not.toBe(ids[0])
})

test('an address that the server refuses for good never takes one', async () => {
  await using server = await mailServer(() => '550 no such user')
  const one = noticeTo('nobody@x.test')
  expect(await open(server.url).tell(one.to, one)).toBe('never')
})

test('what the server cannot take now is a fault, to be tried again', async () => {
  await using server = await mailServer((_, asked) => (asked === 1 ? '451 greylisted' : null))
  const door = open(server.url)
  const one = noticeTo('alice@x.test')
  await expect(door.tell(one.to, one)).rejects.toThrow('451')
  expect(await door.tell(one.to, one)).toBe('sent')
})

test('a server that is not there is a fault too', async () => {
  const server = await mailServer()
  await server[Symbol.asyncDispose]()
  const one = noticeTo('alice@x.test')
  await expect(open(server.url).tell(one.to, one)).rejects.toThrow('ECONNREFUSED')
})

test.each([
  ['alice@x.test\r\nBcc: evil@x.test', 'words'],
  ['alice@x.test, evil@x.test', 'words'],
  ['alice@x.test', 'x\r\nBcc: evil@x.test\r\n\r\n.\r\nRCPT TO:<evil@x.test>'],
])('neither an address (%j) nor words (%j) make headers or recipients', async (address, words) => {
  await using server = await mailServer()
  const one = noticeTo(address)
  await open(server.url, words)
    .tell(one.to, one)
    .catch(() => {})
  for (const { to, text } of server.taken) {
    expect(to).not.toContain('evil@x.test')
    expect(text.split(/\r?\n\r?\n/)[0]).not.toMatch(/^Bcc:/im)
  }
})

test('a code goes to the address alone, in words that say what to do', async () => {
  await using server = await mailServer()
  await open(server.url).sendCode('alice@x.test', 'K7M29QPD3TXA')
  expect(server.taken[0]!.text.replaceAll(/=\r?\n/g, '')).toContain('link K7M2-9QPD-3TXA yes')
})

test('says how to stop it, by the address that it came to', async () => {
  await using server = await mailServer()
  const one = noticeTo('alice@x.test')
  await open(server.url).tell(one.to, one)
  expect(server.taken[0]!.text.replaceAll(/=\r?\n/g, '')).toContain('To stop mail: duffy unlink mail:alice@x.test')
})

test('goes to the server by four connections at most', async () => {
  let [here, most] = [0, 0]
  await using server = await mailServer(
    () => null,
    async () => {
      here += 1
      most = Math.max(most, here)
      await new Promise((resolve) => setTimeout(resolve, 30))
      here -= 1
    },
  )
  const door = open(server.url)
  const all = Array.from({ length: 12 }, (_, index) => noticeTo(`p${index}@x.test`))
  await Promise.all(all.map((one) => door.tell(one.to, one)))
  expect(server.taken).toHaveLength(12)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(4)
})

test('a code goes before the notices that wait for a connection', async () => {
  const slow = Promise.withResolvers<void>()
  const order: string[] = []
  await using server = await mailServer(
    (to) => {
      order.push(to)
      return null
    },
    () => slow.promise,
  )
  const door = open(server.url)
  const told = Array.from({ length: 8 }, (_, index) => noticeTo(`p${index}@x.test`)).map((one) =>
    door.tell(one.to, one),
  )
  await until(() => order.length === 4)
  const sent = door.sendCode('alice@x.test', 'K7M29QPD3TXA')
  slow.resolve()
  await Promise.all([sent, ...told])
  expect(order).toHaveLength(9)
  expect(order.indexOf('alice@x.test')).toBeLessThan(8)
})

test('waits behind no mail that takes long while a connection is free', async () => {
  const slow = Promise.withResolvers<void>()
  let read = 0
  await using server = await mailServer(
    () => null,
    () => ((read += 1) === 1 ? slow.promise : Promise.resolve()),
  )
  const door = open(server.url)
  const all = Array.from({ length: 12 }, (_, index) => noticeTo(`p${index}@x.test`))
  const told = Promise.all(all.map((one) => door.tell(one.to, one)))
  await until(() => server.taken.length === 11)
  slow.resolve()
  await told
  expect(server.taken).toHaveLength(12)
})
