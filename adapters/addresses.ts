import { lookup } from 'node:dns'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'

/** A host that is not to be called, for where it is. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'

  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which is no public address`)
  }
}

/**
 * Whether an address is of the public internet. Those of private networks, of this host, and of documentation and protocols are not,
 * in whatever form they are wrapped; nor is text that is no address.
 */
export const isPublic = (address: string): boolean => {
  const plain = unwrapped(address)
  const kind = isIP(plain)
  if (kind === 0) return false
  if (kind === 4) return !NOT_PUBLIC.check(plain, 'ipv4')
  return GLOBAL.check(plain, 'ipv6') && !NOT_PUBLIC.check(plain, 'ipv6')
}

/** Whether no site has a reason to have it called: nobody in particular is there, or whoever keeps the host's own secrets. */
export const isNobody = (address: string): boolean => {
  const plain = unwrapped(address)
  const kind = isIP(plain)
  return kind === 0 || NOBODY.check(plain, kind === 4 ? 'ipv4' : 'ipv6')
}

/**
 * Looks a name up for a connection, and refuses it if any of its addresses is one that `forbids` names: what was checked is what is
 * connected to. Names that are addresses themselves are never looked up, so check those with `literal` before.
 */
export const guardedLookup =
  (forbids: (address: string) => boolean): LookupFunction =>
  (host, options, done) =>
    lookup(host, { ...options, all: true }, (fault, found) => {
      if (fault !== null) return done(fault, '', 0)
      const bad = found.find(({ address }) => forbids(address))
      if (bad !== undefined) return done(new Forbidden(host, bad.address), '', 0)
      const [first] = found
      if (options.all === true) return done(null, found)
      return first === undefined
        ? done(new Error(`${host} has no address`), '', 0)
        : done(null, first.address, first.family)
    })

/** The address that a URL's host is by itself, without brackets; null if it is a name. */
export const literal = (hostname: string): string | null => {
  const plain = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(plain) === 0 ? null : plain
}

/** An IPv4 address that came as one of IPv6: mapped, or translated (RFC 6052). */
const unwrapped = (address: string): string => {
  const plain = address.split('%')[0]!
  if (!isIPv6(plain)) return plain
  const [, hex] =
    /^http:\/\/\[(?:::ffff:|64:ff9b::)([0-9a-f:]*)\]\/$/.exec(URL.parse(`http://[${plain}]/`)?.href ?? '') ?? []
  if (hex === undefined) return plain
  const groups = hex.split(':').filter((group) => group !== '')
  if (groups.length > 2) return plain
  const [high, low] = [0, 0, ...groups.map((group) => Number.parseInt(group, 16))].slice(-2) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const listOf = (subnets: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network, prefix] = subnet.split('/') as [string, string]
    list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Of everybody who is nobody: unspecified, link-local (where clouds keep their metadata), multicast, broadcast. */
const NOBODY_SUBNETS = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]
const NOBODY = listOf([...NOBODY_SUBNETS, 'fd00:ec2::/32'])

/** All of IPv6 that is given out to the public so far. */
const GLOBAL = listOf(['2000::/3'])

/** The special-purpose registries of IANA (RFC 6890), and what wraps an IPv4 address that could be one of them. */
const NOT_PUBLIC = listOf([
  ...NOBODY_SUBNETS,
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
])
