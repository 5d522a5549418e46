import { lostAt } from '../policy/presence.ts'
import type { Absence, MachineRequest } from '../request.ts'
import type { Draft } from './draft.ts'

/** Nobody is there any more who would take what it is granted: it waits no more, and whoever can be told is. */
export const abandon = (draft: Draft, { id, address }: MachineRequest, how: Absence): void => {
  draft.emit({ type: 'requestAbandoned', request: id, how })
  draft.tell(address, { type: 'requestEnded', request: id, because: how })
}

/** Before anything is granted: those that nobody has asked about for too long are out of the line. */
export const dropUnpolled = (draft: Draft): void => {
  const { fleet, at } = draft
  for (;;) {
    const request = fleet.polled.first('all')
    if (request === undefined || request.poll === null || lostAt(request) > at) return
    abandon(draft, request, { type: 'unpolled', ...request.poll })
  }
}
