import type { Lease, LeaseId, MachineRequest, Past, Question, RequestId } from '#core'

/** Where things are that are over. */
interface Rows {
  lease(id: LeaseId): Promise<Lease | undefined>
  request(id: RequestId): Promise<MachineRequest | undefined>
}

/** What a question may be about that is over, and so in the store alone. */
export const pastOf = async (store: Rows, question: Question): Promise<Past> => {
  const id = question.ask === 'why' ? question.about.toUpperCase() : ''
  const lease = id.startsWith('L') ? await store.lease(id as LeaseId) : undefined
  const request = id.startsWith('R') ? await store.request(id as RequestId) : undefined
  return { leases: lease === undefined ? [] : [lease], requests: request === undefined ? [] : [request] }
}
