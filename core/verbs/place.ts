import { isUnit, readDuration } from '../duration.ts'
import { isInstantShaped, isRecurringShaped, MOST_INSTANT_WORDS, readInstant, readRecurring } from '../instant.ts'
import type { Kind } from './kind.ts'
import { keep, plain, put, type Line, type Taken } from './taken.ts'
import { withoutEnding, type Token } from './text.ts'
import { DEFAULT, isDefault, type Reading } from './values.ts'
import { goesByPlace, type Argument } from './verb.ts'

type Duration = Extract<Kind, { type: 'duration' }>

/** Kinds that any word could be. */
const PLACED: ReadonlySet<Kind['type']> = new Set(['word', 'text', 'fingerprint', 'member', 'linkCode'])

/**
 * Finds the argument that a word stands for by itself. What only a length of time, a number or a choice can be goes before
 * what any word can be, so that order matters only among words: `get 2 metal` is `get metal 2`.
 */
export const byPlace = (line: Line, at: number): Taken => {
  const word = line.words[at]!
  const open = line.verb.arguments.filter((one) => goesByPlace(one) && line.values[one.name] === undefined)
  const any = open.find(({ kind }) => PLACED.has(kind.type))
  if (word.quoted) return any === undefined ? noPlace(line, at) : keep(line, at, any)

  if (isTimeOfDay(word) && durationOf(line) !== undefined) return noPlace(line, at)
  const duration = open.find(({ kind }) => kind.type === 'duration')
  const taken = duration === undefined ? null : takeDuration(line, at, duration, any !== undefined)
  if (taken !== null) return taken
  if (isNumber(word)) {
    const count = open.find(({ kind }) => kind.type === 'count')
    if (count !== undefined) return keep(line, at, count)
    if (duration !== undefined && at === line.words.length - 1) return noPlace(line, at)
  }
  const choice = open.find(({ kind }) => kind.type === 'choice' && kind.of.includes(plain(word)))
  const argument = choice ?? any
  return argument === undefined ? noPlace(line, at) : keep(line, at, argument)
}

/** `2h`, `2 hours`, `1 hour and 30 minutes`, `an hour`: as many words as make one length of time, or what is wrong with it. */
export const durationAt = (words: readonly Token[], at: number, kind: Duration): { read: Reading; words: number } => {
  const { longestMs, example } = kind
  if (isDefault(kind, plain(words[at]!))) return { read: { type: 'value', value: DEFAULT }, words: 1 }
  for (let count = Math.min(MOST_WORDS, words.length - at); count > 0; count -= 1) {
    const read = readDuration(joined(words.slice(at, at + count)), longestMs)
    if (typeof read === 'number') return { read: { type: 'value', value: read }, words: count }
  }
  const next = words[at + 1]
  const count = next !== undefined && isUnit(plain(next)) ? 2 : 1
  const because = readDuration(joined(words.slice(at, at + count)), longestMs)
  return {
    read: { type: 'badDuration', because: typeof because === 'number' ? 'nonsense' : because, example, longestMs },
    words: count,
  }
}
/** "1 week and 2 days and 3 hours". */
const MOST_WORDS = 8

/** `18:00`, `tomorrow at 09:10`, `2026-11-28 02:00 UTC`: as many words as make one instant, or what is wrong with it. */
export const instantAt = (
  words: readonly Token[],
  at: number,
  { kind, now }: { readonly kind: Extract<Kind, { type: 'instant' }>; readonly now: number },
): { read: Reading; words: number } => {
  const { aheadMs, example } = kind
  const many = (count: number): string => joined(words.slice(at, at + count))
  let count = Math.min(MOST_INSTANT_WORDS, words.length - at)
  while (count > 1 && !isInstantShaped(many(count))) count -= 1
  const read = readInstant(many(count), now, aheadMs)
  return typeof read === 'number'
    ? { read: { type: 'value', value: read }, words: count }
    : { read: { type: 'badInstant', because: read, example, aheadMs }, words: count }
}

/** `sunday at 02:00`: the same of a time that comes again. */
export const recurringAt = (
  words: readonly Token[],
  at: number,
  { kind, now }: { readonly kind: Extract<Kind, { type: 'recurring' }>; readonly now: number },
): { read: Reading; words: number } => {
  const many = (count: number): string => joined(words.slice(at, at + count))
  let count = Math.min(MOST_INSTANT_WORDS, words.length - at)
  while (count > 1 && !isRecurringShaped(many(count))) count -= 1
  const read = readRecurring(many(count), now)
  return typeof read === 'object'
    ? { read: { type: 'value', value: read }, words: count }
    : { read: { type: 'badRecurring', because: read, example: kind.example }, words: count }
}

/** As one text, without the end of a sentence. */
export const joined = (words: readonly Token[]): string => withoutEnding(words.map(({ text }) => text).join(' '))

/** Null if the word is no length of time, nor meant to be one. A word that might be a name is not held to be a bad length. */
const takeDuration = (line: Line, at: number, argument: Argument, mayBeName: boolean): Taken | null => {
  const { read, words } = durationAt(line.words, at, argument.kind as Duration)
  if (read.type === 'value') {
    put(line, argument, { value: read.value, typed: joined(line.words.slice(at, at + words)) })
    return { type: 'took', words }
  }
  const because = read.type === 'badDuration' ? read.because : 'nonsense'
  const isLength = words === 2 || /^[-+]?\d[\d.]*[a-z]/i.test(line.words[at]!.text)
  if (!isLength || (because === 'nonsense' && mayBeName)) return null
  return { type: 'stuck', problem: read, argument, at }
}

const isNumber = ({ text }: Token): boolean => /^[-+]?\d+(?:[.,]\d+)?$/.test(withoutEnding(text))
const isTimeOfDay = (word: Token): boolean => plain(word) === 'until' || /^\d{1,2}:\d\d$/.test(plain(word))

const durationOf = (line: Line): Argument | undefined =>
  line.verb.arguments.find(({ kind }) => kind.type === 'duration')

/** What is wrong with a word that no argument is left for. */
const noPlace = (line: Line, at: number): Taken => {
  const word = line.words[at]!
  const duration = durationOf(line)
  const count = line.verb.arguments.find(({ kind }) => kind.type === 'count')
  const choice = line.verb.arguments.find((one) => one.kind.type === 'choice' && goesByPlace(one))
  const stuck = (problem: Extract<Taken, { type: 'stuck' }>['problem'], argument: Argument | null): Taken => ({
    type: 'stuck',
    problem,
    argument,
    at,
  })
  if (!word.quoted && duration?.kind.type === 'duration') {
    const { example, longestMs } = duration.kind
    if (typeof readDuration(plain(word), longestMs) === 'number') return stuck({ type: 'twice' }, duration)
    if (isTimeOfDay(word)) {
      const problem = { type: 'badDuration', because: 'clockTime', example, longestMs } as const
      const isBefore = plain(word) === 'until' && line.words[at + 1] !== undefined
      return { type: 'stuck', problem, argument: duration, at: isBefore ? at + 1 : at }
    }
    if (isNumber(word) && count === undefined)
      return stuck({ type: 'badDuration', because: 'noUnit', example, longestMs }, duration)
  }
  if (!word.quoted && isNumber(word) && count !== undefined) return stuck({ type: 'twice' }, count)
  if (choice?.kind.type === 'choice' && line.verb.arguments.length === 1)
    return stuck({ type: 'badChoice', of: choice.kind.of }, choice)
  return stuck({ type: 'unknownArgument' }, null)
}
