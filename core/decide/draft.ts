import type { Asked } from '../command.ts'
import type { SshKey } from '../ssh-key.ts'
import type { Message, Notice } from '../effect.ts'
import type { Event } from '../event.ts'
import { evolve } from '../evolve/index.ts'
import type { Fleet } from '../fleet.ts'
import {
  DUFFY,
  personId,
  runId,
  type AddressRef,
  type Fingerprint,
  type Identity,
  type Instant,
  type LeaseId,
  type PersonId,
} from '../id.ts'
import type { Machine } from '../machine.ts'
import type { OperatorPlace } from '../operators.ts'
import type { Address } from '../request.ts'
import { isMuted, privateAddress } from '../policy/selves.ts'
import type { Run, Step } from '../run.ts'
import type { Person } from '../tenant.ts'

export interface Mark {
  readonly events: number
  readonly notices: number
  readonly journal: number
}

/** A decision in the making: each event happens to the fleet as it is settled on, so that what follows sees it. */
export class Draft {
  readonly fleet: Fleet
  readonly at: Instant
  readonly identity: Identity
  readonly events: Event[] = []
  readonly notices: Notice[] = []

  constructor(fleet: Fleet, asked: Asked) {
    this.fleet = fleet
    this.at = asked.at
    this.identity = asked.by
  }

  emit(event: Event): void {
    evolve(this.fleet, event, this.at)
    this.events.push(event)
  }

  /** A place to come back to with `undoTo`. */
  mark(): Mark {
    return { events: this.events.length, notices: this.notices.length, journal: this.fleet.journal.mark() }
  }

  /** Nothing that was settled on since has happened. */
  undoTo({ events, notices, journal }: Mark): void {
    this.events.length = events
    this.notices.length = notices
    this.fleet.journal.undoTo(journal)
  }

  /** An address whose text was erased since is told nothing, and one whose owner wants to hear nothing only what they cannot do without. */
  tell(to: AddressRef | null, message: Message): void {
    const address = this.addressOf(to)
    if (address !== undefined && !isMuted(this.fleet, address.identity, this.at)) this.tellThere(address, message)
  }

  tellThere(to: Address, message: Message): void {
    this.notices.push({ to, message })
  }

  addressOf(to: AddressRef | null): Address | undefined {
    const text = to === null ? undefined : this.fleet.personal.get(to)?.text
    return text === undefined ? undefined : (JSON.parse(text) as Address)
  }

  /** In private, wherever they are reached. */
  tellPerson(person: Person, message: Message): void {
    const to = privateAddress(this.fleet, person)
    if (to !== null) this.notices.push({ to, message })
  }

  /** To a room, whoever is there. */
  announce({ door, room }: OperatorPlace, message: Message): void {
    this.notices.push({ to: { door, identity: DUFFY, nick: '', room }, message })
  }

  /** The machine's next step; `dueAt` in the future if it is to wait. */
  owe(
    step: Step,
    machine: Machine,
    lease: LeaseId | null,
    again: Pick<Run, 'attempt' | 'dueAt' | 'collect'> = { attempt: 1, dueAt: this.at },
  ): void {
    const number = this.fleet.next('run')
    const run = {
      id: runId(number),
      number,
      step,
      machine: machine.name,
      lease,
      fence: machine.fence + 1,
      owedAt: this.at,
      ...again,
    }
    this.emit({ type: 'runOwed', run })
  }

  /** Who asks, as the log names them. */
  speaker(): PersonId | 'duffy' {
    return this.identity === DUFFY ? 'duffy' : this.person(this.identity)
  }

  /** Somebody's number, given when they are first met. */
  person(identity: Identity): PersonId {
    const known = this.fleet.personOf(identity)
    if (known !== undefined) return known.id
    const number = this.fleet.next('person')
    const person = personId(number)
    this.emit({ type: 'personJoined', person, number })
    this.#remember(person, identity)
    return person
  }

  /** Keeps a key's text where it can be erased; the log knows it by fingerprint. */
  keep(key: SshKey): Fingerprint {
    this.#remember(key.fingerprint, key.line)
    return key.fingerprint
  }

  /** Keeps where somebody is to be told things, under the name that they go by now. */
  reach(address: Address): AddressRef {
    const { door, identity, room } = address
    const ref = `A/${this.person(identity)}/${door}/${room ?? ''}` as AddressRef
    this.#remember(ref, JSON.stringify(address))
    return ref
  }

  #remember(ref: string, text: string): void {
    if (this.fleet.personal.get(ref)?.text !== text) this.fleet.personal.put(ref, { ref, text })
  }
}
