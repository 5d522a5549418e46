import type { Command } from '../command.ts'
import type { Fingerprint } from '../id.ts'
import type { Address } from '../request.ts'
import type { Values, Verb } from './verb.ts'

const YES = ['yes', 'sure']

/** Without a code: one is given, or the asker says yes to whoever used theirs. */
export const link: Verb = {
  name: 'link',
  aliases: [],
  summary:
    'become one person at several doors: say it in private where you are not known yet, and say the code that you are told where you are',
  who: 'anyone',
  type: 'command',
  arguments: [
    {
      name: 'code',
      kind: { type: 'linkCode' },
      summary: 'what "link" told you on the other side',
      or: 'mail',
    },
    {
      name: 'mail',
      kind: { type: 'mail', longest: 254 },
      summary: 'an address of yours, where you are told what no chat takes; the code is sent there',
      after: ['mail'],
    },
    {
      name: 'yes',
      kind: { type: 'flag', standard: false },
      summary: 'it is you; without it you are told whose code that is, or are given one of your own',
      after: YES,
    },
  ],
  examples: ['link', 'link K7M2-9QPD-3TXA', 'link K7M2-9QPD-3TXA yes', 'link yes', 'link mail alice@example.org'],
  private: true,
  asks: ({ code, mail, yes }, where) => ({ type: 'command', command: commandOf({ code, mail, yes }, where) }),
}

const commandOf = ({ code, mail, yes }: Values, address: Address | null): Command => {
  if (code !== undefined) return { do: 'link', digest: code as Fingerprint, sure: yes === true, address }
  if (mail !== undefined) return { do: 'offerMail', digest: UNMADE, mail: mail as string }
  return yes === true ? { do: 'agreeLink' } : { do: 'offerLink', digest: UNMADE, address }
}

/** Of a code before its door has made it. */
const UNMADE = '' as Fingerprint

export const unlink: Verb = {
  name: 'unlink',
  aliases: [],
  summary: 'take one of your accounts from the others: it is somebody else from then on',
  who: 'anyone',
  type: 'command',
  arguments: [
    {
      name: 'identity',
      kind: { type: 'text', longest: 200, example: 'irc:libera:alice' },
      summary: 'which, as whoami lists them; the one that you speak from unless said',
    },
    {
      name: 'yes',
      kind: { type: 'flag', standard: false },
      summary: 'even if the others then speak for nobody',
      after: YES,
    },
  ],
  examples: ['unlink', 'unlink irc:libera:alice', 'unlink key:3fe1c09b42aa yes'],
  private: true,
  asks: ({ identity, yes }) => ({
    type: 'command',
    command: { do: 'unlink', identity: (identity as string | undefined) ?? null, sure: yes === true },
  }),
}
