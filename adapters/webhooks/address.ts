import { BlockList, isIP } from 'node:net'
import { isNobody, isPublic, literal } from '../addresses.ts'

/** Networks of the site's own that may be posted to, such as `10.1.0.0/16`. */
export type Networks = readonly string[]

/** Which addresses may be connected to. */
export interface Allowed {
  /** Whether an address is not to be connected to, by a URL of that scheme. */
  forbids(protocol: string, address: string): boolean
}

/**
 * Public addresses, and those of networks that the site allows; nothing that is nobody's in particular. What is posted is readable on its
 * way without TLS, so `http://` is for those networks alone.
 */
export const allowedIn = (networks: Networks): Allowed => {
  const own = new BlockList()
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string | undefined]
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    own.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
  }
  const isOwn = (address: string): boolean => own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return {
    forbids: (protocol, address) =>
      isNobody(address) || !(isOwn(address) || (protocol === 'https:' && isPublic(address))),
  }
}

/** What is wrong with an address as such, as a sentence; null: nothing that can be told without looking its name up. */
export const faultOf = (text: string, allowed: Allowed): string | null => {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'Give an address such as https://ci.example.org/duffy.'
  if (url.username !== '' || url.password !== '')
    return 'Leave user and password out of the address: what is posted is signed.'
  const address = literal(url.hostname)
  if (address === null || !allowed.forbids(url.protocol, address)) return null
  return isPublic(address)
    ? 'Give an address with https://: what is posted would be readable on its way.'
    : `${url.hostname} is no public address. An operator can allow it: "webhooks.allow" in the config.`
}
