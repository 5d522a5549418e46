import { nearest } from '../suggest.ts'
import { isSecretKind, type Value } from './kind.ts'
import type { Misread, Problem } from './misread.ts'
import { shown } from './text.ts'
import { isDefault, readValue, type Ports } from './values.ts'
import { optionOf, type Argument, type Ask, type Values, type Verb } from './verb.ts'

/** What was asked, ready to be decided or answered. `private`: not to be answered in a room. */
export interface Read {
  readonly type: 'ask'
  readonly verb: Verb
  readonly ask: Ask
  readonly private: boolean
}

/** Reads values that came apart already: the fields of an HTTP body, the options of a CLI call. */
export function readValues(verb: Verb, record: Readonly<Record<string, unknown>>, ports: Ports): Read | Misread {
  const values: Record<string, Value | Value[]> = {}
  for (const [field, given] of Object.entries(record)) {
    const isMeant = (one: Argument): boolean => one.name === field || optionOf(one) === field
    const argument = verb.arguments.find(isMeant)
    if (given === undefined || (given === null && (argument === undefined || !isDefault(argument.kind, given))))
      continue
    const idle = verb.idle?.find(isMeant)
    if (idle !== undefined) return fieldMisread(verb, idle, { problem: { type: 'idle' }, given: field })
    if (argument === undefined) return fieldMisread(verb, null, { problem: { type: 'unknownArgument' }, given: field })
    if (values[argument.name] !== undefined) return fieldMisread(verb, argument, { problem: { type: 'twice' }, given })
    const read = readField(argument, given, { ...ports, isOption: field !== argument.name })
    if (read.type !== 'values') return fieldMisread(verb, argument, { problem: read, given })
    values[argument.name] = read.values
  }
  const missing = firstMissing(verb, values)
  if (missing !== null) return fieldMisread(verb, missing, { problem: { type: 'missing' }, given: '' })
  const double = firstDouble(verb, values)
  if (double !== null) return fieldMisread(verb, double, { problem: { type: 'notBoth', other: double.or }, given: '' })
  return asks(verb, values, ports)
}

/** Needed, and given neither itself nor by what will do instead. */
export const firstMissing = (verb: Verb, values: Values): Argument | null =>
  verb.arguments.find(
    (one) =>
      one.required === true && values[one.name] === undefined && (one.or === undefined || values[one.or] === undefined),
  ) ?? null

/** Given beside what it stands in for. */
export const firstDouble = (verb: Verb, values: Values): (Argument & { readonly or: string }) | null =>
  verb.arguments.find(
    (one): one is Argument & { or: string } =>
      one.or !== undefined && values[one.name] !== undefined && values[one.or] !== undefined,
  ) ?? null

export const asks = (verb: Verb, values: Values, { address }: Pick<Ports, 'address'>): Read => ({
  type: 'ask',
  verb,
  ask: verb.asks(values, address),
  private: verb.private === true,
})

type FieldReading = { readonly type: 'values'; readonly values: Value | Value[] } | Problem

const readField = (argument: Argument, given: unknown, ports: Ports & { isOption: boolean }): FieldReading => {
  const { kind, many } = argument
  if (many !== undefined) {
    const items: unknown[] = Array.isArray(given) ? given : [given]
    if (items.length > many) return { type: 'tooMany', most: many }
    const values: Value[] = []
    for (const item of items) {
      const read = readValue(kind, item as string, ports)
      if (read.type !== 'value') return read
      values.push(read.value)
    }
    return { type: 'values', values }
  }
  const read = readValue(kind, given as string, ports)
  if (read.type !== 'value') return read
  /** `--now` is an option of its own name: it says the opposite of `queue`. */
  const isOpposite = ports.isOption && kind.type === 'flag'
  return { type: 'values', values: isOpposite ? read.value !== kind.standard : read.value }
}

const fieldMisread = (
  verb: Verb,
  argument: Argument | null,
  { problem, given }: { problem: Problem; given: unknown },
): Misread => ({
  type: 'misread',
  problem,
  from: 'fields',
  verb: verb.name,
  argument: argument?.name ?? null,
  got: argument !== null && isSecretKind(argument.kind) ? '' : shown(textOf(given)),
  example: verb.examples[0] ?? verb.name,
  suggestion: suggestionFor(verb, problem, given),
})

const textOf = (given: unknown): string => {
  if (typeof given === 'string') return given
  if (Array.isArray(given)) return given.map(textOf).join(', ')
  return typeof given === 'number' || typeof given === 'boolean' ? String(given) : ''
}

const suggestionFor = (verb: Verb, problem: Problem, given: unknown): string | null => {
  if (typeof given !== 'string') return null
  if (problem.type === 'badChoice') return nearest(given, problem.of)
  const names = verb.arguments.map(({ name }) => name)
  return problem.type === 'unknownArgument' ? nearest(given, names) : null
}
