import {
  answer,
  answerSaid,
  keyedSaid,
  messageSaid,
  misreadSaid,
  outcomeSaid,
  readLine,
  refusalSaid,
  type Address,
  type Ask,
  type Identity,
  type Message,
  type Question,
  type Said,
} from '#core'
import { fingerprint } from './digest.ts'
import type { EstimateDesk } from './estimates.ts'
import { Busy, type Lane } from './lane.ts'
import { pastOf } from './past.ts'
import type { History } from './store/port.ts'

/** Somebody who typed a line, vouched for by a door. */
export interface Speaker {
  readonly identity: Identity
  readonly address: Address
  /** The door's own id of the line, so that the same line delivered twice acts once; null if the door has none. */
  readonly id: string | null
}

/** Talk in lines, for every chat door: what a line comes to, and what a notice says. */
export interface Conversation {
  reply(line: string, from: Speaker): Promise<Said>
  notice(message: Message): Promise<Said>
}

const say = (line: string): string => `!duffy ${line}`

export const conversation = (lane: Lane, store: History, desk: EstimateDesk): Conversation => ({
  async reply(line, from) {
    const read = await lane.read((_, at) => readLine(line, { fingerprint, address: from.address, at }))
    if (read.type === 'misread') return lane.read((_, at) => misreadSaid(read, { say, at }))
    if (read.verb.keyed === true) return lane.read((_, at) => keyedSaid(read.verb, { say, at }))
    try {
      return await act({ lane, store, desk }, read.ask, from)
    } catch (fault) {
      if (fault instanceof Busy)
        return {
          room: [`I am busy, and nothing was done. Try again in ${Math.ceil(fault.retryAfterMs / 1000)} s.`],
          person: [],
        }
      throw fault
    }
  },
  notice: (message) => lane.read((fleet, at) => messageSaid(message, { fleet, say, at, fingerprint })),
})

interface Ports {
  readonly lane: Lane
  readonly store: History
  readonly desk: EstimateDesk
}

const act = async (ports: Ports, ask: Ask, { identity, address, id }: Speaker): Promise<Said> => {
  if (ask.type === 'question') return reply(ports, ask.question, identity)
  const { lane, desk } = ports
  const told = await lane.ask({ id, by: identity, door: address.door, command: ask.command })
  return lane.read((fleet, at) => {
    if (told.type === 'refused') return refusalSaid(told.refusal, { say, at })
    return outcomeSaid(told.outcome, { fleet, say, at, fingerprint, estimates: desk.at(fleet, at) })
  })
}

const reply = async ({ lane, store, desk }: Ports, question: Question, by: Identity): Promise<Said> => {
  const past = await pastOf(store, question)
  return lane.read((fleet, at) => {
    const found = answer(fleet, { by, at }, question, past, desk.at(fleet, at))
    return answerSaid(found, { say, at, fingerprint })
  })
}
