import type { Fingerprint } from '../id.ts'
import { LONGEST_KEY, type SshKey } from '../ssh-key.ts'
import type { Verb } from './verb.ts'

export const keys: Verb = {
  name: 'keys',
  aliases: ['keys list', 'key'],
  summary: 'your SSH public keys',
  who: 'member',
  type: 'question',
  arguments: [],
  examples: ['keys'],
  private: true,
  asks: () => ({ type: 'question', question: { ask: 'keys' } }),
}

export const addKey: Verb = {
  name: 'keys add',
  aliases: ['key add'],
  summary: 'add an SSH public key, let in on every machine you get from now on',
  who: 'member',
  type: 'command',
  arguments: [
    {
      name: 'key',
      kind: { type: 'sshKey', longest: LONGEST_KEY },
      summary: 'the line in your .pub file',
      required: true,
      rest: true,
    },
  ],
  examples: ['keys add ssh-ed25519 AAAA… you@host'],
  private: true,
  asks: ({ key }) => ({ type: 'command', command: { do: 'addKey', key: key as SshKey } }),
}

export const removeKey: Verb = {
  name: 'keys remove',
  aliases: ['key remove', 'keys delete', 'keys rm'],
  summary: 'remove one of your SSH public keys',
  who: 'member',
  type: 'command',
  arguments: [
    {
      name: 'fingerprint',
      kind: { type: 'fingerprint' },
      summary: 'its fingerprint, as `keys` lists it',
      required: true,
    },
  ],
  examples: ['keys remove SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s'],
  private: true,
  asks: ({ fingerprint }) => ({
    type: 'command',
    command: { do: 'removeKey', fingerprint: fingerprint as Fingerprint },
  }),
}
