import { randomInt } from 'node:crypto'
import { linkCodeDigest, LINK_CODE_LENGTH, LINK_CODE_LETTERS, type Command } from '#core'
import { fingerprint } from './digest.ts'

/** A command with the code that it wants made. `mail`: where that goes; null: it is told in the answer, and nowhere else. */
export interface Coded {
  readonly command: Command
  readonly code: string
  readonly mail: string | null
}

/** Sends a code by mail. Rejects if the mail was not taken. */
export type SendCode = (mail: string, code: string) => Promise<void>

/** Null if it wants no code. */
export const withLinkCode = (command: Command): Coded | null => {
  if (command.do !== 'offerLink' && command.do !== 'offerMail') return null
  const letter = (): string => LINK_CODE_LETTERS[randomInt(LINK_CODE_LETTERS.length)]!
  const code = Array.from({ length: LINK_CODE_LENGTH }, letter).join('')
  return {
    command: { ...command, digest: linkCodeDigest(code, fingerprint)! },
    code,
    mail: command.do === 'offerMail' ? command.mail : null,
  }
}

/** What a door may show of it. */
export const shownCode = (coded: Coded | null): { readonly code?: string } =>
  coded === null || coded.mail !== null ? {} : { code: coded.code }
