import type { GivenEstimate, Outcome } from '../command.ts'
import type { Draft } from './draft.ts'

/** Keeps the first estimate that each request was given. What waits no more, or has one, is passed over: nobody asks twice. */
export const decideNoteEstimates = (draft: Draft, given: readonly GivenEstimate[]): Outcome => {
  for (const { request, estimate } of given) {
    if (draft.fleet.requests.get(request)?.estimate === null) draft.emit({ type: 'estimateGiven', request, estimate })
  }
  return { type: 'nothing' }
}
