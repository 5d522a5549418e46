import { isUnit } from '../duration.ts'
import { nearest } from '../suggest.ts'
import { VERBS, verbNamed } from './catalogue.ts'
import type { Kind } from './kind.ts'
import { asks, firstDouble, firstMissing, type Read } from './fields.ts'
import { isSecretKind } from './kind.ts'
import type { Misread, Problem } from './misread.ts'
import { byPlace, durationAt, instantAt, joined, recurringAt } from './place.ts'
import { keep, plain, put, type Line, type Taken } from './taken.ts'
import { fold, hasControl, LONGEST_LINE, shown, tokens, unquoted, type Token } from './text.ts'
import { readValue, type Ports } from './values.ts'
import { optionOf, type Argument, type Verb } from './verb.ts'

/** Reads a chat line, with or without the `!duffy` before it. Tolerant where that is safe; never guesses. */
export function readLine(typed: string, ports: Ports): Read | Misread {
  if (typed.length > LONGEST_LINE) return lineMisread({ type: 'tooLong', most: LONGEST_LINE }, typed)
  const text = unaddressed(fold(typed))
  if (hasControl(text)) return lineMisread({ type: 'controlCharacters' }, text)
  const words = tokens(text)
  if (words[0] === undefined) return lineMisread({ type: 'empty' }, text)
  const found = verbAt(words)
  if (found === null) return unknownVerb(text, words[0])

  const line: Line = { verb: found.verb, text, words, values: {}, typed: {}, ports }
  const misread = readArguments(line, found.after)
  if (misread !== null) return misread
  const at = words.length
  const missing = firstMissing(line.verb, line.values)
  if (missing !== null) return stuck(line, { type: 'stuck', problem: { type: 'missing' }, argument: missing, at })
  const double = firstDouble(line.verb, line.values)
  if (double !== null)
    return stuck(line, { type: 'stuck', problem: { type: 'notBoth', other: double.or }, argument: double, at })
  return asks(line.verb, line.values, ports)
}

/** Without what the line was copied with from another door: `!duffy`, `/duffy`, `duffy`. */
const unaddressed = (text: string): string => text.replace(/^ *[!/]?duffy[:,]? +(?=\S)/i, '')

/** Reads the words from there on into the line's values, up to the first that has no place; null: all have one. */
export const readArguments = (line: Line, from: number): Misread | null => {
  for (let at = from; at < line.words.length;) {
    const taken = takenAt(line, at)
    if (taken.type === 'stuck') return stuck(line, taken)
    at += taken.words
  }
  return null
}

/** Two words, where they are a verb together, before one. */
const verbAt = (words: readonly Token[]): { verb: Verb; after: number } | null => {
  const at = words[0]!.quoted || !POLITE.has(plain(words[0]!)) || words.length === 1 ? 0 : 1
  const [first, second] = [words[at]!, words[at + 1]]
  const both = second === undefined ? undefined : verbNamed(`${plain(first)} ${plain(second)}`)
  if (both !== undefined) return { verb: both, after: at + 2 }
  const verb = verbNamed(plain(first)) ?? verbNamed(first.text)
  return verb === undefined ? null : { verb, after: at + 1 }
}

const POLITE: ReadonlySet<string> = new Set(['please', 'pls', 'plz'])
const FILLER: ReadonlySet<string> = new Set([...POLITE, 'thanks', 'thx', 'me', 'a', 'an', 'the'])

/** `an hour` is a length of time. */
const isFiller = (word: Token, next: Token | undefined): boolean =>
  !word.quoted && FILLER.has(plain(word)) && (next === undefined || !isUnit(plain(next)))

const takenAt = (line: Line, at: number): Taken => {
  const word = line.words[at]!
  const rest = line.verb.arguments.find((one) => one.rest === true && one.after === undefined)
  if (rest !== undefined) return takeRest(line, at, rest)
  if (!word.closed) return { type: 'stuck', problem: { type: 'unclosedQuote' }, argument: null, at }
  const introducedIn = (of: readonly Argument[] = []): Argument | undefined =>
    word.quoted ? undefined : of.find((one) => introduces(plain(word), one))
  const introduced = introducedIn(line.verb.arguments)
  if (introduced !== undefined) return takeAfter(line, at, introduced)
  const idle = introducedIn(line.verb.idle)
  if (idle !== undefined) return { type: 'stuck', problem: { type: 'idle' }, argument: idle, at }
  return isFiller(word, line.words[at + 1]) ? { type: 'took', words: 1 } : byPlace(line, at)
}

/** `for`, or, as at the command line, `--for`, of whose two dashes a keyboard may have made one. */
const introduces = (word: string, argument: Argument): boolean =>
  argument.after?.includes(word) === true ||
  (argument.unspoken === undefined &&
    argument.rest === undefined &&
    [`--${optionOf(argument)}`, `-${optionOf(argument)}`].includes(word))

