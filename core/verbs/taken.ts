import type { Value } from './kind.ts'
import type { Problem } from './misread.ts'
import { withoutEnding, type Token } from './text.ts'
import { readValue, type Ports } from './values.ts'
import type { Argument, Verb } from './verb.ts'

/** A line on its way to its meaning: what has been read of it so far. */
export interface Line {
  readonly verb: Verb
  readonly text: string
  readonly words: readonly Token[]
  readonly values: Record<string, Value | Value[]>
  /** What was typed for each of them; the value of a flag. */
  readonly typed: Record<string, string | boolean | string[]>
  readonly ports: Ports
}

/** How many words were taken, or why none was; the argument that it was about, if known. */
export type Taken =
  | { readonly type: 'took'; readonly words: number }
  | { readonly type: 'stuck'; readonly problem: Problem; readonly argument: Argument | null; readonly at: number }

/** One word as the value of an argument. */
export const keep = (line: Line, at: number, argument: Argument): Taken => {
  const word = line.words[at]!
  const { name, kind, many } = argument
  const text = word.quoted ? word.text : withoutEnding(word.text)
  const read = readValue(kind, text, line.ports)
  if (read.type !== 'value') return { type: 'stuck', problem: read, argument, at }
  if (many === undefined) {
    put(line, argument, { value: read.value, typed: text })
    return { type: 'took', words: 1 }
  }
  const before = (line.values[name] ?? []) as Value[]
  if (before.length === many) return { type: 'stuck', problem: { type: 'tooMany', most: many }, argument, at }
  line.values[name] = [...before, read.value]
  line.typed[name] = [...((line.typed[name] ?? []) as string[]), text]
  return { type: 'took', words: 1 }
}

/** Gives an argument its one value. */
export const put = (
  { values, typed: texts }: Line,
  { name }: Argument,
  { value, typed }: { readonly value: Value; readonly typed: string | boolean },
): void => {
  values[name] = value
  texts[name] = typed
}

/** A word for comparing: any case, without the end of a sentence. */
export const plain = ({ text }: Token): string => withoutEnding(text).toLowerCase()
