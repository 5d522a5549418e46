import { DAY } from '../time.ts'
import { LONGEST_LEASE_MS } from './bounds.ts'
import { ONE_LEASE } from './leases.ts'
import type { Verb } from './verb.ts'

export const snooze: Verb = {
  name: 'snooze',
  aliases: ['remind'],
  summary: 'be told once more that a lease ends soon; its end stays where it is',
  who: 'member',
  type: 'command',
  arguments: [
    ONE_LEASE,
    {
      name: 'for',
      kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '15m' },
      summary: 'how long from now; 15 minutes, or half of what is left if that is less, unless said',
      after: ['for', 'in'],
      placed: true,
    },
  ],
  examples: ['snooze', 'snooze L7Q2', 'snooze L7Q2 for 10m'],
  asks: ({ what, for: forMs }) => ({
    type: 'command',
    command: {
      do: 'snooze',
      what: (what as string | undefined) ?? null,
      forMs: (forMs as number | undefined) ?? null,
    },
  }),
}

/** As long as anybody is away. */
const LONGEST_MUTE_MS = 30 * DAY

export const mute: Verb = {
  name: 'mute',
  aliases: [],
  summary: 'be told nothing but the last warning before a lease ends, at any door',
  who: 'member',
  type: 'command',
  arguments: [
    {
      name: 'for',
      kind: { type: 'duration', longestMs: LONGEST_MUTE_MS, example: '1d' },
      summary: 'how long; a day unless said',
      after: ['for'],
      placed: true,
    },
  ],
  examples: ['mute', 'mute 8h', 'mute for 3 days'],
  private: true,
  asks: ({ for: forMs }) => ({ type: 'command', command: { do: 'mute', forMs: (forMs as number | undefined) ?? DAY } }),
}

export const unmute: Verb = {
  name: 'unmute',
  aliases: [],
  summary: 'be told everything again',
  who: 'member',
  type: 'command',
  arguments: [],
  examples: ['unmute'],
  private: true,
  asks: () => ({ type: 'command', command: { do: 'mute', forMs: null } }),
}
