import type { Fingerprint } from './id.ts'

/** A public key as parsed: `line` is type and blob, without comment and options. */
export interface SshKey {
  readonly fingerprint: Fingerprint
  readonly line: string
}

/** Characters of a key's line: RSA of 16,384 bits with a long comment. */
export const LONGEST_KEY = 4000
export const SHORTEST_RSA_BITS = 3072
const LONGEST_RSA_BITS = 16_384

/** Why a line is not taken as a key; `sentences/misread.ts` has the words. */
export type KeyProblem =
  | 'empty'
  | 'tooLong'
  | 'manyLines'
  | 'controlCharacters'
  | 'privateKey'
  | 'otherFormat'
  | 'options'
  | 'certificate'
  | 'dss'
  | 'shortRsa'
  | 'unknownType'
  | 'noBlob'
  | 'notBase64'
  | 'typeMismatch'
  | 'broken'
  | 'trailingBytes'

export type KeyReading =
  | { readonly type: 'key'; readonly key: SshKey }
  | { readonly type: 'badKey'; readonly because: KeyProblem }

/** The SHA-256 of bytes, in base64 without padding; handed in: core has no packages. */
export type FingerprintOf = (blob: Uint8Array) => string

/**
 * Reads one line of a `.pub` file and keeps type and blob, so that nothing of what else the line says can reach an
 * `authorized_keys` file. The blob is walked to its last byte (RFC 4253 §6.6, RFC 5656 §3.1, OpenSSH's PROTOCOL.u2f).
 */
export function readSshKey(text: string, fingerprint: FingerprintOf): KeyReading {
  if (text.length > LONGEST_KEY) return bad('tooLong')
  const line = text.trim()
  if (line === '') return bad('empty')
  if (isPrivate(line)) return bad('privateKey')
  if (line.startsWith('---- BEGIN SSH2') || line.startsWith('-----BEGIN')) return bad('otherFormat')
  if (/[\n\r\u0085\u2028\u2029]/.test(line)) return bad('manyLines')
  if (hasControl(line)) return bad('controlCharacters')

  const [type = '', encoded, ...rest] = line.split(/[ \t]+/)
  const problem = typeProblem(type, [encoded ?? '', ...rest])
  if (problem !== null) return bad(problem)
  if (encoded === undefined) return bad('noBlob')
  const blob = fromBase64(encoded)
  if (blob === null) return bad('notBase64')
  const broken = blobProblem(type as KeyType, new Reader(blob))
  if (broken !== null) return bad(broken)
  return {
    type: 'key',
    key: { fingerprint: `SHA256:${fingerprint(blob)}` as Fingerprint, line: `${type} ${encoded}` },
  }
}

const bad = (because: KeyProblem): KeyReading => ({ type: 'badKey', because })

/** The last is how the body of OpenSSH's own format begins, pasted without its first line. */
const isPrivate = (line: string): boolean =>
  line.includes('PRIVATE KEY') || line.includes('PuTTY-User-Key-File') || line.startsWith('b3BlbnNzaC1rZXktdjE')

/** C0, DEL, C1; invisible characters that reorder or hide text. A tab is white space. */
const hasControl = (line: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(line)

const KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-rsa',
] as const
type KeyType = (typeof KEY_TYPES)[number]

const isKeyType = (text: string): boolean => (KEY_TYPES as readonly string[]).includes(text)

const typeProblem = (type: string, rest: readonly string[]): KeyProblem | null => {
  if (isKeyType(type)) return null
  if (type.includes('-cert-v0')) return 'certificate'
  if (type === 'ssh-dss') return 'dss'
  return rest.some((word) => isKeyType(word) || word.includes('-cert-v0') || word === 'ssh-dss') || type.includes('=')
    ? 'options'
    : 'unknownType'
}

const blobProblem = (type: KeyType, reader: Reader): KeyProblem | null => {
  const inner = reader.text()
  if (inner === null) return 'broken'
  if (inner !== type) return 'typeMismatch'
  const problem = bodyProblem(type, reader)
  if (problem !== null) return problem
  return reader.atEnd ? null : 'trailingBytes'
}

