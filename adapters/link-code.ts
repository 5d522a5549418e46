import { randomInt } from 'node:crypto'
import { linkCodeDigest, LINK_CODE_LENGTH, LINK_CODE_LETTERS, type Command } from '#core'
import { fingerprint } from './digest.ts'

/** A command with the code that it wants made, which is told in its answer and nowhere else; null if it wants none. */
export const withLinkCode = (command: Command): { readonly command: Command; readonly code: string } | null => {
  if (command.do !== 'offerLink') return null
  const letter = (): string => LINK_CODE_LETTERS[randomInt(LINK_CODE_LETTERS.length)]!
  const code = Array.from({ length: LINK_CODE_LENGTH }, letter).join('')
  return { command: { ...command, digest: linkCodeDigest(code, fingerprint)! }, code }
}
