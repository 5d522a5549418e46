import {
  happened,
  isoTime,
  type AuditRecord,
  type Happened,
  type Lease,
  type LeaseId,
  type MachineRequest,
  type RecordBody,
  type RequestId,
  type TenantName,
  type LogPosition,
  type Tidings,
} from '#core'
import { Bounded } from '../bounded.ts'
import type { Feed } from '../http/ports.ts'

export interface FeedPorts {
  readonly head: () => number
  records(after: number, limit: number): Promise<readonly AuditRecord[]>
  request(id: RequestId): Promise<MachineRequest | undefined>
  lease(id: LeaseId): Promise<Lease | undefined>
  onCommit(listener: () => void): () => void
}

/** Records whose tidings are kept: whoever listens is told the last ones, and reads them once for all. */
const MOST_KEPT = 2_000
/** Requests and leases of which it is known whose they are. */
const MOST_OWNERS = 20_000

const positionText = ({ seq, index }: LogPosition): string => (index === Infinity ? `${seq}` : `${seq}.${index}`)

/** `17.2`: the third event of record 17 was told; `17`: all of its were. Null: it is no such place. */
const readPosition = (text: string): LogPosition | null => {
  const [, seq, index] = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text) ?? []
  return seq === undefined ? null : { seq: Number(seq), index: index === undefined ? Infinity : Number(index) }
}

/** All of a record has been told. */
const whole = (seq: number): LogPosition => ({ seq, index: Infinity })

/** What happened, read from the log once for all who want to be told of it. */
export const feed = (ports: FeedPorts): Feed => {
  const kept = new Bounded<number, readonly Tidings[]>(MOST_KEPT)
  const owners = ownersOf(ports)

  const read = async (after: number, limit: number): Promise<readonly (readonly Tidings[])[]> => {
    const found: (readonly Tidings[])[] = []
    for (let seq = after + 1; found.length < limit && kept.has(seq); seq += 1) found.push(kept.get(seq)!)
    if (found.length > 0 || after >= ports.head()) return found
    for (const record of await ports.records(after, limit)) {
      const tidings = await tidingsOf(record, owners)
      found.push(tidings)
      if (record.seq <= ports.head() - MOST_KEPT) continue
      kept.set(record.seq, tidings)
    }
    return found
  }

  return {
    head: ports.head,
    async after({ seq, index }, limit) {
      // Of the record at which somebody broke off, what they were not told of yet.
      const [rest] = index === Infinity || seq === 0 ? [] : await read(seq - 1, 1)
      const next = await read(seq, limit)
      const tidings = [...(rest ?? []).filter(({ id }) => readPosition(id)!.index > index), ...next.flat()]
      return { tidings, upTo: whole(seq + next.length) }
    },
    read: readPosition,
    onNews: (listener) => ports.onCommit(listener),
  }
}

interface Owner {
  readonly tenant: TenantName
  readonly request: RequestId
}

/** Whose a request or a lease is. */
const ownersOf = ({ request, lease }: FeedPorts) => {
  const known = new Bounded<RequestId | LeaseId, Owner>(MOST_OWNERS)
  const keep = (id: RequestId | LeaseId, owner: Owner): Owner => {
    known.set(id, owner)
    return owner
  }
  return {
    async request(id: RequestId): Promise<Owner | null> {
      const found = known.get(id)
      if (found !== undefined) return found
      const row = await request(id)
      return row === undefined ? null : keep(id, { tenant: row.tenant, request: id })
    },
    async lease(id: LeaseId): Promise<Owner | null> {
      const found = known.get(id)
      if (found !== undefined) return found
      const row = await lease(id)
      return row === undefined ? null : keep(id, { tenant: row.tenant, request: row.request })
    },
  }
}

const tidingsOf = async (
  { seq, text }: AuditRecord,
  owners: ReturnType<typeof ownersOf>,
): Promise<readonly Tidings[]> => {
  const { at, events } = JSON.parse(text) as RecordBody
  const found: Tidings[] = []
  for (const [index, event] of events.entries()) {
    const one = happened(event)
    if (one === null) continue
    const { type, data } = one
    found.push({ id: positionText({ seq, index }), type, at: isoTime(at), ...(await placeOf(one, owners)), data })
  }
  return found
}

const placeOf = async (
  { about, data }: Happened,
  owners: ReturnType<typeof ownersOf>,
): Promise<Pick<Tidings, 'tenant' | 'request' | 'lease' | 'machine'>> => {
  const none = { tenant: null, request: null, lease: null, machine: null }
  switch (about.type) {
    case 'request': {
      const owner = await owners.request(about.request)
      const lease = (data['lease'] ?? null) as LeaseId | null
      return { ...none, tenant: owner?.tenant ?? null, request: about.request, lease }
    }
    case 'lease': {
      const owner = await owners.lease(about.lease)
      const { lease, machine } = about
      return { tenant: owner?.tenant ?? null, request: owner?.request ?? null, lease, machine }
    }
    case 'tenant':
      return { ...none, tenant: about.tenant }
    case 'machine':
      return { ...none, machine: about.machine }
    case 'site':
      return none
  }
}
