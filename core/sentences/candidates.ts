import type { Candidate } from '../why/candidates.ts'
import { isoTime } from '../time.ts'
import { counted, type Telling } from './said.ts'
import { clockOf } from './time.ts'
import { droppedBecause } from './why.ts'

/** Every machine of a decision, a line each, as the record gives them. */
export const candidatesSaid = (
  list: readonly Candidate[],
  { total, position }: { readonly total: number; readonly position: number },
  { at }: Pick<Telling, 'at'>,
): string[] => [
  `Record ${position}; ${counted(total, 'machine')} looked at:`,
  ...list.map((candidate) => `${candidate.machine}: ${verdictSaid(candidate, at)}`),
]

const verdictSaid = ({ verdict, dropped, attempts, idleSince }: Candidate, at: Telling['at']): string => {
  if (dropped !== null && verdict !== 'chosen') return droppedBecause(dropped, at)
  const worn = `${counted(attempts, 'attempt')}, idle since ${clockOf(isoTime(idleSince), at)}`
  return verdict === 'chosen' ? `chosen (${worn})` : `free, and not the first (${worn})`
}
