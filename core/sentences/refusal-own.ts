import type { Command } from '../command.ts'
import type { LeaseId } from '../id.ts'
import type { Held, Refusal } from '../refusal.ts'
import { MINUTE } from '../time.ts'
import { awaitedSaid } from './queue.ts'
import { capital, counted, listed, openly, privately, type RefusalTelling, type Said, type Telling } from './said.ts'
import { clock, span, typedSpan } from './time.ts'
import { typedCommand } from './typed.ts'

type AboutOwn = Extract<
  Refusal,
  {
    type:
      | 'noSuchLease'
      | 'noSuchRequest'
      | 'noSuchMachine'
      | 'noSuchRefusal'
      | 'holdsNothing'
      | 'waitsForNothing'
      | 'whichLease'
      | 'whichRequest'
      | 'whichMachine'
      | 'notQuarantined'
      | 'notActive'
      | 'cannotExtend'
      | 'endsLater'
      | 'awaited'
      | 'tooManyHeld'
      | 'holdTooLong'
      | 'unknownKey'
  }
>

/** Refusals about things that the asker has, or has not. */
export const ownRefused = (refusal: AboutOwn, { say, at, asked }: RefusalTelling): Said => {
  switch (refusal.type) {
    case 'noSuchLease': {
      const held = refusal.held.length === 0 ? 'You hold nothing' : `You hold ${holdings(refusal.held)}`
      return openly(`You hold no "${refusal.asked}"; nothing was changed. ${held}. See ${say('list')}`)
    }
    case 'noSuchRequest': {
      const waiting = refusal.waiting.length === 0 ? 'You wait for nothing' : `You wait for ${listed(refusal.waiting)}`
      return openly(`No such request: "${refusal.asked}"; nothing was changed. ${waiting}. See ${say('list')}`)
    }
    case 'noSuchMachine': {
      const meant =
        refusal.suggestion === null ? `See ${say('list')}` : `Did you mean: ${say(`why ${refusal.suggestion}`)}`
      return openly(`There is no "${refusal.asked}" that I may tell you about. ${meant}`)
    }
    case 'noSuchRefusal':
      return openly(
        `I remember no refusal ${refusal.asked} of yours: I do for ${span(refusal.ms)}, the last ${refusal.most} of a tenant, until I am started anew. Nothing else is lost by that. Ask for the same again, and then why: ${say('help why')}`,
      )
    case 'holdsNothing':
      return openly(`You hold nothing, so nothing was changed. Get a machine: ${say('get metal')}`)
    case 'waitsForNothing':
      return openly(`You wait for nothing, so nothing was cancelled. What you hold: ${say('list')}`)
    case 'whichLease':
      return openly(
        `You hold ${refusal.held.length}: ${holdings(refusal.held)}. Which? e.g. ${say(typedOf(asked, refusal.held[0]!.lease))}`,
      )
    case 'whichRequest':
      return openly(
        `You wait for ${refusal.waiting.length}: ${listed(refusal.waiting)}. Which? e.g. ${say(`cancel ${refusal.waiting[0] ?? 'R9K2'}`)}`,
      )
    case 'whichMachine':
      return openly(
        `Which of ${refusal.machines.length} is bad? Nothing was changed. Name it: ${say(`done ${refusal.machines[0] ?? 'metal-03'} bad because disk errors`)}`,
      )
    case 'notQuarantined':
      return openly(
        `${refusal.machine} is ${refusal.status}, not quarantined; nothing was changed. More: ${say(`why ${refusal.machine}`)}`,
      )
    case 'notActive':
      return openly(
        `Lease ${refusal.lease} is still being made ready, and its time has not begun; nothing was changed. Try again when it is ready, or give it back: ${say(`done ${refusal.lease}`)}`,
      )
    case 'cannotExtend':
      return openly(
        `${refusal.lease} can stay until ${clock(refusal.until, at)} at most (${span(refusal.longestMs)} a ${refusal.held ? 'hold' : 'lease'}); nothing was changed. When you are through: ${say(`done ${refusal.lease}`)}`,
      )
    case 'endsLater':
      return openly(
        `${refusal.lease} is yours until ${clock(refusal.until, at)} already; nothing was changed. To give it back before that: ${say(`done ${refusal.lease}`)}`,
      )
    case 'awaited':
      return openly(
        `${refusal.lease} can stay until ${clock(refusal.until, at)} and no longer: ${awaitedSaid(refusal.awaited, at)}; nothing was changed. Who waits: ${say(`queue ${refusal.awaited.machineType}`)}. When you are through: ${say(`done ${refusal.lease}`)}`,
      )
    case 'tooManyHeld':
      return tooManyHeld(refusal, say)
    case 'holdTooLong':
      return openly(holdTooLong(refusal, { say, at }))
    case 'unknownKey':
      return privately(`You have no key ${refusal.fingerprint}; nothing was removed. Your keys: ${say('keys')}`)
  }
}

const tooManyHeld = (
  { lease, tenant, count, held, most }: Extract<Refusal, { type: 'tooManyHeld' }>,
  say: Telling['say'],
): Said => {
  const next =
    held === 0 ? `More time: ${say(`extend ${lease} 2h`)}` : `Give one back that you are through with: ${say('list')}`
  return {
    room: [`That is more than ${tenant} may keep for debugging at once; nothing was changed. ${next}`],
    person: [
      `${tenant} keeps ${counted(held, 'machine')} and may keep ${most}; ${lease} would add ${count}. What it holds: ${say('list')}`,
    ],
  }
}

const holdTooLong = (
  { lease, asked, longestMs, of, last }: Extract<Refusal, { type: 'holdTooLong' }>,
  { say, at }: Telling,
): string => {
  const left = last - at
  const next =
    left < MINUTE
      ? `When you are through: ${say(`done ${lease}`)}`
      : `Try: ${say(`hold ${lease} for ${typedSpan(left)}`)}`
  return `${span(asked)} is too long; nothing was changed. ${capital(of)} may keep machines for debugging for ${span(longestMs)}, and ${lease} until ${clock(last, at)}. ${next}`
}

/** `L7Q2 (n33, n41) and L7Q9 (n42)` */
const holdings = (held: readonly Held[]): string =>
  listed(held.map(({ lease, machines }) => (machines.length === 0 ? lease : `${lease} (${listed(machines)})`)))

/** What was asked, of this lease. */
const typedOf = (asked: Command | undefined, what: LeaseId): string =>
  asked?.do === 'extend' || asked?.do === 'hold' ? typedCommand({ ...asked, what }) : `done ${what}`
