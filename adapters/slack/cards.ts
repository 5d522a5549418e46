import { leaseView, type FingerprintOf, type LeaseId } from '#core'
import { fingerprint } from '../digest.ts'
import { rounds } from '../rounds.ts'
import { card, overCard } from './blocks/lease.ts'
import { errorOf, type Calls, type Message } from './calls.ts'
import type { Limits } from './options.ts'
import type { Card, SlackPorts } from './ports.ts'
import { versionOf } from './version.ts'

/** One message for each lease, kept as the lease is. Where they are outlives a restart; what they show is caught up with then. */
export interface CardBox extends AsyncDisposable {
  /** Shows a lease to its holder: on the card that there is, or on a new one. `stale`: that was after `until`. */
  show(lease: LeaseId, user: string, until: number): Promise<'sent' | 'stale'>
  /** Whether this message is the lease's card. */
  isCard(lease: LeaseId, ts: string): boolean
}

type CardPorts = Pick<SlackPorts, 'look' | 'lease' | 'cards' | 'onLeases' | 'notice' | 'log' | 'clock'>

interface Around {
  readonly calls: Calls
  readonly ports: CardPorts
  readonly limits: Pick<Limits, 'extendMs' | 'backoffMs' | 'longestBackoffMs'>
}

/** What a card shows, and the message that shows it. */
interface Face {
  readonly shown: string
  readonly message: Message
}

const OVER = 'over'

export const cardBox = async ({ calls, ports, limits }: Around): Promise<CardBox> => {
  const known = new Map((await ports.cards.cards()).map((one) => [one.lease, one]))
  const dirty = new Set<LeaseId>(known.keys())
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  const bringUpToDate = async (one: Card): Promise<void> => {
    const face = await faceOf(ports, one.lease, limits.extendMs)
    if (face === null) return forget(one.lease)
    if (face.shown !== one.shown) {
      try {
        await calls.update(one, face.message)
      } catch (fault) {
        if (!GONE.has(errorOf(fault) ?? '')) throw fault
        ports.log('warn', 'a card is gone from Slack', { lease: one.lease, error: errorOf(fault) })
        return forget(one.lease)
      }
    }
    if (face.shown === OVER) return forget(one.lease)
    if (face.shown !== one.shown) await keep({ ...one, shown: face.shown })
  }
  const keep = async (one: Card): Promise<void> => {
    known.set(one.lease, one)
    await ports.cards.putCard(one)
  }
  const forget = async (lease: LeaseId): Promise<void> => {
    known.delete(lease)
    await ports.cards.removeCard(lease)
  }

  const updates = rounds(
    async (stopping) => {
      for (const lease of dirty) {
        if (stopping()) return
        const one = known.get(lease)
        // Before the look: what changes during it is to be looked at again.
        dirty.delete(lease)
        if (one === undefined) continue
        try {
          await bringUpToDate(one)
        } catch (fault) {
          dirty.add(lease)
          throw fault
        }
      }
      failures = 0
    },
    (fault) => {
      failures += 1
      const waitMs = Math.min(limits.longestBackoffMs, limits.backoffMs * 2 ** Math.min(failures, 20))
      ports.log('warn', 'cards are not as they should be', { waiting: dirty.size, waitMs, fault: String(fault) })
      timer = setTimeout(updates.ask, waitMs)
    },
  )
  const mark = (leases: readonly LeaseId[]): void => {
    for (const lease of leases) if (known.has(lease)) dirty.add(lease)
    if (dirty.size > 0) updates.ask()
  }
  const unsubscribe = ports.onLeases(mark)
  mark([])

  return {
    async show(lease, user, until) {
      if (!known.has(lease)) {
        const face = await faceOf(ports, lease, limits.extendMs)
        if (face === null || face.shown === OVER) return 'sent'
        const posted = await calls.post({ channel: await calls.direct(user) }, face.message, until)
        if (posted === 'stale') return 'stale'
        await keep({ lease, ...posted, shown: face.shown })
      }
      // It may have changed while it was on its way.
      mark([lease])
      return 'sent'
    },
    isCard: (lease, ts) => known.get(lease)?.ts === ts,
    async [Symbol.asyncDispose]() {
      unsubscribe()
      clearTimeout(timer)
      await updates.stop()
    },
  }
}

/** Somebody removed the message, or its conversation. */
const GONE: ReadonlySet<string> = new Set([
  'message_not_found',
  'channel_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_archived',
])

/** Null: there never was such a lease. */
const faceOf = async (ports: CardPorts, id: LeaseId, extendMs: number): Promise<Face | null> => {
  const face = await ports.look((fleet, at): Face | null => {
    const lease = fleet.leases.get(id)
    if (lease === undefined) return null
    const view = leaseView(fleet, lease)
    return { shown: versionOf(view), message: card(view, { at, fingerprint: PRINT, extendMs }) }
  })
  if (face !== null) return face
  const ended = await ports.lease(id)
  if (ended?.state.status !== 'ended') return null
  const machines = ended.machines.map(({ machine }) => machine)
  const said = await ports.notice({ type: 'leaseEnded', lease: id, how: ended.state.how, machines })
  return { shown: OVER, message: overCard(id, said.room.join(' ')) }
}
const PRINT: FingerprintOf = fingerprint
