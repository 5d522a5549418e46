import {
  explainedIn,
  type AuditRecord,
  type Lease,
  type LeaseId,
  type MachineRequest,
  type Past,
  type PastCollections,
  type PastDecision,
  type Question,
  type RecordBody,
  type Refused,
  type RequestId,
} from '#core'

/** Where things are that are over, and the log. */
interface Rows {
  lease(id: LeaseId): Promise<Lease | undefined>
  request(id: RequestId): Promise<MachineRequest | undefined>
  records(after: number, limit: number): Promise<readonly AuditRecord[]>
}

/** Refusals by their references. */
export interface Remembered {
  named(ref: string): readonly Refused[]
}

export interface PastPorts {
  readonly store: Rows
  readonly refusals: Remembered
  /** Default: nothing is collected. */
  readonly artifacts?: { of(lease: LeaseId): Promise<PastCollections> }
}

/** What a question may be about that is over, and so in the store alone; and where it was decided. */
export const pastOf = async ({ store, refusals, artifacts }: PastPorts, question: Question): Promise<Past> => {
  if (question.ask === 'artifacts') return collectionsOf(store, artifacts, question.lease.toUpperCase() as LeaseId)
  const id = question.ask === 'why' ? question.about.toUpperCase() : ''
  const lease = id.startsWith('L') ? await store.lease(id as LeaseId) : undefined
  const request = id.startsWith('R') ? await store.request(id as RequestId) : undefined
  const decisions = [
    lease && (await decisionOf(store, lease.id, lease.grantedAt)),
    request && (await decisionOf(store, request.id, request.askedAt)),
  ]
  return {
    leases: lease === undefined ? [] : [lease],
    requests: request === undefined ? [] : [request],
    decisions: decisions.filter((decision) => decision !== undefined),
    refused: id.startsWith('X') ? refusals.named(id) : [],
  }
}

const collectionsOf = async (store: Rows, artifacts: PastPorts['artifacts'], id: LeaseId): Promise<Past> => {
  const lease = await store.lease(id)
  const collections = artifacts === undefined ? [] : [await artifacts.of(id)]
  return { leases: lease === undefined ? [] : [lease], requests: [], collections }
}

/** Records read at a time where several were made at the same instant. */
const PAGE = 100

/**
 * The record that granted a lease, or let a request wait. Times in the log never fall, so it is found by halving; none if the request was
 * granted at once.
 */
const decisionOf = async (
  store: Pick<Rows, 'records'>,
  about: LeaseId | RequestId,
  at: number,
): Promise<PastDecision | undefined> => {
  for (let after = await lastBefore(store, at); ;) {
    const page = await store.records(after, PAGE)
    for (const record of page) {
      const body = bodyOf(record)
      if (body.at > at) return undefined
      const explained = explainedIn(body.events, about)?.explained
      if (explained !== undefined && explained.why !== null) return { about, position: record.seq, why: explained.why }
    }
    if (page.length < PAGE) return undefined
    after = page.at(-1)!.seq
  }
}

/** The last record of before an instant, by number; 0 if there is none. */
export const lastBefore = async (store: Pick<Rows, 'records'>, at: number): Promise<number> => {
  const isBefore = async (seq: number): Promise<boolean> => {
    const [record] = await store.records(seq - 1, 1)
    return record !== undefined && bodyOf(record).at < at
  }
  let low = 0
  let high = 1
  while (await isBefore(high)) {
    low = high
    high *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await isBefore(middle)) low = middle
    else high = middle
  }
  return low
}

const bodyOf = ({ text }: AuditRecord): RecordBody => JSON.parse(text) as RecordBody
