import type { IrcClient } from 'irc-framework'
import { type Outbox, rank } from './outbox.ts'
import type { Settled } from './settle.ts'

export interface Channels {
  /** Joins all, and again those that refused; called once registered. */
  persist(): void
  /** Whether we are in the channel; a STATUSMSG prefix is ignored. */
  has(room: string): boolean
  readonly joined: readonly string[]
  /** Neither joined nor refused yet. */
  readonly pending: boolean
  readonly problem: string | null
}

export interface ChannelsContext {
  settled: Settled
  client: IrcClient
  out: Outbox
  every: (ms: number, run: () => void) => void
  later: (ms: number, run: () => void) => void
  changed: () => void
}

type Membership = 'pending' | 'joined' | { refused: string } | { kicked: number }

/** Numerics for a refused JOIN that irc-framework does not know: 477 needs a registered nick, 405 and 520 are limits. */
const REFUSALS = new Set(['477', '405', '520', '489', '437'])

export function channels(context: ChannelsContext): Channels {
  const { settled, client, out, changed } = context
  const fold = (channel: string) => client.caseLower(channel)
  const rooms = new Map<string, Membership>(settled.channels.map((channel) => [channel, 'pending']))
  const kicks = new Map<string, number>()

  const named = (channel: string) => settled.channels.find((ours) => fold(ours) === fold(channel))
  const isMe = (who: string) => client.caseCompare(who, client.user.nick)
  const set = (channel: string, membership: Membership) => {
    const ours = named(channel)
    if (ours === undefined) return
    rooms.set(ours, membership)
    changed()
  }
  const join = (channel: string) =>
    void out.put({ rank: rank.control, wire: `JOIN ${channel}`, send: () => client.raw('JOIN', channel) })

  const thrownOut = (channel: string) => {
    const ours = named(channel)
    if (ours === undefined) return
    const count = (kicks.get(ours) ?? 0) + 1
    kicks.set(ours, count)
    set(ours, { kicked: count })
    if (count <= settled.limits.kicks) context.later(settled.patience.rejoinMs, () => join(ours))
  }

  client.on('join', (event) => {
    if (isMe(event.nick)) set(event.channel, 'joined')
  })
  client.on('part', (event) => {
    if (isMe(event.nick)) thrownOut(event.channel)
  })
  client.on('kick', (event) => {
    if (isMe(event.kicked)) thrownOut(event.channel)
  })
  client.on('irc error', ({ channel, error }) => {
    const ours = channel === undefined ? undefined : named(channel)
    if (ours !== undefined && rooms.get(ours) === 'pending') set(ours, { refused: error })
  })
  client.on('unknown command', ({ command, params }) => {
    if (REFUSALS.has(command) && params[1] !== undefined) set(params[1], { refused: params.at(-1) ?? command })
  })

  const of = (test: (membership: Membership) => boolean) =>
    [...rooms].filter(([, membership]) => test(membership)).map(([channel]) => channel)

  return {
    persist() {
      for (const channel of settled.channels) join(channel)
      context.every(settled.patience.retryMs, () => {
        for (const channel of of((membership) => membership === 'pending' || isRefused(membership))) join(channel)
      })
    },
    has(room) {
      const ours = named(room.replace(/^[~&@%+]+(?=[#&+!])/, ''))
      return ours !== undefined && rooms.get(ours) === 'joined'
    },
    get joined() {
      return of((membership) => membership === 'joined')
    },
    get pending() {
      return of((membership) => membership === 'pending').length > 0
    },
    get problem() {
      const missing = of((membership) => membership !== 'joined' && membership !== 'pending')
      return missing.length > 0 ? `not in ${missing.join(' ')}` : null
    },
  }
}

const isRefused = (membership: Membership) => typeof membership === 'object' && 'refused' in membership
