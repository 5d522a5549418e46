import type { Command, Refusal } from '#core'
import type { Reply } from './ports.ts'
import { refused } from './problem.ts'
import type { Answer, Door } from './route.ts'
import { refusalWords } from './words.ts'

/** A refusal as a problem, its sentence in terms of what one types at the command line. */
export function refuse({ ports }: Door, refusal: Refusal): Answer {
  return refused(refusal, refusalWords(refusal, ports.clock()))
}

/** The same of a command, with where to ask why. */
export function refuseCommand(
  { ports, base }: Door,
  { refusal, why }: Extract<Reply, { type: 'refused' }>,
  asked: Command,
): Answer {
  const words = refusalWords(refusal, ports.clock(), { asked, ...(why?.more === true && { ref: why.ref }) })
  return refused(
    refusal,
    words,
    why === undefined ? {} : { reference: why.ref, instance: `${base}/api/v2/refusals/${why.ref}/why` },
  )
}
