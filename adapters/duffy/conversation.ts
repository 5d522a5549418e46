import {
  answer,
  answerSaid,
  keyedSaid,
  leftSaid,
  looksOf,
  messageSaid,
  misreadSaid,
  outcomeSaid,
  harmOf,
  harmSaid,
  readLine,
  readValues,
  refusalSaid,
  verbNamed,
  type Address,
  type Answer,
  type Ask,
  type Command,
  type Identity,
  type Instant,
  type Message,
  type Misread,
  type Question,
  type Refusal,
  type Said,
} from '#core'
import { confirmations, YES_WITHIN_MS, type Confirmations } from './confirmations.ts'
import { fingerprint } from '../digest.ts'
import { shownCode, typedCode, withLinkCode, type SendCode } from '../link-code.ts'
import type { EstimateDesk } from './estimate-desk.ts'
import type { Presence } from '../http/ports.ts'
import { Busy, type Lane } from '../lane.ts'
import { pastOf, type PastPorts, type Remembered } from '../past.ts'
import type { History } from '../store/port.ts'

/** Somebody who typed a line, vouched for by a door. */
export interface Speaker {
  readonly identity: Identity
  readonly address: Address
  /** Where they said it, as the config names control rooms; null: in private. */
  readonly room: string | null
  /** The door's own id of the line, so that the same line delivered twice acts once; null if the door has none. */
  readonly id: string | null
}

/** What the fields of a form came to. `said` has the words in every case. */
export type Filled =
  | { readonly type: 'misread'; readonly misread: Misread; readonly said: Said }
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly said: Said }
  | { readonly type: 'said'; readonly said: Said }

/** Talk in lines, for every chat door: what a line comes to, and what a notice says. */
export interface Conversation {
  reply(line: string, from: Speaker): Promise<Said>
  /** The same for fields that came apart already. */
  fill(verb: string, fields: Readonly<Record<string, string>>, from: Speaker): Promise<Filled>
  /** A question's answer as data, for a door that has more than lines to show it in. */
  ask(question: Question, by: Identity): Promise<Answer>
  notice(message: Message): Promise<Said>
}

export interface ConversationPorts {
  readonly lane: Lane
  readonly store: History
  readonly refusals: Remembered
  readonly artifacts?: NonNullable<PastPorts['artifacts']>
  readonly desk: EstimateDesk
  readonly presence: Pick<Presence, 'seen'>
  /** Null: this Duffy sends no mail. */
  readonly sendCode: SendCode | null
  /** Where a code to link by can be said with an API key; null: nobody knows how this Duffy is reached. */
  readonly linkPage: string | null
  /** How a line is typed at this door: `!duffy done L7Q2`. */
  readonly say: (line: string) => string
}

export const conversation = (ports: ConversationPorts): Conversation => {
  const { lane, say } = ports
  const open = confirmations()
  return {
    async reply(line, from) {
      const word = line.trim().toLowerCase().replace(/[.!]$/, '')
      if (word === 'yes' || word === 'no') return (await unlessBusy(agreed(ports, open, word, from))).said
      const read = await lane.read((_, at) => readLine(line, { fingerprint, address: from.address, at }))
      if (read.type === 'misread') return misreadSaid(read, { say })
      if (read.verb.keyed === true) return lane.read((_, at) => keyedSaid(read.verb, { say, at }))
      return (await unlessBusy(act(ports, open, read.ask, { ...from, typed: typedCode(line) }))).said
    },
    async fill(name, fields, from) {
      const { address } = from
      const read = await lane.read((_, at) => readValues(verbNamed(name)!, fields, { fingerprint, address, at }))
      if (read.type !== 'misread') return unlessBusy(act(ports, open, read.ask, { ...from, typed: null }))
      return { type: 'misread', misread: read, said: misreadSaid(read, { say }) }
    },
    ask: (question, by) => found(ports, { question, by, room: null }, (answered) => answered),
    notice: (message) => lane.read((fleet, at) => messageSaid(message, { fleet, say, at, fingerprint })),
  }
}

const unlessBusy = async (acting: Promise<Filled>): Promise<Filled> => {
  try {
    return await acting
  } catch (fault) {
    if (!(fault instanceof Busy)) throw fault
    const line = `I am busy, and nothing was done. Try again in ${Math.ceil(fault.retryAfterMs / 1000)} s.`
    return { type: 'said', said: { room: [line], person: [] } }
  }
}

