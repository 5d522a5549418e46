import { ALPHABET, type Fingerprint } from './id.ts'
import type { FingerprintOf } from './ssh-key.ts'

/** 12 of them are 58 bits. */
export const LINK_CODE_LETTERS = ALPHABET
export const LINK_CODE_LENGTH = 12

/** As it is read out and typed: in fours. */
export const spacedCode = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? code

/** What is kept of a code, however it was typed; null if it is none. In clear it goes no further. */
export const linkCodeDigest = (typed: string, fingerprint: FingerprintOf): Fingerprint | null => {
  if (typed.length > LONGEST) return null
  const letters = Array.from(typed.toUpperCase()).filter((letter) => letter !== '-' && letter !== ' ')
  if (letters.length !== LINK_CODE_LENGTH || letters.some((letter) => !LINK_CODE_LETTERS.includes(letter))) return null
  return `SHA256:${fingerprint(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)))}` as Fingerprint
}
const LONGEST = 40