/** What follows a word that introduces it, or that word alone. */
const takeAfter = (line: Line, at: number, argument: Argument): Taken => {
  const { kind, name, many } = argument
  if (line.values[name] !== undefined && many === undefined)
    return { type: 'stuck', problem: { type: 'twice' }, argument, at }
  if (kind.type === 'flag') {
    put(line, argument, { value: !kind.standard, typed: !kind.standard })
    return { type: 'took', words: 1 }
  }
  const next = line.words[at + 1]
  if (next === undefined) return { type: 'stuck', problem: { type: 'missing' }, argument, at }
  if (argument.rest === true) return takeRest(line, at + 1, argument)
  if (!next.closed) return { type: 'stuck', problem: { type: 'unclosedQuote' }, argument, at: at + 1 }
  const long = longAt(line, at + 1, kind)
  if (long !== null) {
    const { read, words } = long
    if (read.type !== 'value') return { type: 'stuck', problem: read, argument, at: at + 1 }
    put(line, argument, { value: read.value, typed: joined(line.words.slice(at + 1, at + 1 + words)) })
    return { type: 'took', words: words + 1 }
  }
  const taken = keep(line, at + 1, argument)
  return taken.type === 'took' ? { type: 'took', words: 2 } : taken
}

/** What may be several words without quotes; null: it is one of the others. */
const longAt = ({ words, ports: { at: now } }: Line, at: number, kind: Kind): ReturnType<typeof instantAt> | null => {
  if (kind.type === 'duration') return durationAt(words, at, kind)
  if (kind.type === 'instant') return instantAt(words, at, { kind, now })
  return kind.type === 'recurring' ? recurringAt(words, at, { kind, now }) : null
}

const takeRest = (line: Line, at: number, argument: Argument): Taken => {
  const typed = unquoted(line.text.slice(line.words[at]!.from))
  const read = readValue(argument.kind, typed, line.ports)
  if (read.type !== 'value') return { type: 'stuck', problem: read, argument, at }
  put(line, argument, { value: read.value, typed })
  return { type: 'took', words: line.words.length - at + 1 }
}

const stuck = ({ verb, text, words }: Line, { problem, argument, at }: Extract<Taken, { type: 'stuck' }>): Misread => {
  const word = words[at]
  const isSecret = argument !== null && isSecretKind(argument.kind)
  return {
    type: 'misread',
    problem,
    from: 'line',
    verb: verb.name,
    argument: argument?.name ?? null,
    got: word === undefined || isSecret || problem.type === 'missing' ? '' : shown(word.text),
    example: exampleOf(verb, argument),
    suggestion: word === undefined || isSecret ? null : corrected(text, word, meant(verb, problem, word)),
  }
}

/** A line that is right, if there is one with the argument that is not. What every line needs, the first has. */
const exampleOf = ({ name, examples }: Verb, argument: Argument | null): string => {
  const words = argument?.required === true ? [] : (argument?.after ?? [])
  return examples.find((line) => words.some((word) => line.split(' ').includes(word))) ?? examples[0] ?? name
}

/** The word of the grammar that a word was probably meant to be. */
const meant = (verb: Verb, problem: Problem, word: Token): string | null => {
  if (problem.type !== 'unknownArgument' && problem.type !== 'badChoice') return null
  const known = verb.arguments.flatMap(({ after, kind }) => [
    ...(after ?? []),
    ...(kind.type === 'choice' ? kind.of : []),
  ])
  const second = VERBS.flatMap(({ name }) =>
    name.startsWith(`${verb.name} `) ? [name.slice(verb.name.length + 1)] : [],
  )
  return nearest(plain(word), [...known, ...second])
}

const LONGEST_SUGGESTION = 120

const corrected = (text: string, word: Token, instead: string | null): string | null => {
  if (instead === null || text.length > LONGEST_SUGGESTION) return null
  return `${text.slice(0, word.from)}${instead}${text.slice(word.from + word.text.length)}`.trim()
}

const unknownVerb = (text: string, word: Token): Misread => ({
  ...lineMisread({ type: 'unknownVerb' }, word.text),
  suggestion: corrected(
    text,
    word,
    nearest(
      plain(word),
      VERBS.flatMap(({ name, aliases }) => [name, ...aliases]),
    ),
  ),
})

/** Of a line whose verb is not known (yet). */
const lineMisread = (problem: Problem, got: string): Misread => ({
  type: 'misread',
  problem,
  from: 'line',
  verb: null,
  argument: null,
  got: shown(got),
  example: 'help',
  suggestion: null,
})
