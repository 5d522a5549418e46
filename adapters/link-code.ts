import { randomInt } from 'node:crypto'
import { linkCodeDigest, LINK_CODE_LENGTH, LINK_CODE_LETTERS, readLinkCode, type Command } from '#core'
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

/** What a door may show: the code that it made, or that was typed; never one that went by mail. */
export const shownCode = (coded: Coded | null, typed: string | null = null): { readonly code?: string } => {
  const code = coded === null ? typed : coded.mail === null ? coded.code : null
  return code === null ? {} : { code }
}

/** Where people say a code with their API key; null: nobody knows how they reach it, or keys would cross the network readable. */
export const linkPageAt = (publicUrl: string | null): string | null =>
  publicUrl !== null && /^https:/i.test(publicUrl) ? `${publicUrl.replace(/\/$/, '')}/link` : null

/** The code in a line that was typed, or that is all of it, in whatever parts; null: there is none. */
export const typedCode = (line: string): string | null =>
  readLinkCode(line) ??
  line
    .split(/\s/)
    .map(readLinkCode)
    .find((code) => code !== null) ??
  null
