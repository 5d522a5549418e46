import type { Outcome } from '../command.ts'
import type { Refusal } from '../refusal.ts'
import { openly, privately, type Said, type Telling } from './said.ts'
import { clock, span } from './time.ts'

type Quiet = Extract<Outcome, { type: 'snoozed' | 'muted' }>

/** What somebody wants to hear later, or not at all. */
export const quietSaid = (outcome: Quiet, { say, at }: Telling): Said => {
  switch (outcome.type) {
    case 'snoozed': {
      const { lease, until } = outcome
      return openly(
        `I will remind you in ${span(Math.max(outcome.at - at, 1000))}. Lease ${lease} ends at ${clock(until, at)} as before. More time: ${say(`extend ${lease} 2h`)}`,
      )
    }
    case 'muted':
      return outcome.until === null
        ? privately(`I tell you everything again. Where: ${say('whoami')}`)
        : privately(
            `Until ${clock(outcome.until, at)} I tell you nothing but the last warning before a lease ends, and what becomes of your accounts. Before that: ${say('unmute')}`,
          )
  }
}

export type AboutQuiet = Extract<Refusal, { type: 'snoozeTooLong' | 'toldNowhere' }>

export const isAboutQuiet = (refusal: Refusal): refusal is AboutQuiet =>
  refusal.type === 'snoozeTooLong' || refusal.type === 'toldNowhere'

export const quietRefused = (refusal: AboutQuiet, { say, at }: Telling): Said => {
  switch (refusal.type) {
    case 'snoozeTooLong':
      return openly(
        `${refusal.lease} ends at ${clock(refusal.until, at)}, before that; nothing was changed. More time: ${say(`extend ${refusal.lease} 2h`)}`,
      )
    case 'toldNowhere':
      return openly(
        `Nobody is told of ${refusal.lease}: it was asked for where nobody hears; nothing was changed. To be told from now on: ${say('link')}`,
      )
  }
}
