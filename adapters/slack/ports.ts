import type { Address, Answer, Fleet, Identity, Instant, Lease, LeaseId, Message, Notice, Question, Said } from '#core'
import type { Log } from '../log.ts'

/** Somebody who said something, vouched for by Slack's signature. */
export interface Speaker {
  readonly identity: Identity
  readonly address: Address
  /** The channel where it was said, `slack:<channel id>`; null: in private. */
  readonly room: string | null
  /** What Slack calls the payload, so that one delivered twice acts once. */
  readonly id: string
}

/** What the fields of a form came to: something wrong with one of them, or an answer. */
export type Filled =
  | { readonly type: 'wrong'; readonly argument: string | null; readonly sentence: string }
  | { readonly type: 'said'; readonly said: Said }

/** A message about a lease, so that it is found again when the lease changes. */
export interface Card {
  readonly lease: LeaseId
  readonly channel: string
  /** Slack's name of the message within its channel. */
  readonly ts: string
  /** What it shows: a digest of the lease as it was then. */
  readonly shown: string
}

/** Where cards are kept, to outlive a restart. */
export interface Cards {
  cards(): Promise<readonly Card[]>
  putCard(card: Card): Promise<void>
  removeCard(lease: LeaseId): Promise<void>
}

/** What the door needs of the rest of Duffy. */
export interface SlackPorts {
  readonly say: (line: string, from: Speaker) => Promise<Said>
  /** The fields of a form for this verb. */
  readonly fill: (verb: string, fields: Readonly<Record<string, string>>, from: Speaker) => Promise<Filled>
  readonly ask: (question: Question, by: Identity) => Promise<Answer>
  /** What a notice says. */
  readonly notice: (message: Message) => Promise<Said>
  readonly look: <T>(question: (fleet: Fleet, at: Instant) => T) => Promise<T>
  /** A lease that may have ended; undefined if there never was one. */
  readonly lease: (id: LeaseId) => Promise<Lease | undefined>
  /** Calls after each commit with the ids of the leases that changed; the result ends it. */
  readonly onLeases: (listener: (leases: readonly LeaseId[]) => void) => () => void
  readonly cards: Cards
  readonly clock: () => number
  readonly log: Log
}

export interface SlackDoor extends AsyncDisposable {
  /** Answers a request of Slack's, once it has been checked. Null where nothing is taken over HTTP. */
  readonly receive: ((request: Incoming) => Promise<Reply>) | null
  /** `absent`: it could not be said now. */
  tell(to: Address, notice: Notice): Promise<'sent' | 'absent'>
}

/** A request as it came. */
export interface Incoming {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

export interface Reply {
  readonly status: number
  readonly type: string | null
  readonly body: string
}
