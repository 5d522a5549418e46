import type { Log } from '../log.ts'

/** One line addressed to Duffy, its speaker vouched for by the network. */
export interface Heard {
  /** The services account, folded by the network's casemapping; the folded nick where nicks are trusted. */
  account: string
  nick: string
  /** The channel, with its STATUSMSG prefix if only a group of it was spoken to; null in private. */
  room: string | null
  /** What was said after the address: plain text without formatting. */
  text: string
  /** The server's msgid, so that a line delivered twice acts once; null if it gives none. */
  id: string | null
}

/**
 * One line of an answer. `room` goes where the command was given, `person` in private to the account that gave it;
 * to a command given in private both are private. `urgent` passes waiting lines, for warnings and faults.
 */
export interface Reply {
  to: 'room' | 'person'
  text: string
  urgent?: boolean
}

/** What the door needs from Duffy. A `hear` that rejects is answered with a reference and logged. */
export interface IrcPorts {
  hear(line: Heard): Promise<readonly Reply[]>
  readonly log: Log
}

/** Where an unasked notice goes: the place a person last spoke from. */
export interface IrcAddress {
  account: string
  nick: string
  room: string | null
}

/**
 * `waiting` for the next attempt, `connecting`, `registering`, `identifying` (connected, but not logged in to our
 * account: commands are refused), `joining`, `ready`, or `closed` for good.
 */
export type IrcPhase = 'waiting' | 'connecting' | 'registering' | 'identifying' | 'joining' | 'ready' | 'closed'

/** For a health endpoint. Instants are milliseconds since the epoch. */
export interface IrcState {
  phase: IrcPhase
  /** Why it is not ready, or the last thing that went wrong with the nick or a channel. */
  problem: string | null
  nick: string
  /** How speakers are known: by account, by nick (an operator's choice), or not at all. */
  vouching: 'account' | 'nick' | 'none'
  caps: readonly string[]
  channels: readonly string[]
  queueLength: number
  attempts: number
  connectedAt: number | null
  lastPongAt: number | null
}

export interface IrcDoor extends AsyncDisposable {
  state(): IrcState
  /**
   * Says something unasked. Nothing is sent unless the nick holds that account at this moment; room lines are
   * notices. `absent` when the person or this door is not there, or the lines grew stale in the queue.
   */
  tell(address: IrcAddress, replies: readonly Reply[]): Promise<'sent' | 'absent'>
  /** Says something to a channel, whoever is in it. `absent` while this door is not in it. */
  announce(room: string, lines: readonly string[]): Promise<'sent' | 'absent'>
}
