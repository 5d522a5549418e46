import { optionOf as optionName, VERBS } from '#core'
import { EXIT, Stop } from './world.ts'

/** A call's words, with what every call understands taken out. */
export interface Words {
  /** Those that are no options, in order. */
  readonly operands: readonly string[]
  /** How many operands stand before a `--`; all of them if there is none. */
  readonly beforeDashes: number
  /** The others, by name without dashes; true for one without a value. */
  readonly options: readonly Option[]
  readonly json: boolean
  readonly help: boolean
}

export interface Option {
  readonly name: string
  readonly value: string | true
}

/** Options that never take a value, so that the word after one is an operand. */
const BARE: ReadonlySet<string> = new Set([
  'json',
  'help',
  'dry-run',
  'list',
  ...VERBS.flatMap((verb) => verb.arguments.filter(({ kind }) => kind.type === 'flag').map(optionName)),
])

/** Options that may go without a value, at the end or before another option. */
const MAY_BE_BARE: ReadonlySet<string> = new Set(['wait'])

const isNoValue = (word: string | undefined): boolean => word === undefined || word.startsWith('--')

/**
 * `--name value`, `--name=value`, `--bare`; after `--` everything is an operand. `whole` says at which operand the rest is
 * somebody else's (the command that `ssh` is to run).
 */
export function readWords(
  words: readonly string[],
  whole: (operands: readonly string[]) => boolean = () => false,
): Words {
  const operands: string[] = []
  const options: Option[] = []
  let beforeDashes: number | null = null
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!
    if (word === '--' || whole(operands)) {
      beforeDashes = operands.length
      operands.push(...words.slice(word === '--' ? at + 1 : at))
      break
    }
    if (word === '-h') options.push({ name: 'help', value: true })
    else if (!word.startsWith('--')) operands.push(word)
    else {
      const equals = word.indexOf('=')
      const name = word.slice(2, equals === -1 ? undefined : equals)
      if (equals !== -1) options.push({ name, value: word.slice(equals + 1) })
      else if (BARE.has(name) || (MAY_BE_BARE.has(name) && isNoValue(words[at + 1])))
        options.push({ name, value: true })
      else {
        at += 1
        const value = words[at]
        if (value === undefined) throw noValue(name, operands)
        options.push({ name, value })
      }
    }
  }
  const has = (name: string): boolean => options.some((option) => option.name === name)
  const own = options.filter(({ name }) => name !== 'json' && name !== 'help')
  return { operands, beforeDashes: beforeDashes ?? operands.length, options: own, json: has('json'), help: has('help') }
}

/** Which options there are is for whoever reads them to know. */
const noValue = (name: string, operands: readonly string[]): Stop =>
  new Stop(
    EXIT.misread,
    `--${name} needs a value after it, or is no option: see ${['duffy', ...operands.slice(0, 1), '--help'].join(' ')}`,
  )

/** Refuses words after the command's own, of one that takes none. */
export function expectAlone({ operands }: Words, usage: string): void {
  if (operands.length > 1) throw new Stop(EXIT.misread, `"${operands[1]}" has no place here; it is used like: ${usage}`)
}

/** The one value of an option, or undefined. */
export function optionOf(options: readonly Option[], name: string): string | undefined {
  const found = options.filter((option) => option.name === name)
  if (found.length > 1) throw new Stop(EXIT.misread, `--${name} is given twice`)
  return found[0] === undefined || found[0].value === true ? undefined : found[0].value
}

/** Refuses options that nothing here knows. */
export function expectOnly(options: readonly Option[], known: readonly string[]): void {
  const odd = options.find(({ name }) => !known.includes(name))
  if (odd === undefined) return
  const does = known.length === 0 ? 'no options of its own' : known.map((name) => `--${name}`).join(', ')
  throw new Stop(EXIT.misread, `there is no --${odd.name} here; this takes ${does}`)
}
