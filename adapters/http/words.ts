import {
  answerSaid,
  candidatesSaid,
  misreadSaid,
  outcomeSaid,
  refusalSaid,
  type Answer,
  type Candidate,
  type Estimates,
  type Fleet,
  type Instant,
  type Misread,
  type Outcome,
  type Refusal,
  type RefusalTelling,
  type Said,
  type Telling,
} from '#core'
import { fingerprint } from '../digest.ts'

/** How this door's callers would type a line: at the command line, which is where they can try it. */
const say = (line: string): string => `duffy ${line}`

const telling = (at: number): Telling => ({ say, at: at as Instant })

/** This door has no room: everything said is said to the asker. */
const text = ({ room, person }: Said): string => [...room, ...person].join('\n')

/** `about`: the command that was refused, for a door that knows it. */
export const refusalWords = (refusal: Refusal, at: number, about: Omit<RefusalTelling, keyof Telling> = {}): string =>
  text(refusalSaid(refusal, { ...telling(at), ...about }))

/** With a line that is right; fields have no other form that is as short to read. */
export function misreadWords(misread: Misread, at: number): string {
  const words = text(misreadSaid(misread, telling(at)))
  return misread.suggestion === null ? `${words} Try: ${say(misread.example)}` : words
}

export const outcomeWords = (
  outcome: Outcome,
  fleet: Fleet,
  told: { readonly at: Instant; readonly estimates: Estimates; readonly code?: string },
): string => text(outcomeSaid(outcome, { ...told, fleet, say, fingerprint }))

export const answerWords = (answer: Answer, at: Instant): string => text(answerSaid(answer, { say, at, fingerprint }))

export const candidateWords = (
  list: readonly Candidate[],
  of: { readonly total: number; readonly position: number },
  at: number,
): string[] => candidatesSaid(list, of, telling(at))
