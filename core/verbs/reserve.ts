import type { Instant } from '../id.ts'
import { LONGEST_AHEAD_MS } from './bounds.ts'
import { commandOf, get } from './get.ts'
import type { Argument, Verb } from './verb.ts'

const from: Argument = {
  name: 'from',
  kind: { type: 'instant', aheadMs: LONGEST_AHEAD_MS, example: 'tomorrow 09:10' },
  summary: 'when it begins, in UTC: 18:00, "tomorrow 09:10", 2026-11-28T02:00Z',
  required: true,
  after: ['from', 'at'],
}

/** It has no place in a line. */
const isIdle = ({ name }: Argument): boolean => ['queue', 'priority', 'keepPlace', 'pollWithin'].includes(name)

/** As `get` takes them, but that `from` is a time here and not a pool. */
const args: readonly Argument[] = get.arguments
  .filter((argument) => !isIdle(argument))
  .flatMap((argument) => (argument.name === 'pool' ? [{ ...argument, after: ['pool'] }] : [argument]))
  .toSpliced(2, 0, from)

export const reserve: Verb = {
  name: 'reserve',
  aliases: ['book'],
  summary: 'have machines for a time ahead',
  who: 'member',
  type: 'command',
  arguments: args,
  idle: get.arguments.filter(isIdle),
  examples: ['reserve metal 2 from tomorrow 09:10 for 4h', 'reserve metal from 2026-11-28T02:00Z because release'],
  asks: (values, where) => {
    const command = { do: 'reserve', get: commandOf(values, where), from: values['from'] as Instant } as const
    return values['dryRun'] === true
      ? { type: 'question', question: { ask: 'preview', command } }
      : { type: 'command', command }
  },
}

export const reservations: Verb = {
  name: 'reservations',
  aliases: ['bookings'],
  summary: 'what is reserved, from when and for how long',
  who: 'member',
  type: 'question',
  arguments: [],
  examples: ['reservations'],
  asks: () => ({ type: 'question', question: { ask: 'reservations' } }),
}
