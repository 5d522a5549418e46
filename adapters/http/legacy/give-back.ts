import { leaseId, type Lease, type LeaseId } from '#core'
import type { Caller } from '../api-key.ts'
import { callerOfUuid } from '../facade/uuid-key.ts'
import type { Answer } from '../route.ts'
import { refusalWords } from '../words.ts'
import { badKey, json, parameter, tooOften, type Asked, type LegacyRoute } from './route.ts'

const DOOR = 'legacy'

/** The session is over, and its machines are on their way back. */
export const done: LegacyRoute = (asked) =>
  withSession(asked, async (caller, { id }) => {
    const { lane, clock } = asked.call.door.ports
    const reply = await lane.ask({ id: null, by: caller.identity, door: DOOR, command: { do: 'done', what: id } })
    if (reply.type === 'accepted') return json('Done')
    return reply.refusal.type === 'noSuchLease' ? notInProd() : json({ msg: refusalWords(reply.refusal, clock()) }, 403)
  })

/** Its machines are kept, for somebody to look into what failed. */
export const fail: LegacyRoute = (asked) =>
  withSession(asked, async (caller, { id }) => {
    const { lane, clock } = asked.call.door.ports
    const command = { do: 'hold', what: id, forMs: null, reason: 'failed' } as const
    const reply = await lane.ask({ id: null, by: caller.identity, door: DOOR, command })
    if (reply.type === 'accepted') return json('Done')
    if (reply.refusal.type === 'noSuchLease') return notInProd()
    const msg = reply.refusal.type === 'tooManyHeld' ? TOO_MANY_HELD : refusalWords(reply.refusal, clock())
    return json({ msg }, 403)
  })

const TOO_MANY_HELD = 'Exceeded maximum allowed fail nodes limit, please release other machines to continue'

/** Whether there is such a session is looked at before whose it is, as ever. */
const withSession = async (
  { call, slow }: Asked,
  answer: (caller: Caller, lease: Lease) => Promise<Answer>,
): Promise<Answer> => {
  const key = parameter(call, 'key')
  if (key === undefined) return badKey()
  const { ports } = call.door
  const caller = await callerOfUuid(key, ports)
  if (caller === null ? slow.stranger() : slow.caller(caller.key)) return tooOften()
  const id = ssidOf(parameter(call, 'ssid'))
  const lease =
    id === null
      ? undefined
      : ((await ports.lane.read((fleet) => fleet.leases.get(id))) ?? (await ports.store.lease(id)))
  if (lease === undefined) return json({ msg: 'Invalid session ID' }, 403)
  if (caller === null || lease.tenant !== caller.tenant) return badKey()
  return lease.state.status === 'ended' ? notInProd() : answer(caller, lease)
}

const notInProd = (): Answer => json({ msg: 'Session not in Prod' })

/** A lease's id, or its number, as the door for Duffy v3 tells it. */
const ssidOf = (text: string | undefined): LeaseId | null => {
  if (text === undefined) return null
  if (/^[1-9]\d{0,14}$/.test(text)) return leaseId(Number(text))
  return text.toUpperCase() as LeaseId
}
