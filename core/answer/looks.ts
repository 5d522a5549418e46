import type { Answer } from '../answer.ts'
import type { Fleet } from '../fleet.ts'
import type { Identity, RequestId } from '../id.ts'
import { speaker } from '../policy/membership.ts'

/** The requests that an answer tells somebody of their tenant about: whoever asks so is still there. */
export const looksOf = (fleet: Fleet, by: Identity, answer: Answer): readonly RequestId[] => {
  if (answer.type === 'mine') return answer.requests.map(({ id }) => id)
  if (answer.type !== 'whyRequest') return []
  return speaker(fleet, by)?.tenant === answer.request.tenant ? [answer.request.id] : []
}
