import type { Command, Refusal } from '#core'
import { refused } from './problem.ts'
import type { Answer, Door } from './route.ts'
import { refusalWords } from './words.ts'

/** A refusal as a problem, its sentence in terms of what one types at the command line. */
export function refuse({ ports }: Door, refusal: Refusal, asked?: Command): Answer {
  return refused(refusal, refusalWords(refusal, ports.clock(), asked))
}
