import { ALPHABET, type Fingerprint } from './id.ts'
import type { FingerprintOf } from './ssh-key.ts'

/** 12 of them are 58 bits. */
export const LINK_CODE_LETTERS = ALPHABET
export const LINK_CODE_LENGTH = 12

/** As it is read out and typed: in fours. */
export const spacedCode = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? code

/** A code however it was typed; null if it is none. */
export const readLinkCode = (typed: string): string | null => {
  if (typed.length > LONGEST) return null
  const letters = Array.from(typed.toUpperCase()).filter((letter) => letter !== '-' && letter !== ' ')
  const isCode = letters.length === LINK_CODE_LENGTH && letters.every((letter) => LINK_CODE_LETTERS.includes(letter))
  return isCode ? letters.join('') : null
}

/** What is kept of a code; null if it is none. In clear it goes no further than to whoever typed it. */
export const linkCodeDigest = (typed: string, fingerprint: FingerprintOf): Fingerprint | null => {
  const code = readLinkCode(typed)
  if (code === null) return null
  return `SHA256:${fingerprint(Uint8Array.from(code, (letter) => letter.charCodeAt(0)))}` as Fingerprint
}
const LONGEST = 40
