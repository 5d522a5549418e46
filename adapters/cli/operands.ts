import {
  goesByPlace,
  isInstantShaped,
  isRecurringShaped,
  MOST_INSTANT_WORDS,
  optionOf,
  readDuration,
  type Argument,
  type Kind,
  type Verb,
} from '#core'
import { readFileSync } from 'node:fs'
import type { Words } from './words.ts'
import { EXIT, Stop } from './world.ts'

export type Fields = Record<string, unknown>

/**
 * The fields of a verb from a call's words: `duffy get metal 2 --for 4h`. The short words of chat work as well, `for 4h`
 * and `now`, with each value in one word, and what can only be a number, a length of time or a choice may stand anywhere.
 * The server reads the values themselves.
 */
export function fieldsOf(verb: Verb, operands: readonly string[], options: Words['options']): Fields {
  const fields: Fields = {}
  for (const { name, value } of options) {
    const argument = takenBy(verb).find((one) => optionOf(one) === name || one.name === name)
    if (argument === undefined) throw unknownOption(verb, name)
    give(fields, argument, name, value === true ? true : valueOf(argument.kind, value))
  }
  let at = 0
  while (at < operands.length) at += take(verb, fields, operands.slice(at))
  return fields
}

/** What does nothing is sent as well, for the server to say so. */
const takenBy = ({ arguments: own, idle = [] }: Verb): readonly Argument[] => [...own, ...idle]

/** Takes an operand or more; how many. */
const take = (verb: Verb, fields: Fields, [word, ...rest]: readonly string[]): number => {
  if (word === undefined) return 1
  const introduced = takenBy(verb).find(({ after }) => after?.includes(word.toLowerCase()))
  if (introduced !== undefined) return takeAfter(verb, fields, introduced, [word, ...rest])
  const open = verb.arguments.filter((one) => goesByPlace(one) && fields[one.name] === undefined)
  const argument = open.find(({ kind }) => canOnlyBe(kind, word)) ?? open.find(({ kind }) => mayBe(kind))
  if (argument === undefined) {
    throw new Stop(
      EXIT.misread,
      `"${word}" has no place in "duffy ${verb.name}"; it is used like: duffy ${verb.examples[0]}`,
    )
  }
  const whole = argument.rest === true
  const value = whole ? [word, ...rest].join(' ') : word
  give(fields, argument, argument.name, valueOf(argument.kind, value))
  return whole ? rest.length + 1 : 1
}

/** `for 4h`; a flag is all in its word. */
const takeAfter = (verb: Verb, fields: Fields, argument: Argument, [word, ...rest]: readonly string[]): number => {
  if (argument.kind.type === 'flag') {
    give(fields, argument, argument.name, !argument.kind.standard)
    return 1
  }
  const words = argument.rest === true ? rest.length : wordsOf(argument.kind, rest)
  const value = rest.slice(0, words).join(' ')
  if (value === '') {
    const example = verb.examples.find((line) => line.includes(` ${word} `)) ?? verb.examples[0]
    throw new Stop(EXIT.misread, `"${word}" needs something after it, as in: duffy ${example}`)
  }
  give(fields, argument, argument.name, valueOf(argument.kind, value))
  return words + 1
}

/** `tomorrow 09:10` and `sunday 02:00` are two words; everything else is one. */
const wordsOf = ({ type }: Kind, rest: readonly string[]): number => {
  if (type !== 'instant' && type !== 'recurring') return 1
  const isWhole = type === 'instant' ? isInstantShaped : isRecurringShaped
  const counts = Array.from({ length: Math.min(MOST_INSTANT_WORDS, rest.length) }, (_, index) => index + 1)
  return counts.findLast((count) => isWhole(rest.slice(0, count).join(' '))) ?? 1
}

const give = (fields: Fields, argument: Argument, name: string, value: unknown): void => {
  if (argument.many !== undefined || argument.kind.type === 'pairs') {
    fields[name] = [...((fields[name] as unknown[] | undefined) ?? []), value]
  } else if (fields[name] === undefined) fields[name] = value
  else throw new Stop(EXIT.misread, `${name} is given twice`)
}

const canOnlyBe = (kind: Kind, word: string): boolean => {
  if (kind.type === 'duration') return typeof readDuration(word, kind.longestMs) === 'number'
  if (kind.type === 'count') return /^\d+$/.test(word)
  return kind.type === 'choice' && kind.of.includes(word.toLowerCase())
}

const mayBe = (kind: Kind): boolean =>
  ['word', 'text', 'fingerprint', 'member', 'sshKey', 'linkCode'].includes(kind.type)

/** A key is a file's name unless it is a key itself; a count is a number. */
const valueOf = (kind: Kind, text: string): unknown => {
  if (kind.type === 'sshKey' && !/\s/.test(text.trim())) return readKeyFile(text)
  return kind.type === 'count' && /^\d+$/.test(text) ? Number(text) : text
}

const readKeyFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    const fault = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new Stop(EXIT.misread, `cannot read the public key ${file} (${fault})`, cause)
  }
}

const unknownOption = (verb: Verb, name: string): Stop => {
  const known = verb.arguments.map((argument) => `--${optionOf(argument)}`).join(', ')
  return new Stop(EXIT.misread, `"duffy ${verb.name}" has no --${name}; it takes ${known === '' ? 'none' : known}`)
}
