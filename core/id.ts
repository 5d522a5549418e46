declare const brand: unique symbol
/** What sets names, ids and instants of one sort apart from every other. */
export interface Brand<Name extends string = string> {
  readonly [brand]: Name
}
type Branded<Name extends string, Base = string> = Base & Brand<Name>

export type MachineName = Branded<'machine'>
export type PoolName = Branded<'pool'>
export type PlatformName = Branded<'platform'>
export type TenantName = Branded<'tenant'>
export type LeaseId = Branded<'lease'>
export type RequestId = Branded<'request'>
export type RunId = Branded<'run'>
/** `X` and five symbols: of a refusal that is remembered. */
export type RefusalRef = Branded<'refusal'>
export type PersonId = Branded<'person'>
export type ApiKeyId = Branded<'api key'>
export type WebhookId = Branded<'webhook'>
/** Of an SSH public key, as OpenSSH prints it: `SHA256:` and 43 characters. */
export type Fingerprint = Branded<'fingerprint'>
/** Who speaks, as a door vouches for it: `irc:<network>:<account>`, `slack:<team>:<user>`, `key:<api key id>`, or `duffy` for Duffy itself. */
export type Identity = Branded<'identity'>
/** Duffy itself, as a speaker: ticks, finished runs, and the site's config. */
export const DUFFY = 'duffy' as Identity
/** Refers to an `Address`, which names people and so is kept where it can be erased. */
export type AddressRef = Branded<'address'>
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Branded<'instant', number>

/** Digits and capitals without those that look alike (0 O, 1 I L, U V). */
export const ALPHABET = '23456789ABCDEFGHJKMNPQRSTWXYZ'
const BASE = ALPHABET.length
const SHORTEST = 3

/**
 * The id that people read and type for the n-th thing (n from 1): a letter and at least three symbols, `L7Q2`.
 * One to one; neighbours look different, so that a slip of the finger rarely names somebody else's lease.
 */
export const spell = (letter: 'L' | 'R' | 'N' | 'X', n: number): string => {
  let width = SHORTEST
  let rest = n - 1
  while (rest >= BASE ** width) {
    rest -= BASE ** width
    width += 1
  }
  const size = BASE ** width
  let scattered = (rest * STRIDE + START) % size
  let text = ''
  for (let place = 0; place < width; place += 1) {
    text = ALPHABET[scattered % BASE] + text
    scattered = Math.floor(scattered / BASE)
  }
  return letter + text
}
/** The n that an id stands for; null if it is none. The inverse of `spell`. */
export const unspell = (id: string): number | null => {
  const width = id.length - 1
  if (width < SHORTEST || width > LONGEST) return null
  let scattered = 0
  for (const symbol of id.slice(1)) {
    const digit = ALPHABET.indexOf(symbol)
    if (digit < 0) return null
    scattered = scattered * BASE + digit
  }
  const size = BASE ** width
  return (
    shorterThan(width) +
    Number((BigInt((scattered - (START % size) + size) % size) * inverse(BigInt(size))) % BigInt(size)) +
    1
  )
}
const LONGEST = 8

/** What undoes a step of STRIDE around a circle of this size, by the extended Euclidean algorithm. */
const inverse = (size: bigint): bigint => {
  let [a, b] = [BigInt(STRIDE) % size, size]
  let [x, y] = [1n, 0n]
  while (a > 1n) {
    const quotient = a / b
    ;[a, b] = [b, a % b]
    ;[x, y] = [y, x - quotient * y]
  }
  return ((x % size) + size) % size
}
/** Prime and no divisor of a power of BASE (29), hence a permutation of every width. */
const STRIDE = 7919
const START = 4211

export const leaseId = (n: number): LeaseId => spell('L', n) as LeaseId
export const requestId = (n: number): RequestId => spell('R', n) as RequestId
export const runId = (n: number): RunId => spell('N', n) as RunId
/** By a digest: a counter would begin anew with every start, and name today's refusals as yesterday's were. */
export const refusalRef = (digest: string): RefusalRef => {
  const size = BASE ** REF_WIDTH
  return spell('X', shorterThan(REF_WIDTH) + 1 + (Number.parseInt(digest.slice(0, 12), 16) % size)) as RefusalRef
}
export const isRefusalRef = (text: string): boolean =>
  text.startsWith('X') && text.length === 1 + REF_WIDTH && unspell(text) !== null
const REF_WIDTH = 5
/** How many have fewer symbols. */
const shorterThan = (width: number): number => {
  let shorter = 0
  for (let narrower = SHORTEST; narrower < width; narrower += 1) shorter += BASE ** narrower
  return shorter
}

export const personId = (n: number): PersonId => `P${n}` as PersonId
