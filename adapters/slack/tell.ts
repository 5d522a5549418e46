import {
  DUFFY,
  leaseView,
  stillEnding,
  type Address,
  type Message as NoticeMessage,
  type Notice,
  type Said,
} from '#core'
import { fingerprint } from '../digest.ts'
import { warning } from './blocks/lease.ts'
import { errorOf, type Message } from './calls.ts'
import { userOf, type Context } from './context.ts'
import { shown } from './text.ts'
import * as words from './words.ts'

type Delivery = 'sent' | 'absent'

/** Tells somebody something unasked. What is no longer so by now is not told. */
export const teller = (context: Context): ((to: Address, notice: Notice) => Promise<Delivery>) => {
  /** Whom we could not reach directly is told so once where they asked, however often we try. */
  const complained = new Set<string>()

  const complain = async (to: Address, user: string): Promise<void> => {
    const key = `${to.identity} ${to.room ?? ''}`
    if (to.room === null || complained.has(key)) return
    if (complained.size >= MOST_COMPLAINTS) complained.clear()
    complained.add(key)
    await inRoom(context, to.room, user, { room: [words.noDirect], person: [] })
  }

  return async (to, { message }) => {
    if (to.identity === DUFFY) return announce(context, to, await context.ports.notice(message))
    const user = userOf(context, to.identity)
    if (user === null) return 'absent'
    try {
      return await tell(context, { to, user, message })
    } catch (fault) {
      if (!UNREACHABLE.has(errorOf(fault) ?? '')) throw fault
      context.ports.log('warn', 'somebody cannot be told directly', { user, error: errorOf(fault) })
      await complain(to, user)
      return 'absent'
    }
  }
}

/** To a channel, whoever is there. */
const announce = async (context: Context, { room }: Address, { room: lines }: Said): Promise<Delivery> => {
  if (room === null) return 'absent'
  const until = context.ports.clock() + context.limits.unaskedMs
  const posted = await context.calls.post({ channel: room }, { text: shown(lines) }, until)
  return posted === 'stale' ? 'absent' : 'sent'
}

const MOST_COMPLAINTS = 1_000

/** Their account or their conversation with us is closed. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'user_not_found',
  'user_disabled',
  'user_not_visible',
  'cannot_dm_bot',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'messages_tab_disabled',
  'restricted_action',
])

interface Telling {
  readonly to: Address
  readonly user: string
  readonly message: NoticeMessage
}

const tell = async (context: Context, { to, user, message }: Telling): Promise<Delivery> => {
  const { ports, cards, limits } = context
  const until = ports.clock() + limits.unaskedMs
  const direct = async (one: Message): Promise<Delivery> => {
    const posted = await context.calls.post({ channel: await context.calls.direct(user) }, one, until)
    return posted === 'stale' ? 'absent' : 'sent'
  }
  if (message.type === 'leaseEnding' || message.type === 'leasesEnding') {
    const one = await warningOf(context, message)
    return one === null ? 'sent' : direct(one)
  }
  const said = await ports.notice(message)
  const isCard =
    message.type === 'leaseReady' && (await ports.look((fleet) => fleet.leases.get(message.lease) !== undefined))
  if (!isCard) {
    if (to.room === null) return direct({ text: shown([...said.room, ...said.person]) })
    await inRoom(context, to.room, user, said)
    return 'sent'
  }
  if ((await cards.show(message.lease, user, until)) === 'stale') return 'absent'
  if (to.room !== null) await inRoom(context, to.room, user, { room: said.room, person: [] })
  return 'sent'
}

/** Null: what it warns of is over, or ends at another time by now. */
const warningOf = async (
  { ports, limits }: Context,
  message: Extract<NoticeMessage, { type: 'leaseEnding' | 'leasesEnding' }>,
): Promise<Message | null> => {
  const { room, person } = await ports.notice(message)
  return ports.look((fleet, at) => {
    const leases = stillEnding(fleet, message, at)
      .filter(({ until }) => at <= until)
      .map(({ lease }) => leaseView(fleet, fleet.leases.need(lease)))
    if (leases.length === 0) return null
    return warning([...room, ...person], leases, { at, fingerprint, extendMs: limits.extendMs })
  })
}

/** In the thread where they asked. A thread that is gone is nobody's loss. */
const inRoom = async (context: Context, room: string, user: string, { room: lines }: Said): Promise<void> => {
  const [channel, thread] = room.split(':')
  if (channel === undefined || thread === undefined || lines.length === 0) return
  const until = context.ports.clock() + context.limits.unaskedMs
  try {
    await context.calls.post({ channel, thread }, { text: `<@${user}> ${shown(lines)}` }, until)
  } catch (fault) {
    context.ports.log('warn', 'a thread could not be answered', { channel, fault: String(fault) })
  }
}
