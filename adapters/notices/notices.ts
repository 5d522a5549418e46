import type { Address, Notice } from '#core'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'

/** A notice in the outbox. */
export interface DueNotice {
  readonly id: number
  readonly notice: Notice
  readonly attempts: number
}

/** `absent`: nobody was there to be told; `sent`: handed to the network. */
export type Delivery = 'sent' | 'absent'

export interface NoticePorts {
  due(limit: number): Promise<readonly DueNotice[]>
  sent(id: number): Promise<void>
  failed(id: number, message: string, retryAfterMs: number | null): Promise<void>
  /** The door that an address is at; undefined if this Duffy has none of that name. */
  door(name: string): ((to: Address, notice: Notice) => Promise<Delivery>) | undefined
  onCommit(listener: () => void): () => void
  readonly log: Log
}

/** Notices taken from the outbox at a time. */
const AT_ONCE = 50
/** Tries before a notice is given up: with the pauses below, about an hour. */
const TRIES = 12
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 10 * 60_000
const LOOK_EVERY_MS = 2_000

/** Tells people what the outbox owes them: at least once, in the order in which it was decided. */
export const notices = (ports: NoticePorts): AsyncDisposable => {
  const looks = rounds(
    async (stopping) => {
      for (const due of await ports.due(AT_ONCE)) {
        if (stopping()) return
        await deliver(ports, due)
      }
    },
    (fault) => ports.log('error', 'cannot read the outbox', { fault: String(fault) }),
  )
  const unsubscribe = ports.onCommit(looks.ask)
  const timer = setInterval(looks.ask, LOOK_EVERY_MS)
  looks.ask()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      unsubscribe()
      await looks.stop()
    },
  }
}

const deliver = async (ports: NoticePorts, { id, notice, attempts }: DueNotice): Promise<void> => {
  const door = ports.door(notice.to.door)
  if (door === undefined) return ports.failed(id, `no door ${notice.to.door}`, null)
  try {
    if ((await door(notice.to, notice)) === 'sent') return await ports.sent(id)
    await fail(ports, id, attempts, 'nobody was there')
  } catch (fault) {
    ports.log('warn', 'a notice could not be delivered', { id, fault: String(fault) })
    await fail(ports, id, attempts, String(fault))
  }
}

const fail = (ports: NoticePorts, id: number, attempts: number, message: string): Promise<void> => {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS)
  return ports.failed(id, message, attempts + 1 >= TRIES ? null : pauseMs)
}
