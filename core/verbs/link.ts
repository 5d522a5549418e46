import type { Fingerprint } from '../id.ts'
import type { Verb } from './verb.ts'

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
    },
    {
      name: 'yes',
      kind: { type: 'flag', standard: false },
      summary: 'it is you; without it you are told whose code that is, or are given one of your own',
      after: YES,
    },
  ],
  examples: ['link', 'link K7M2-9QPD-3TXA', 'link K7M2-9QPD-3TXA yes', 'link yes'],
  private: true,
  asks: ({ code, yes }, where) => ({
    type: 'command',
    command:
      code !== undefined
        ? { do: 'link', digest: code as Fingerprint, sure: yes === true, address: where }
        : yes === true
          ? { do: 'agreeLink' }
          : { do: 'offerLink', digest: '' as Fingerprint, address: where },
  }),
}

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
