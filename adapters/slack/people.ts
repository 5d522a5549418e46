import type { Limits } from './options.ts'
import { Bounded } from '../bounded.ts'

/** Why somebody whom Slack vouches for is not heard. `unknown`: Slack could not be asked. */
export type Stranger = 'foreign' | 'guest' | 'bot' | 'gone' | 'unknown'

/** What Slack says about a person, as far as it matters here. */
export interface Profile {
  readonly id?: string
  readonly team_id?: string
  readonly deleted?: boolean
  readonly is_bot?: boolean
  readonly is_restricted?: boolean
  readonly is_ultra_restricted?: boolean
  readonly is_stranger?: boolean
}

/** Who may speak to Duffy at all: full members of its own workspace. Whom they speak for is another question. */
export interface People {
  /** Null: they may. */
  stranger(user: string, teams: readonly (string | null | undefined)[]): Promise<Stranger | null>
  /** Slack says anew how it is with somebody. */
  learn(profile: Profile): void
}

interface PeoplePorts {
  readonly team: string
  /** `USLACKBOT` is a bot that is not marked as one. */
  readonly profile: (user: string) => Promise<Profile>
  readonly limits: Pick<Limits, 'personMs' | 'people'>
  readonly clock: () => number
  readonly onFault: (fault: unknown) => void
}

export const people = ({ team, profile, limits, clock, onFault }: PeoplePorts): People => {
  const known = new Bounded<string, { readonly stranger: Stranger | null; readonly at: number }>(limits.people)

  const keep = (user: string, stranger: Stranger | null): void => {
    known.set(user, { stranger, at: clock() })
  }

  return {
    async stranger(user, teams) {
      // Every team that a payload names for its sender has to be ours: with shared channels they can differ.
      if (teams.some((one) => one !== null && one !== undefined && one !== team)) return 'foreign'
      if (user === 'USLACKBOT') return 'bot'
      const found = known.get(user)
      if (found !== undefined && clock() - found.at < limits.personMs) return found.stranger
      try {
        const stranger = strangerIn(await profile(user), team)
        keep(user, stranger)
        return stranger
      } catch (fault) {
        onFault(fault)
        return 'unknown'
      }
    },
    learn(one) {
      if (one.id !== undefined && known.has(one.id)) keep(one.id, strangerIn(one, team))
    },
  }
}

const strangerIn = (one: Profile, team: string): Stranger | null => {
  if (one.is_stranger === true || (one.team_id !== undefined && one.team_id !== team)) return 'foreign'
  if (one.deleted === true) return 'gone'
  if (one.is_bot === true) return 'bot'
  return one.is_restricted === true || one.is_ultra_restricted === true ? 'guest' : null
}
