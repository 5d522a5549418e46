import { misreadSaid, optionOf, readOperands, type Argument, type Kind, type Misread, type Verb } from '#core'
import { readFileSync } from 'node:fs'
import type { Words } from './words.ts'
import { EXIT, Stop } from './world.ts'

export type Fields = Record<string, unknown>

/**
 * The fields of a verb from a call's words: `duffy get metal 2 --for 4h`. What is no option is read by the grammar of chat, so
 * that `duffy get metal for 4 hours` is as good. The server reads the values themselves.
 */
export function fieldsOf(verb: Verb, operands: readonly string[], options: Words['options']): Fields {
  const fields: Fields = {}
  const given: string[] = []
  for (const { name, value } of options) {
    const argument = takenBy(verb).find((one) => optionOf(one) === name || one.name === name)
    if (argument === undefined) throw unknownOption(verb, name)
    give(fields, argument, name, value === true ? true : valueOf(argument.kind, value))
    given.push(argument.name)
  }
  const key = verb.arguments.find(({ kind, rest }) => kind.type === 'sshKey' && rest === true)
  if (key !== undefined && operands.length > 0) give(fields, key, key.name, valueOf(key.kind, operands.join(' ')))
  else for (const [name, value] of typed(verb, operands, given)) giveTyped(fields, verb, name, value)
  return fields
}

/** What does nothing is sent as well, for the server to say so. */
const takenBy = ({ arguments: own, idle = [] }: Verb): readonly Argument[] => [...own, ...idle]

const typed = (
  verb: Verb,
  operands: readonly string[],
  given: readonly string[],
): (readonly [string, string | boolean | readonly string[]])[] => {
  const read = readOperands(verb, operands, { given, fingerprint: () => '', address: null, at: Date.now() })
  if (read.type === 'misread') throw misreadAs(read)
  return Object.entries(read.fields)
}

/** In the words of every door, with commands as they are typed here. */
const misreadAs = (misread: Misread): Stop => {
  const { room } = misreadSaid(misread, { say: (line) => `duffy ${line}` })
  return new Stop(EXIT.misread, room.join('\n'))
}

const giveTyped = (fields: Fields, verb: Verb, name: string, value: string | boolean | readonly string[]): void => {
  const argument = verb.arguments.find((one) => one.name === name)!
  for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) give(fields, argument, name, one)
}

const give = (fields: Fields, argument: Argument, name: string, value: unknown): void => {
  if (argument.many !== undefined || argument.kind.type === 'pairs') {
    fields[name] = [...((fields[name] as unknown[] | undefined) ?? []), value]
  } else if (fields[name] === undefined) fields[name] = value
  else throw new Stop(EXIT.misread, `${name} is given twice`)
}

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
