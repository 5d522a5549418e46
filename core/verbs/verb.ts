import type { Command } from '../command.ts'
import type { Question } from '../question.ts'
import type { Address } from '../request.ts'
import type { Role } from '../tenant.ts'
import type { Kind, Value } from './kind.ts'

/** One argument of a verb, as every door takes it: words in a chat line, a field in HTTP, an operand or an option of the CLI. */
export interface Argument {
  /** Its field in HTTP, and its option in the CLI unless `option` says otherwise. */
  readonly name: string
  readonly kind: Kind
  readonly summary: string
  /** Must be given. */
  readonly required?: true
  /** The argument, if any, that will do instead; both together are misread. */
  readonly or?: string
  /** Words that introduce it in a line (`for 2h`); for a flag, words that are all of it (`now`). None: it goes by place. */
  readonly after?: readonly string[]
  /** Goes by place as well, where no word introduces it. */
  readonly placed?: true
  /** Its option in the CLI, where that is not its name. */
  readonly option?: string
  /** May be given more than once, at most so often; its value is a list. */
  readonly many?: number
  /** Takes the rest of the line. */
  readonly rest?: true
  /** Not taken in a line: too long or too structured to type. */
  readonly unspoken?: true
}

export type Values = Readonly<Record<string, Value | readonly Value[] | undefined>>

/** Something that people ask of Duffy, declared once; every door's grammar, help, route and reference comes from this. */
export interface Verb {
  /** One word, or two where the second says what to do (`keys add`). */
  readonly name: string
  /** Other words for it that people type. */
  readonly aliases: readonly string[]
  readonly summary: string
  readonly who: Role | 'anyone'
  /** Whether it comes to a command for the lane, or to a question for the fleet, as a `get` that is only tried also does. */
  readonly type: Ask['type']
  readonly arguments: readonly Argument[]
  /** What verbs like it take, and does nothing here: it is refused with a sentence, rather than taken for a slip or in silence. */
  readonly idle?: readonly Argument[]
  /** Whole lines, as typed after `!duffy`. The first is what a misread shows. */
  readonly examples: readonly string[]
  /** Makes a secret, which is shown once: only where the answer reaches nobody but the asker, over HTTP and at the command line. */
  readonly keyed?: true
  /** Never answered in a room. */
  readonly private?: true
  /** `where`: whom its notices reach, unless the values say otherwise; null: nobody. */
  readonly asks: (values: Values, where: Address | null) => Ask
}

/** What a verb comes to: a command for the lane, or a question for the fleet. */
export type Ask =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'question'; readonly question: Question }

/** Whether it can stand by itself in a line, with no word before it. */
export const goesByPlace = (argument: Argument): boolean =>
  argument.unspoken === undefined && (argument.after === undefined || argument.placed === true)

/** Its option in the CLI, without the dashes. */
export const optionOf = (argument: Argument): string => argument.option ?? argument.name
