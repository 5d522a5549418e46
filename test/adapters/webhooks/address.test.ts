import { describe, expect, test } from 'vitest'
import { allowedIn, faultOf } from '../../../adapters/webhooks/address.ts'
import { post } from '../../../adapters/webhooks/post.ts'

const NONE = allowedIn([])

/** Every way to write an address that is not of the public internet, as a host of a URL. */
const PRIVATE = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0x0.0x0.0x1',
  '0177.0.0.1',
  '017700000001',
  '10.0.0.8',
  '10.8',
  '167772168',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '0xc0a80101',
  '100.64.0.1',
  '169.254.169.254',
  '0251.0376.0251.0376',
  '2852039166',
  '0.0.0.0',
  '0',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '192.0.2.1',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:10.0.0.8]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a00:8]',
  '[64:ff9b:1::a00:8]',
]

describe.each(PRIVATE)('%s', (host) => {
  test('is no address to post to, with what an operator can do', () => {
    expect(faultOf(`https://${host}/hook`, NONE)).toMatch(/is no public address\. An operator can allow it/)
  })

  test('is not connected to, however it got there', async () => {
    const delivery = { url: `https://${host}/hook`, secret: 'whsec_AAAA', id: 'x', body: '{}' }
    expect(await post(delivery, { allowed: NONE, now: () => 0 })).toEqual({
      type: 'failed',
      why: expect.stringContaining('which is no public address'),
    })
  })
})

test.each(['localhost', 'localhost.', 'LOCALHOST', 'foo.localhost', 'localhost.localdomain'])(
  '%s is looked up, and no address of it is connected to',
  async (host) => {
    const delivery = { url: `https://${host}/hook`, secret: 'whsec_AAAA', id: 'x', body: '{}' }
    const posted = await post(delivery, { allowed: NONE, now: () => 0 })
    expect(posted).toMatchObject({
      type: 'failed',
      why: expect.stringMatching(/no public address|ENOTFOUND|EAI_AGAIN/),
    })
  },
)

test('a name is told to be where it is', async () => {
  const delivery = { url: 'https://localhost/hook', secret: 'whsec_AAAA', id: 'x', body: '{}' }
  const { why } = (await post(delivery, { allowed: NONE, now: () => 0 })) as { why: string }
  expect(why).toMatch(/^localhost is at (127\.0\.0\.1|::1), which is no public address$/)
})

describe('an address', () => {
  test.each([
    'https://ci.example.org/duffy',
    'https://ci.example.org:8443/',
    'https://8.8.8.8/x',
    'https://[2606:4700::1]/',
  ])('%s is taken', (url) => expect(faultOf(url, NONE)).toBe(null))

  test.each([
    ['ftp://ci.example.org/', 'Give an address such as'],
    ['ci.example.org/duffy', 'Give an address such as'],
    ['javascript:alert(1)', 'Give an address such as'],
    ['https://', 'Give an address such as'],
    ['https://me:secret@ci.example.org/', 'Leave user and password out'],
    ['http://8.8.8.8/', 'Give an address with https://'],
  ])('%s is not', (url, words) => expect(faultOf(url, NONE)).toContain(words))
})

describe('networks of the site', () => {
  const own = allowedIn(['10.1.0.0/16', '192.168.7.9', 'fd12::/16'])

  test.each(['http://10.1.2.3/', 'https://10.1.2.3/', 'http://192.168.7.9/', 'http://[fd12::7]/'])(
    '%s is taken',
    (url) => expect(faultOf(url, own)).toBe(null),
  )

  test.each(['https://10.2.0.1/', 'http://192.168.7.8/', 'https://127.0.0.1/', 'https://[fd13::7]/'])(
    '%s is not',
    (url) => expect(faultOf(url, own)).toContain('no public address'),
  )

  test('never hold what is nobody’s: where clouds keep their secrets, broadcast', () => {
    const all = allowedIn(['0.0.0.0/0', '::/0'])
    expect(all.forbids('https:', '169.254.169.254')).toBe(true)
    expect(all.forbids('https:', '255.255.255.255')).toBe(true)
    expect(all.forbids('http:', '10.0.0.1')).toBe(false)
  })
})
