import type { Instant } from '../id.ts'
import type { Recurring } from '../instant.ts'
import { LONGEST_AHEAD_MS, LONGEST_REASON, nameOf } from './bounds.ts'
import type { Argument, Verb } from './verb.ts'

const what: Argument = {
  name: 'what',
  kind: nameOf(['machine', 'pool', 'platform', 'chassis', 'label'], 'metal-03'),
  summary: 'a machine, or all of a pool, platform, chassis or label; "label:gpu" where a name means several',
  required: true,
}

const instant = (example: string): Argument['kind'] => ({ type: 'instant', aheadMs: LONGEST_AHEAD_MS, example })

export const maintenance: Verb = {
  name: 'maintenance',
  aliases: ['maintenance list'],
  summary: 'which machines are in maintenance or will be, until when, and why',
  who: 'member',
  type: 'question',
  arguments: [],
  examples: ['maintenance'],
  asks: () => ({ type: 'question', question: { ask: 'maintenance' } }),
}

export const setMaintenance: Verb = {
  name: 'maintenance on',
  aliases: [],
  summary: 'take machines out of service once nobody has them, now or from a time ahead; leases keep their end',
  who: 'operator',
  type: 'command',
  arguments: [
    what,
    {
      name: 'from',
      kind: instant('saturday 02:00'),
      summary: 'when it begins, in UTC; now unless said',
      or: 'every',
      after: ['from', 'at'],
    },
    {
      name: 'every',
      kind: { type: 'recurring', example: 'sunday 02:00' },
      summary:
        'when it begins, again and again, at the same time in UTC all year: "sunday 02:00", "day 02:00"; needs "for"',
      after: ['every'],
    },
    {
      name: 'until',
      kind: instant('2026-11-28T04:00Z'),
      summary: 'when the machines come back by themselves, in UTC; when you end it unless said',
      or: 'for',
      after: ['until', 'till'],
    },
    {
      name: 'for',
      kind: { type: 'duration', longestMs: LONGEST_AHEAD_MS, example: '2h' },
      summary: 'how long instead, from its beginning',
      after: ['for'],
    },
    {
      name: 'reason',
      kind: { type: 'text', longest: LONGEST_REASON, example: 'bad disk' },
      summary: 'what for, for those who wait',
      after: ['because', 'reason'],
      rest: true,
    },
  ],
  examples: [
    'maintenance on metal-03 because bad disk',
    'maintenance on metal-03 from tomorrow 09:10 for 2h because new memory',
    'maintenance on chassis:c1 from saturday 02:00',
    'maintenance on chassis:c1 every sunday 02:00 for 2h because firmware',
  ],
  asks: (values) => ({
    type: 'command',
    command: {
      do: 'setMaintenance',
      what: values['what'] as string,
      from: (values['from'] ?? null) as Instant | null,
      until: (values['until'] ?? null) as Instant | null,
      forMs: (values['for'] ?? null) as number | null,
      reason: (values['reason'] ?? '') as string,
      ...(values['every'] !== undefined && { every: values['every'] as Recurring }),
    },
  }),
}

export const endMaintenance: Verb = {
  name: 'maintenance off',
  aliases: [],
  summary:
    'end maintenance, or take back one that is still ahead; what comes again goes on with the next but for "every"',
  who: 'operator',
  type: 'command',
  arguments: [
    what,
    {
      name: 'every',
      kind: { type: 'flag', standard: false },
      summary: 'end what comes again and again, for good',
      after: ['every'],
    },
  ],
  examples: ['maintenance off metal-03', 'maintenance off chassis:c1', 'maintenance off chassis:c1 every'],
  asks: ({ what: asked, every }) => ({
    type: 'command',
    command: { do: 'endMaintenance', what: asked as string, ...(every === true && { every }) },
  }),
}
