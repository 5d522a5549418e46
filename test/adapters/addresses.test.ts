import { describe, expect, test } from 'vitest'
import { guardedLookup, isNobody, isPublic, literal } from '../../adapters/addresses.ts'

/** Everything that is not of the public internet, in the forms in which it may be written. */
const PRIVATE = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.0.1',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.255.255',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:0a00:0001',
  '::ffff:0:0',
  '::ffff:169.254.169.254',
  '64:ff9b::10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '',
  'localhost',
  '127.1',
  '0x7f.0.0.1',
  '2130706433',
  '[::1]',
]

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
]

describe('an address', () => {
  test.each(PRIVATE)('%j is not public', (address) => expect(isPublic(address)).toBe(false))
  test.each(PUBLIC)('%j is public', (address) => expect(isPublic(address)).toBe(true))

  test.each(['0.0.0.0', '169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254', '224.0.0.1', 'x'])(
    '%j is nobody’s, wherever private ones are allowed',
    (address) => expect(isNobody(address)).toBe(true),
  )
  test.each(['127.0.0.1', '10.0.0.1', '192.168.1.1', '::1', 'fd12::1', '8.8.8.8'])('%j is somebody’s', (address) =>
    expect(isNobody(address)).toBe(false),
  )

  test.each([
    ['[::1]', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', null],
    ['jenkins.example.org', null],
  ])('the host %s is %s by itself', (host, address) => expect(literal(host)).toBe(address))
})

/** What a lookup of this host gives a connection. */
const looked = (host: string, forbids: (address: string) => boolean): Promise<string> =>
  new Promise((resolve) => {
    guardedLookup(forbids)(host, {}, (fault, address) =>
      resolve(fault === null ? (typeof address === 'string' ? address : JSON.stringify(address)) : fault.message),
    )
  })

describe('a guarded lookup', () => {
  test('refuses a name that is at a private address', async () => {
    expect(await looked('localhost', (address) => !isPublic(address))).toMatch(
      /^localhost is at (127\.0\.0\.1|::1), which is no public address$/,
    )
  })

  test('gives the address of one that is allowed', async () => {
    expect(await looked('localhost', isNobody)).toMatch(/^(127\.0\.0\.1|::1)$/)
  })
})