const bodyProblem = (type: KeyType, reader: Reader): KeyProblem | null => {
  switch (type) {
    case 'ssh-ed25519':
      return ed25519(reader)
    case 'sk-ssh-ed25519@openssh.com':
      return ed25519(reader) ?? application(reader)
    case 'ecdsa-sha2-nistp256':
      return ecdsa(reader, 'nistp256', 32)
    case 'ecdsa-sha2-nistp384':
      return ecdsa(reader, 'nistp384', 48)
    case 'ecdsa-sha2-nistp521':
      return ecdsa(reader, 'nistp521', 66)
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return ecdsa(reader, 'nistp256', 32) ?? application(reader)
    case 'ssh-rsa':
      return rsa(reader)
  }
}

const ed25519 = (reader: Reader): KeyProblem | null => (reader.bytes()?.length === 32 ? null : 'broken')

const ecdsa = (reader: Reader, curve: string, size: number): KeyProblem | null => {
  if (reader.text() !== curve) return 'broken'
  const point = reader.bytes()
  return point?.length === 1 + 2 * size && point[0] === UNCOMPRESSED ? null : 'broken'
}
const UNCOMPRESSED = 4

const application = (reader: Reader): KeyProblem | null => {
  const name = reader.text()
  return name === null || !/^[\x21-\x7e]{1,255}$/.test(name) ? 'broken' : null
}

const rsa = (reader: Reader): KeyProblem | null => {
  const exponent = reader.number()
  const modulus = reader.number()
  if (exponent === null || modulus === null) return 'broken'
  const bits = bitLength(modulus)
  if (bits > 0 && bits < SHORTEST_RSA_BITS) return 'shortRsa'
  return bits <= LONGEST_RSA_BITS && isOdd(modulus) && isOdd(exponent) && bitLength(exponent) >= 2 ? null : 'broken'
}

const isOdd = (number: Uint8Array): boolean => (number.at(-1) ?? 0) % 2 === 1

/** Of a big-endian number without leading zero bytes. */
const bitLength = (number: Uint8Array): number =>
  number.length === 0 ? 0 : (number.length - 1) * 8 + (32 - Math.clz32(number[0]!))

/** The wire's strings and numbers (RFC 4251 §5), in order; null where the bytes do not hold one. */
class Reader {
  #at = 0
  readonly #blob: Uint8Array

  constructor(blob: Uint8Array) {
    this.#blob = blob
  }

  get atEnd(): boolean {
    return this.#at === this.#blob.length
  }

  bytes(): Uint8Array | null {
    const from = this.#at + 4
    if (from > this.#blob.length) return null
    const [a, b, c, d] = this.#blob.subarray(this.#at, from)
    const to = from + ((a! * 256 + b!) * 256 + c!) * 256 + d!
    if (to > this.#blob.length) return null
    this.#at = to
    return this.#blob.subarray(from, to)
  }

  text(): string | null {
    const bytes = this.bytes()
    return bytes === null || bytes.length > 255 ? null : String.fromCharCode(...bytes)
  }

  /** A positive number in its only right form, without the zero byte that keeps it positive. */
  number(): Uint8Array | null {
    const bytes = this.bytes()
    if (bytes === null || bytes.length === 0 || bytes[0]! >= 128) return null
    if (bytes[0] !== 0) return bytes
    return bytes.length > 1 && bytes[1]! >= 128 ? bytes.subarray(1) : null
  }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const SEXTETS: ReadonlyMap<string, number> = new Map(Array.from(BASE64, (letter, sextet) => [letter, sextet] as const))

/** The bytes of canonical base64 (RFC 4648 §4), or null: then the text is the only spelling of those bytes. */
const fromBase64 = (text: string): Uint8Array | null => {
  if (text.length === 0 || text.length % 4 !== 0) return null
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='))
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  let held = 0
  let at = 0
  for (let place = 0; place < text.length - padding; place += 1) {
    const sextet = SEXTETS.get(text[place]!)
    if (sextet === undefined) return null
    held = ((held << 6) | sextet) & 0xfff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at] = (held >> bits) & 0xff
    at += 1
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null
}
