import type { DurationProblem } from '../duration.ts'
import type { InstantProblem } from '../instant.ts'
import type { KeyProblem } from '../ssh-key.ts'

/** What is wrong with something typed or sent. */
export type Problem =
  | { readonly type: 'empty' }
  | { readonly type: 'unknownVerb' }
  | { readonly type: 'unknownArgument' }
  /** It would do nothing here. */
  | { readonly type: 'idle' }
  | { readonly type: 'missing' }
  | { readonly type: 'twice' }
  /** Two arguments of which one will do. */
  | { readonly type: 'notBoth'; readonly other: string }
  /** More values than one argument takes, or more characters than one value has. */
  | { readonly type: 'tooMany' | 'tooLong'; readonly most: number }
  | { readonly type: 'controlCharacters' }
  | { readonly type: 'unclosedQuote' }
  | { readonly type: 'badWord' }
  | { readonly type: 'badText' }
  | { readonly type: 'badCount'; readonly least: number; readonly most: number }
  | {
      readonly type: 'badDuration'
      readonly because: DurationProblem
      readonly example: string
      readonly longestMs: number
    }
  | {
      readonly type: 'badInstant'
      readonly because: InstantProblem
      readonly example: string
      readonly aheadMs: number
    }
  | { readonly type: 'badRecurring'; readonly because: InstantProblem; readonly example: string }
  | { readonly type: 'badChoice'; readonly of: readonly string[] }
  | { readonly type: 'badFlag' }
  | { readonly type: 'badKey'; readonly because: KeyProblem }
  | { readonly type: 'badFingerprint' }
  | { readonly type: 'badIdentity' | 'badMember' | 'badUuid' | 'badLinkCode' | 'badMail' | 'badBuildUrl' | 'badPath' }
  | { readonly type: 'badPairs' }

/** Bad input at an edge, with what to type instead. Nothing has happened. */
export interface Misread {
  readonly type: 'misread'
  readonly problem: Problem
  /** In a chat line, or in fields that came apart already. */
  readonly from: 'line' | 'fields'
  readonly verb: string | null
  readonly argument: string | null
  /** What was read, cut short; empty where it may be a secret. */
  readonly got: string
  /** A line that is right, after `!duffy`. */
  readonly example: string
  /** What was probably meant: a whole line, or a field's name. */
  readonly suggestion: string | null
}
