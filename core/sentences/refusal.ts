import type { Refusal } from '../refusal.ts'
import { askingRefused } from './refusal-asking.ts'
import { isAboutLinks, linkRefused, type AboutLinks } from './link.ts'
import { maintenanceRefused } from './maintenance.ts'
import { isAboutQuiet, quietRefused, type AboutQuiet } from './quiet.ts'
import { harmRefused, isAboutHarm, type AboutHarm } from './harm.ts'
import { ownRefused } from './refusal-own.ts'
import { reservationRefused } from './reserve.ts'
import { isAboutTenants, tenantRefused, type AboutTenants } from './tenants.ts'
import { isAboutWebhooks, webhookRefused, type AboutWebhooks } from './webhooks.ts'
import { capital, counted, listed, openly, privately, type RefusalTelling, type Said, type Telling } from './said.ts'

/** A lawful "no" in words: what did not happen, and what to type next; with a reference also how to ask why. */
export function refusalSaid(refusal: Refusal, telling: RefusalTelling): Said {
  const said = saidOf(refusal, telling)
  const { ref, say } = telling
  if (ref === undefined) return said
  const withWhy = (lines: readonly string[]): string[] =>
    lines.map((line, at) => (at === lines.length - 1 ? `${line.replace(/[.]$/, '')}. Why: ${say(`why ${ref}`)}` : line))
  return said.room.length > 0 ? { ...said, room: withWhy(said.room) } : { ...said, person: withWhy(said.person) }
}

const saidOf = (refusal: Refusal, telling: RefusalTelling): Said => {
  if (isAboutLinks(refusal)) return linkRefused(refusal, telling)
  if (isAboutHarm(refusal)) return harmRefused(refusal, telling)
  if (isAboutTenants(refusal)) return tenantRefused(refusal, telling)
  if (isAboutWebhooks(refusal)) return webhookRefused(refusal, telling)
  return isAboutQuiet(refusal) ? quietRefused(refusal, telling) : plainly(refusal, telling)
}

type Others = Exclude<Refusal, AboutLinks | AboutTenants | AboutQuiet | AboutHarm | AboutWebhooks>

const plainly = (refusal: Others, telling: RefusalTelling): Said => {
  switch (refusal.type) {
    case 'stranger':
    case 'operatorsOnly':
    case 'controlRoomOnly':
    case 'idUsedBefore':
    case 'badSite':
    case 'staleRun':
      return plainlyRefused(refusal, telling)
    case 'noSuchType':
    case 'noSuchPool':
    case 'noSuchArch':
    case 'noSuchLabel':
    case 'neverEnough':
    case 'overQuota':
    case 'tooMany':
    case 'tooLongText':
    case 'badCount':
    case 'cannotCollect':
    case 'badPriority':
    case 'leaseTooShort':
    case 'leaseTooLong':
    case 'noKeys':
    case 'pollTooShort':
    case 'noneFree':
    case 'queueFull':
    case 'noSuchPlatform':
    case 'badNotify':
      return askingRefused(refusal, telling)
    case 'noRoom':
    case 'tooFarAhead':
      return reservationRefused(refusal, telling)
    case 'noSuchTarget':
    case 'endsBeforeStart':
    case 'noMaintenance':
    case 'badRecurrence':
    case 'maintenanceAhead':
      return maintenanceRefused(refusal, telling)
    case 'noSuchLease':
    case 'noSuchRequest':
    case 'noSuchMachine':
    case 'noSuchRefusal':
    case 'holdsNothing':
    case 'waitsForNothing':
    case 'whichLease':
    case 'whichRequest':
    case 'whichMachine':
    case 'notQuarantined':
    case 'notActive':
    case 'cannotExtend':
    case 'endsLater':
    case 'awaited':
    case 'tooManyHeld':
    case 'holdTooLong':
    case 'unknownKey':
      return ownRefused(refusal, telling)
  }
}

type Plain = Extract<
  Refusal,
  { type: 'stranger' | 'operatorsOnly' | 'controlRoomOnly' | 'idUsedBefore' | 'badSite' | 'staleRun' }
>

const plainlyRefused = (refusal: Plain, { say }: Telling): Said => {
  switch (refusal.type) {
    case 'stranger':
      return openly(
        `${refusal.identity} belongs to no tenant here, so nothing was done. If I know you elsewhere, say in private: ${say('link')}. If not, an admin of your tenant is to say: ${say(`members add ${refusal.identity}`)}`,
      )
    case 'operatorsOnly':
      return openly(`That is for operators only; nothing was done. What you can do: ${say('help')}`)
    case 'controlRoomOnly': {
      const where =
        refusal.rooms.length === 0
          ? 'this site has no control room (the config names them: operators.controlRooms), so use'
          : `say it in ${listed(refusal.rooms)}, or use`
      return openly(
        `You are an operator, but are not obeyed as one here; nothing was done. ${capital(where)} the command line with an operator's key. Who you are: ${say('whoami')}`,
      )
    }
    case 'idUsedBefore':
      return openly(
        `The id "${refusal.id}" stood on another command before; nothing was done. Send this one with an id of its own; what you have: ${say('list')}`,
      )
    case 'badSite':
      return privately(
        `The config was not applied. ${counted(refusal.faults.length, 'fault')}:`,
        refusal.faults.slice(0, 5).join('; '),
        `Mend it and apply it again; what runs now: ${say('pools')}`,
      )
    case 'staleRun':
      return openly(`That run is over or replaced, so its result changed nothing. Where things stand: ${say('status')}`)
  }
}
