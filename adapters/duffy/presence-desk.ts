import { DUFFY, type Command, type Fleet, type Instant, type NotedPoll, type RequestId, type TenantName } from '#core'
import type { Presence } from '../http/ports.ts'
import { Busy, type Lane } from '../lane.ts'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'

/**
 * Who is still there of those that wait. That somebody asked is kept in memory, and put on record once half the time is over in
 * which somebody must ask: a request that is asked about every second costs a commit or two in that time.
 */
export interface PresenceDesk extends Presence, AsyncDisposable {
  /** To be awaited before anything else is decided: nobody could ask while Duffy did not run, so each gets the full time anew. */
  start(): Promise<void>
}

export interface PresencePorts {
  readonly lane: Pick<Lane, 'ask' | 'read' | 'state'>
  readonly log: Log
  /** Milliseconds from anywhere, never set. */
  readonly monotonic?: () => number
  readonly everyMs?: number
}

const EVERY_MS = 1_000
/** Put on record at once; the rest follows with the next round. */
const MOST_NOTED = 1_000
/** Of the time in which somebody must ask, the part after which it is put on record that somebody did. */
const NOTE_AFTER = 1 / 2

export const presenceDesk = ({
  lane,
  log,
  monotonic = () => performance.now(),
  everyMs = EVERY_MS,
}: PresencePorts): PresenceDesk => {
  const looks = new Map<RequestId, number>()
  const open = new Map<RequestId, number>()
  const leaving = new Map<RequestId, TenantName>()
  const places = new Set<RequestId>()
  const tell = (command: Command) => lane.ask({ id: null, by: DUFFY, door: 'presence', command })

  const see = (request: RequestId): void => void looks.set(request, monotonic())

  /** What is to be put on record now; what needs not be kept any more is forgotten. */
  const due = (fleet: Fleet, at: Instant): NotedPoll[] => {
    const now = monotonic()
    const polls: NotedPoll[] = []
    for (const [request, looked] of looks) {
      const poll = fleet.requests.get(request)?.poll ?? null
      const seenAt = Math.floor(at - (now - looked)) as Instant
      if (poll === null || seenAt <= poll.seenAt) looks.delete(request)
      else if (at >= poll.seenAt + poll.withinMs * NOTE_AFTER) polls.push({ request, at: seenAt })
    }
    return polls.slice(0, MOST_NOTED)
  }

  const leave = async (request: RequestId, tenant: TenantName): Promise<void> => {
    try {
      await tell({ do: 'leave', request, tenant })
    } catch (fault) {
      // Nothing was done, and the next round tries again; what fails otherwise would fail for ever.
      if (!(fault instanceof Busy)) leaving.delete(request)
      throw fault
    }
    leaving.delete(request)
  }

  const leavePlaces = async (requests: readonly RequestId[]): Promise<void> => {
    try {
      await tell({ do: 'leavePlaces', requests })
    } catch (fault) {
      if (fault instanceof Busy) for (const request of requests) places.add(request)
      throw fault
    }
  }

  const round = async (): Promise<void> => {
    // A lane that has stopped stays so, and has said why.
    if (lane.state().stopped !== null) return
    for (const [request, tenant] of leaving) await leave(request, tenant)
    const left = [...places].filter((request) => !open.has(request))
    places.clear()
    if (left.length > 0) await leavePlaces(left)
    for (const request of open.keys()) see(request)
    if (looks.size === 0) return
    const polls = await lane.read(due)
    if (polls.length > 0) await tell({ do: 'notePolls', polls })
  }

  const looking = rounds(round, (fault) => log('error', 'who is still there could not be put on record', { fault }))
  const timer = setInterval(looking.ask, everyMs)
  return {
    async start() {
      const { polls, held } = await lane.read((fleet, at) => {
        const all = [...fleet.polled.of('all')]
        return {
          polls: all.map(({ id }) => ({ request: id, at })),
          held: all.filter(({ poll }) => poll?.kept?.left === false).map(({ id }) => id),
        }
      })
      if (polls.length > 0) await tell({ do: 'notePolls', polls })
      // Whoever waited at a kept place when Duffy ended has lost the connection.
      if (held.length > 0) await tell({ do: 'leavePlaces', requests: held })
    },
    seen: (requests) => requests.forEach(see),
    attend(request) {
      open.set(request, (open.get(request) ?? 0) + 1)
      return () => {
        const others = (open.get(request) ?? 1) - 1
        if (others > 0) open.set(request, others)
        else open.delete(request)
        see(request)
      }
    },
    left(request, tenant) {
      leaving.set(request, tenant)
      looking.ask()
    },
    leavePlace: (request) => leavePlaces([request]),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await looking.stop()
    },
  }
}
