import { entitlement, unspell, type Command, type Fleet } from '#core'
import type { Caller } from '../api-key.ts'
import { sessionOfNumber, type Session } from '../facade/session.ts'
import { callerOfUuid } from '../facade/uuid-key.ts'
import type { Answer } from '../route.ts'
import { refusalWords } from '../words.ts'
import { badKey, json, parameter, tooOften, type Asked, type LegacyRoute } from './route.ts'

const DOOR = 'legacy'

/** The session is over, and its machines are on their way back. */
export const done: LegacyRoute = (asked) =>
  withSession(asked, (caller, session) =>
    forEach(asked, caller, { session, command: ({ id }) => ({ do: 'done', what: id }) }),
  )

/** Its machines are kept, for somebody to look into what failed: all of them, or none where the tenant may keep no more so many. */
export const fail: LegacyRoute = (asked) =>
  withSession(asked, async (caller, session) => {
    const tooMany = await asked.call.door.ports.lane.read((fleet) => isTooMany(fleet, session))
    if (tooMany) return tooManyHeld()
    return forEach(asked, caller, {
      session,
      command: ({ id }) => ({ do: 'hold', what: id, forMs: null, reason: 'failed' }),
    })
  })

const isTooMany = (fleet: Fleet, session: Session): boolean => {
  const { name, holds } = fleet.tenants.need(session[0].tenant)
  const more = session.filter(({ hold }) => hold === null).reduce((total, lease) => total + entitlement(lease), 0)
  return more > 0 && fleet.held.of(name) + more > holds
}

const tooManyHeld = (): Answer =>
  json({ msg: 'Exceeded maximum allowed fail nodes limit, please release other machines to continue' }, 403)

interface Wish {
  readonly session: Session
  readonly command: (lease: Session[0]) => Command
}

/** Of several parts all are gone through, whatever one of them comes to. */
const forEach = async ({ call }: Asked, caller: Caller, { session, command }: Wish): Promise<Answer> => {
  const { lane, clock } = call.door.ports
  const replies = await Promise.all(
    session.map((lease) => lane.ask({ id: null, by: caller.identity, door: DOOR, command: command(lease) })),
  )
  const refusals = replies.flatMap((reply) => (reply.type === 'refused' ? [reply.refusal] : []))
  const refusal = refusals.find(({ type }) => type !== 'noSuchLease')
  if (refusal === undefined) return refusals.length === session.length ? notInProd() : json('Done')
  return refusal.type === 'tooManyHeld' ? tooManyHeld() : json({ msg: refusalWords(refusal, clock()) }, 403)
}

/** Whether there is such a session is looked at before whose it is, as ever. */
const withSession = async (
  { call, slow }: Asked,
  answer: (caller: Caller, lasting: Session) => Promise<Answer>,
): Promise<Answer> => {
  const key = parameter(call, 'key')
  if (key === undefined) return badKey()
  const { ports } = call.door
  const caller = await callerOfUuid(key, ports)
  if (caller === null ? slow.stranger() : slow.caller(caller.key)) return tooOften()
  const number = numberOf(parameter(call, 'ssid'))
  const session = number === null ? undefined : await sessionOfNumber(ports, number)
  if (session === undefined) return json({ msg: 'Invalid session ID' }, 403)
  if (caller === null || session[0].tenant !== caller.tenant) return badKey()
  const [first, ...rest] = session.filter(({ state }) => state.status !== 'ended')
  return first === undefined ? notInProd() : answer(caller, [first, ...rest])
}

const notInProd = (): Answer => json({ msg: 'Session not in Prod' })

/** Of a lease's id, or a number as the door for Duffy v3 tells it. Any part of a session names the whole of it. */
const numberOf = (text: string | undefined): number | null => {
  if (text === undefined) return null
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  return /^L/i.test(text) ? unspell(text.toUpperCase()) : null
}
