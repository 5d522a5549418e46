import type { Outcome } from '../command.ts'
import type { Message } from '../effect.ts'
import { spacedCode } from '../link-code.ts'
import { MAIL } from '../policy/selves.ts'
import type { Refusal } from '../refusal.ts'
import { counted, listed, openly, privately, type Said, type Telling } from './said.ts'
import { clock } from './time.ts'

export type AboutLinks = Extract<
  Refusal,
  {
    type:
      | 'noSuchCode'
      | 'tooManyCodes'
      | 'ownCode'
      | 'linkedAlready'
      | 'linkElsewhere'
      | 'noMail'
      | 'noClaim'
      | 'notLinked'
      | 'speaksThrough'
  }
>

const ABOUT_LINKS: Readonly<Record<AboutLinks['type'], true>> = {
  noSuchCode: true,
  tooManyCodes: true,
  ownCode: true,
  linkedAlready: true,
  linkElsewhere: true,
  noMail: true,
  noClaim: true,
  notLinked: true,
  speaksThrough: true,
}
export const isAboutLinks = (refusal: Refusal): refusal is AboutLinks => refusal.type in ABOUT_LINKS

/** Refusals about who is who. */
export const linkRefused = (refusal: AboutLinks, { say, at }: Telling): Said => {
  switch (refusal.type) {
    case 'noSuchCode':
      return openly(
        `That code is wrong, used, or too old by now; nothing was linked. ${refusal.left === 0 ? 'That was the last try for now' : `${counted(refusal.left, 'try', 'tries')} left`}. A new code: say "link" in private where you are not known yet, then here ${say('link K7M2-9QPD-3TXA')}`,
      )
    case 'tooManyCodes':
      return openly(
        `You tried too many wrong codes, so none of yours is looked at until ${clock(refusal.until, at)}; nothing was linked. Meanwhile: ${say('whoami')}`,
      )
    case 'ownCode':
      return openly(
        `That code was given to you here; nothing was linked. Say it where Duffy knows you already, at the command line: duffy link K7M2-9QPD-3TXA, with your code. Who you are here: ${say('whoami')}`,
      )
    case 'linkedAlready':
      return openly(
        `${refusal.identity} is linked already, and nobody is two people; nothing was linked. There, first: ${say('unlink')}`,
      )
    case 'linkElsewhere':
      return openly(
        `${refusal.identity} speaks for tenant ${refusal.tenant}, you for another, and nobody speaks for two; nothing was linked. One of them is to leave its tenant first; an admin of ${refusal.tenant} can say: ${say(`members remove ${refusal.identity} from ${refusal.tenant}`)}`,
      )
    case 'noMail':
      return openly(
        `This Duffy sends no mail, so nothing was linked; an operator can change that (mail, in the config). Another account: ${say('link')}`,
      )
    case 'noClaim':
      return openly(
        `Nobody has said that they are you, or it is too long ago; nothing was linked. To begin: ${say('link')}`,
      )
    case 'notLinked': {
      const { identity, others } = refusal
      if (others.length === 0)
        return openly(`You are linked to nobody, so nothing was changed. To link another account: ${say('link')}`)
      return privately(
        `${identity} is none of yours; nothing was changed. You are also ${listed(others)}. Take one away: ${say(`unlink ${others[0]}`)}`,
      )
    }
    case 'speaksThrough': {
      const { identity, others, tenant } = refusal
      return privately(
        `${listed(others)} ${others.length === 1 ? 'speaks' : 'speak'} for ${tenant} only because ${identity} does, and would speak for nobody; nothing was changed. If that is meant: ${say(`unlink ${identity} yes`)}`,
      )
    }
  }
}

type LinkOutcome = Extract<Outcome, { type: 'linkOffered' | 'linkFound' | 'linkClaimed' | 'linked' | 'unlinked' }>

const LINK_OUTCOMES: Readonly<Record<LinkOutcome['type'], true>> = {
  linkOffered: true,
  linkFound: true,
  linkClaimed: true,
  linked: true,
  unlinked: true,
}
export const isLinkOutcome = (outcome: Outcome): outcome is LinkOutcome => outcome.type in LINK_OUTCOMES

/** `code`: the one that was made, or that was typed, which the door alone knows. The address of a page ends at a space. */
export const linkOutcomeSaid = (
  outcome: LinkOutcome,
  { say, at, code, linkPage }: Telling & { readonly code?: string; readonly linkPage?: string },
): Said => {
  switch (outcome.type) {
    case 'linkOffered':
      if (outcome.identity.startsWith(MAIL))
        return privately(
          `A code is on its way to ${outcome.identity.slice(MAIL.length)}, good once, until ${clock(outcome.until, at)}. Say it here: ${say('link K7M2-9QPD-3TXA yes')}`,
        )
      return privately(
        code === undefined
          ? `A code was made for ${outcome.identity}, and is not shown twice. Another: ${say('link')}`
          : `Your code is ${spacedCode(code)}, good once, until ${clock(outcome.until, at)}. Say it where Duffy knows you already: at the command line "duffy link ${spacedCode(code)}", ${linkPage === undefined ? '' : `on the page ${linkPage}#${spacedCode(code)} , `}or in another chat ${say(`link ${spacedCode(code)}`)}. It is for you alone.`,
      )
    case 'linkFound':
      return privately(
        `That code was given to ${outcome.identity}. Linked, it is you: it speaks for ${outcome.tenant} as you do, and what either of you has is the other's. Nothing is linked yet. If that is your account, ${code === undefined ? `say the same with yes: ${say('link K7M2-9QPD-3TXA yes')}` : `say: ${say(`link ${spacedCode(code)} yes`)}`}`,
      )
    case 'linkClaimed':
      return privately(
        `${outcome.identity} speaks for ${outcome.tenant} by itself, so it is asked whether it is you; say there: ${say('link yes')}`,
      )
    case 'linked':
      return privately(
        `${outcome.identity} and ${listed(outcome.others)} are one from now on. What you are: ${say('whoami')}. Not you? ${say(`unlink ${outcome.identity}`)}`,
      )
    case 'unlinked':
      return privately(
        `${outcome.identity} is somebody else than ${listed(outcome.others)} from now on; each keeps what it asked for. To link it again: ${say('link')}. Who you are: ${say('whoami')}`,
      )
  }
}

type LinkMessage = Extract<Message, { type: 'linkClaimed' | 'linked' | 'unlinked' }>

/** What those hear of it who did not do it. */
export const linkMessageSaid = (message: LinkMessage, { say }: Telling): Said => {
  switch (message.type) {
    case 'linkClaimed':
      return privately(
        `${message.identity} has your code, and says that it is you. If it is: ${say('link yes')}. If not, do nothing, and nothing happens; who you are: ${say('whoami')}`,
      )
    case 'linked':
      return privately(
        `${message.identity} and ${listed(message.others)} are one from now on: each may do what the other may. Not you? ${say(`unlink ${message.identity} yes`)}, and tell an operator.`,
      )
    case 'unlinked':
      return privately(
        `${message.identity} is somebody else than ${listed(message.others)} from now on. If that was not you, tell an operator. Who you are: ${say('whoami')}`,
      )
  }
}
