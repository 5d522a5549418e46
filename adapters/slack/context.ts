import type { Identity } from '#core'
import type { Calls, Us } from './calls.ts'
import type { CardBox } from './cards.ts'
import type { Limits } from './options.ts'
import type { People } from './people.ts'
import type { SlackPorts, Speaker } from './ports.ts'

/** What all handlers share. */
export interface Context {
  readonly us: Us
  readonly calls: Calls
  readonly people: People
  /** Whether somebody has said too much of late. */
  readonly flood: (user: string) => 'pass' | 'tell' | 'ignore'
  readonly cards: CardBox
  /** How often each form was sent back with a fault in it: mended, it is another command. */
  readonly returned: Map<string, number>
  readonly ports: SlackPorts
  readonly limits: Limits
}

/** Somebody as a signed payload has them, with every team that it names for them. */
export interface Sender {
  readonly user: string
  readonly teams: readonly (string | null | undefined)[]
}

export const DOOR = 'slack'

export const identityOf = ({ us }: Pick<Context, 'us'>, user: string): Identity =>
  `${DOOR}:${us.team}:${user}` as Identity

/** Null: the identity is nobody's of this workspace. */
export const userOf = ({ us }: Pick<Context, 'us'>, identity: Identity): string | null => {
  const start = `${DOOR}:${us.team}:`
  return identity.startsWith(start) ? identity.slice(start.length) : null
}

/** `room`: a thread, `C123:1700000000.000100`; null: they are told in private. `channel`: where they said it; null: in private too. */
export const speakerOf = (
  context: Pick<Context, 'us'>,
  user: string,
  said: { id: string; room: string | null; channel?: string },
): Speaker => {
  const identity = identityOf(context, user)
  return {
    identity,
    address: { door: DOOR, identity, nick: user, room: said.room },
    room: said.channel === undefined ? null : `${DOOR}:${said.channel}`,
    id: said.id,
  }
}