/** Who speaks, and the code to link by that their line has. */
interface Typist extends Speaker {
  readonly typed: string | null
}

const act = async (ports: ConversationPorts, open: Confirmations, ask: Ask, from: Typist): Promise<Filled> => {
  const { lane, say } = ports
  const { identity, room, id, address } = from
  if (ask.type === 'question')
    return found(ports, { question: ask.question, by: identity, room }, (answered, at) => ({
      type: 'said',
      said: answerSaid(answered, { say, at, fingerprint, ...triedIn(ask.question) }),
    }))
  const { command } = ask
  const asked = await lane.read((fleet, at): Said | null => {
    const harm = harmOf(fleet, { id, by: identity, door: address.door, room, at, command })
    if (harm === null) return null
    open.ask(placeOf(from), harm, at)
    return harmSaid(harm, { say, at, withinMs: YES_WITHIN_MS })
  })
  return asked === null ? carryOut(ports, command, from) : { type: 'said', said: asked }
}

/** A yes, or a no, to what was asked last where it is said. */
const agreed = async (
  ports: ConversationPorts,
  open: Confirmations,
  word: 'yes' | 'no',
  from: Speaker,
): Promise<Filled> => {
  const { lane, say } = ports
  if (word === 'no') {
    open.no(placeOf(from))
    return lane.read((_, at) => ({ type: 'said', said: leftSaid({ say, at }) }))
  }
  const command = await lane.read((_, at) => open.yes(placeOf(from), from.id, at))
  return command === null
    ? refusedBy(ports, { type: 'nothingAsked', withinMs: YES_WITHIN_MS })
    : carryOut(ports, command, { ...from, typed: null })
}

/** Somebody, where they are heard. */
const placeOf = ({ identity, address, room }: Speaker): string => JSON.stringify([identity, room, address.room])

const carryOut = async (
  ports: ConversationPorts,
  wanted: Command,
  { identity, address, room, id, typed }: Typist,
): Promise<Filled> => {
  const { lane, desk, say, linkPage } = ports
  const coded = withLinkCode(wanted)
  if (coded !== null && coded.mail !== null && ports.sendCode === null) return refusedBy(ports, { type: 'noMail' })
  const command = coded?.command ?? wanted
  // A code is told once: the same line again is given another.
  const told = await lane.ask({ id: coded === null ? id : null, by: identity, door: address.door, room, command })
  if (told.type === 'accepted' && coded !== null && coded.mail !== null) await ports.sendCode?.(coded.mail, coded.code)
  return lane.read((fleet, at) => {
    if (told.type === 'refused') {
      const about = { asked: wanted, ...(told.why?.more === true && { ref: told.why.ref }) }
      return { type: 'refused', refusal: told.refusal, said: refusalSaid(told.refusal, { say, at, ...about }) }
    }
    const estimates = desk.at(fleet, at)
    const said = outcomeSaid(told.outcome, {
      fleet,
      say,
      at,
      fingerprint,
      estimates,
      ...shownCode(coded, typed),
      ...(linkPage !== null && { linkPage }),
    })
    return { type: 'said', said }
  })
}

/** A command that was only tried: what it is refused with is told in its terms. */
const triedIn = (question: Question): { readonly asked?: Command } =>
  question.ask === 'preview' ? { asked: question.command } : {}

const refusedBy = ({ lane, say }: ConversationPorts, refusal: Refusal): Promise<Filled> =>
  lane.read((_, at) => ({ type: 'refused', refusal, said: refusalSaid(refusal, { say, at }) }))

const found = async <T>(
  ports: ConversationPorts,
  { question, by, room }: { readonly question: Question; readonly by: Identity; readonly room: string | null },
  then: (answered: Answer, at: Instant) => T,
): Promise<T> => {
  const { lane, desk, presence } = ports
  const past = await pastOf(ports, question)
  return lane.read((fleet, at) => {
    const answered = answer(fleet, { by, at, room }, question, past, desk.at(fleet, at))
    presence.seen(looksOf(fleet, by, answered))
    return then(answered, at)
  })
}
