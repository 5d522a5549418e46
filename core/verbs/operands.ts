import { readDuration } from '../duration.ts'
import { isInstantShaped } from '../instant.ts'
import type { Value } from './kind.ts'
import { readArguments } from './line.ts'
import type { Misread } from './misread.ts'
import type { Line } from './taken.ts'
import { fold, type Token } from './text.ts'
import type { Ports } from './values.ts'
import type { Verb } from './verb.ts'

/** What was typed for each argument of a verb, by the argument's name: the fields that HTTP takes. */
export interface Typed {
  readonly type: 'typed'
  readonly fields: Readonly<Line['typed']>
}

/**
 * Reads the words after a verb that a shell has split, by the grammar of a chat line: `get metal 2 for 4 hours`. `given` are the
 * arguments that options give already, which no word is taken for; whether any is missing is left to whoever has both.
 */
export function readOperands(
  verb: Verb,
  operands: readonly string[],
  { given, ...ports }: Ports & { readonly given: readonly string[] },
): Typed | Misread {
  const words: Token[] = []
  let text = ''
  for (const operand of operands) {
    const quoted = operand === '' || (operand.includes(' ') && !isTime(operand))
    for (const part of quoted ? [operand] : fold(operand).split(' ')) {
      words.push({ text: part, from: text.length, quoted, closed: true })
      text += `${part} `
    }
  }
  const values: Record<string, Value | Value[]> = Object.fromEntries(given.map((name) => [name, '']))
  const line: Line = { verb, text, words, values, typed: {}, ports }
  return readArguments(line, 0) ?? { type: 'typed', fields: line.typed }
}

/** `'3 hours'` and `'tomorrow 09:10'` are the same with quotes and without. */
const isTime = (text: string): boolean => typeof readDuration(text, Infinity) === 'number' || isInstantShaped(text)
