import type { Stranger } from './people.ts'

/** What people are told who are not heard. Each names what to do; none says anything about machines. */
export const explanations: Readonly<Record<Stranger, string>> = {
  foreign: 'I take commands from members of my own workspace only; use the command line or the HTTP API.',
  guest: 'Guests of this workspace are not heard here; ask a member, or use the command line or the HTTP API.',
  bot: 'Bots are not heard here; a program uses the HTTP API.',
  gone: 'Your account in this workspace is closed, so nothing was done; ask an admin of the workspace to open it.',
  unknown: "I can't find out who you are just now, so nothing was done. Try again in a minute.",
}

export const failed = (reference: string): string =>
  `That failed on my side (ref ${reference}, logged). Look before you try again: \`/duffy list\``

export const tooFast = (perMinute: number, ignoreMs: number): string =>
  `That is more than ${perMinute} commands a minute, and nothing was done; I listen again in ${Math.ceil(ignoreMs / 60_000)} min.`

export const late = 'Your message came too late for me to act on it, and nothing was done. Say it again.'
export const seeDirect = 'I have answered you in a direct message.'
export const noDirect =
  "I can't send you a direct message, so the details did not reach you. Open a conversation with me, or say: `/duffy list`"
export const stale = 'That button is out of date, and nothing was done. This is how it is now:'
export const unknownButton = 'That button is from an older Duffy, and nothing was done. Try: `/duffy list`'
