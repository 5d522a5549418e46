import { recipientOf, type Address, type Notice } from '#core'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'

/** A notice in the outbox. */
export interface DueNotice {
  readonly id: number
  readonly notice: Notice
  readonly attempts: number
}

/** `sent`: handed to the network. `absent`: nobody was there to be told. `never`: nobody ever will be. */
export type Delivery = 'sent' | 'absent' | 'never'

export interface NoticePorts {
  /** The first that are due, but for what is for these recipients. */
  due(limit: number, except: readonly string[]): Promise<readonly DueNotice[]>
  sent(id: number): Promise<void>
  failed(id: number, message: string, retryAfterMs: number | null): Promise<void>
  /** Where its recipient can be told it, first where it is addressed to; null: what it says is so no more. */
  routes(notice: Notice): Promise<readonly Address[] | null>
  /** The door that an address is at; undefined if this Duffy has none of that name. */
  door(name: string): ((to: Address, notice: Notice) => Promise<Delivery>) | undefined
  onCommit(listener: () => void): () => void
  readonly log: Log
}

/** Notices taken from the outbox at a time. */
const AT_ONCE = 50
/** Recipients who are told something at the same time: no more than doors let wait. */
const MOST_TOLD = 100
/** Tries before a notice is given up: with the pauses below, about an hour. */
const TRIES = 12
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 10 * 60_000
const LOOK_EVERY_MS = 2_000
/** How long the end waits for what is being told. Whatever takes longer is told at the next start, perhaps again. */
const LONGEST_END_MS = 5_000

/**
 * Tells people what the outbox owes them: at least once, each in the order in which it was decided, and nobody later because
 * somebody else's server takes its time. Where the place that a notice is addressed to gives no sign that it arrived, the next one is
 * tried at which its recipient is known, and mail last.
 */
export const notices = (ports: NoticePorts, longestEndMs = LONGEST_END_MS): AsyncDisposable => {
  /** Who is being told something now. */
  const underWay = new Map<string, Promise<void>>()
  let isOver = false
  const looks = rounds(
    async (stopping) => {
      if (underWay.size > MOST_TOLD - AT_ONCE) return
      // Of whoever was being told something as the outbox was read, it may say what is told by now.
      const due = await ports.due(AT_ONCE, [...underWay.keys()])
      for (const [recipient, theirs] of Map.groupBy(due, ({ notice }) => recipientOf(notice.to))) {
        if (stopping()) return
        underWay.set(recipient, tellAll(recipient, theirs, stopping))
      }
      if (due.length === AT_ONCE) looks.ask()
    },
    (fault) => ports.log('error', 'cannot read the outbox', { fault: String(fault) }),
  )
  const tellAll = async (recipient: string, due: readonly DueNotice[], stopping: () => boolean): Promise<void> => {
    let isFault = false
    try {
      // Whoever could not be told one thing is told nothing that came after it.
      for (const one of due) if (stopping() || !(await deliver(ports, one, () => isOver))) break
    } catch (fault) {
      isFault = true
      if (!isOver) ports.log('error', 'cannot write the outbox', { fault: String(fault) })
    } finally {
      underWay.delete(recipient)
    }
    // Only now: whoever is being told something is passed over.
    if (!isFault) looks.ask()
  }
  const unsubscribe = ports.onCommit(looks.ask)
  const timer = setInterval(looks.ask, LOOK_EVERY_MS)
  looks.ask()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      unsubscribe()
      await looks.stop()
      await within(Promise.all(underWay.values()), longestEndMs)
      isOver = true
    },
  }
}

const within = async (work: Promise<unknown>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}

/** False: it is tried again later. Once it `isOver`, nothing is written any more. */
const deliver = async (
  ports: NoticePorts,
  { id, notice, attempts }: DueNotice,
  isOver: () => boolean,
): Promise<boolean> => {
  const routes = await ports.routes(notice)
  if (routes === null) {
    await ports.sent(id)
    return true
  }
  const failures: string[] = []
  let isHopeless = true
  for (const to of routes) {
    const came = await tell(ports, id, { ...notice, to })
    if (isOver()) return false
    if (came === 'sent') {
      await ports.sent(id)
      return true
    }
    isHopeless &&= came.isHopeless
    failures.push(`${to.door}: ${came.message}`)
  }
  const isLast = isHopeless || attempts + 1 >= TRIES
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS)
  await ports.failed(id, failures.join('; '), isLast ? null : pauseMs)
  return isLast
}

const tell = async (
  ports: NoticePorts,
  id: number,
  notice: Notice,
): Promise<'sent' | { readonly message: string; readonly isHopeless: boolean }> => {
  const door = ports.door(notice.to.door)
  if (door === undefined) return { message: 'no such door', isHopeless: true }
  try {
    const came = await door(notice.to, notice)
    return came === 'sent' ? came : { message: 'nobody was there', isHopeless: came === 'never' }
  } catch (fault) {
    ports.log('warn', 'a notice could not be delivered', { id, door: notice.to.door, fault: String(fault) })
    return { message: String(fault), isHopeless: false }
  }
}
