import type { Instant } from '../id.ts'
import { LONGEST_LEASE_MS, LONGEST_REASON, nameOf } from './bounds.ts'
import { COLLECT, collectIn } from './collect.ts'
import type { Argument, Verb } from './verb.ts'

export const done: Verb = {
  name: 'done',
  aliases: ['release', 'return'],
  summary: 'give machines back',
  who: 'member',
  type: 'command',
  arguments: [
    {
      name: 'what',
      kind: nameOf(['lease', 'machine'], 'L7Q2'),
      summary: 'a lease, one machine of it, or "all"; not needed if you hold one lease',
    },
    COLLECT,
    {
      name: 'bad',
      kind: { type: 'text', longest: LONGEST_REASON, example: 'disk errors' },
      summary:
        'what is wrong with the machine, if anything is: it is installed anew and checked before anybody gets it',
      after: ['bad'],
      rest: true,
    },
  ],
  examples: [
    'done L7Q2',
    'done metal-03',
    'done all',
    'done L7Q2 collect /var/log/foo',
    'done metal-03 bad because disk errors',
  ],
  asks: ({ what, bad, ...values }) => ({
    type: 'command',
    command: {
      do: 'done',
      what: everything(what as string | undefined),
      ...collectIn(values),
      ...(bad !== undefined && { bad: (bad as string).replace(/^because /i, '') }),
    },
  }),
}

export const readmit: Verb = {
  name: 'readmit',
  aliases: [],
  summary: 'have a quarantined machine installed anew, checked and lent again: it is mended',
  who: 'operator',
  type: 'command',
  arguments: [
    { name: 'machine', kind: nameOf(['machine'], 'metal-03'), summary: 'a quarantined machine', required: true },
  ],
  examples: ['readmit metal-03'],
  asks: ({ machine }) => ({ type: 'command', command: { do: 'readmit', machine: machine as string } }),
}

const everything = (what: string | undefined): string | null => (what?.toLowerCase() === 'all' ? 'all' : (what ?? null))

/** Which lease a verb is about. */
export const ONE_LEASE: Argument = {
  name: 'what',
  kind: nameOf(['lease', 'machine'], 'L7Q2'),
  summary: 'a lease, or a machine of it; not needed if you hold one lease',
}

export const extend: Verb = {
  name: 'extend',
  aliases: ['renew'],
  summary: 'move the end of a lease back',
  who: 'member',
  type: 'command',
  arguments: [
    { ...ONE_LEASE, summary: 'a lease, a machine of it, or "all"; not needed if you hold one lease' },
    {
      name: 'by',
      kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '2h' },
      summary: 'how much longer, counted from its present end',
      required: true,
      or: 'until',
      after: ['by', 'for'],
      placed: true,
    },
    {
      name: 'until',
      kind: { type: 'instant', aheadMs: LONGEST_LEASE_MS, example: '18:00' },
      summary: 'its new end instead, in UTC: 18:00, "tomorrow 09:10", 2026-11-28T02:00Z',
      after: ['until', 'till'],
    },
  ],
  examples: [
    'extend 2h',
    'extend L7Q2 2h',
    'extend metal-03 by 90m',
    'extend L7Q2 until tomorrow 18:00',
    'extend all 2h',
  ],
  asks: ({ what, by, until }) => ({
    type: 'command',
    command: {
      do: 'extend',
      what: (what as string | undefined) ?? null,
      ...(until === undefined ? { byMs: by as number } : { until: until as Instant }),
    },
  }),
}

export const hold: Verb = {
  name: 'hold',
  aliases: ['keep'],
  summary: 'keep the machines of a lease for debugging after a failure',
  who: 'member',
  type: 'command',
  arguments: [
    ONE_LEASE,
    {
      name: 'for',
      kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '8h' },
      summary: "how long, counted from now; 8h, or your tenant's own limit, unless said",
      after: ['for'],
      placed: true,
    },
    {
      name: 'reason',
      kind: { type: 'text', longest: LONGEST_REASON, example: 'panic in ext4' },
      summary: 'what for, for those who read the list',
      after: ['because', 'reason'],
      rest: true,
    },
  ],
  examples: ['hold L7Q2', 'hold L7Q2 for 8h because panic in ext4'],
  asks: ({ what, for: forMs, reason }) => ({
    type: 'command',
    command: {
      do: 'hold',
      what: (what as string | undefined) ?? null,
      forMs: (forMs as number | undefined) ?? null,
      reason: (reason as string | undefined) ?? '',
    },
  }),
}

export const cancel: Verb = {
  name: 'cancel',
  aliases: [],
  summary: 'stop waiting for machines',
  who: 'member',
  type: 'command',
  arguments: [
    { name: 'what', kind: nameOf(['request'], 'R9K1'), summary: 'a request; not needed if you wait for one' },
  ],
  examples: ['cancel R9K2'],
  asks: ({ what }) => ({ type: 'command', command: { do: 'cancel', what: (what as string | undefined) ?? null } }),
}
