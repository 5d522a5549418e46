import type { Asked, Outcome } from '../command.ts'
import type { Notice } from '../effect.ts'
import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Refusal } from '../refusal.ts'
import type { PersonId } from '../id.ts'

/** What a command comes to. Its events have already happened to the fleet, whose journal can take them back. */
export type Decision =
  | {
      readonly type: 'accepted'
      readonly by: PersonId | 'duffy'
      readonly events: readonly Event[]
      readonly notices: readonly Notice[]
      readonly outcome: Outcome
    }
  | { readonly type: 'refused'; readonly refusal: Refusal }

export declare const decide: (fleet: Fleet, asked: Asked) => Decision
