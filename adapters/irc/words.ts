import type { Unknown } from './trust.ts'

/** What people without an identity are told. Each names what to do; none says anything about machines. */
export const explanations: Readonly<Record<Unknown, string>> = {
  stranger:
    "you are not logged in to NickServ, so I can't tell who you are. /msg NickServ HELP IDENTIFY, then try again.",
  'services down':
    "services are down, so I can't tell who you are; use the command line or the HTTP API until they are back.",
  'cannot vouch':
    "this network can't vouch for accounts, so I take no commands here; use the command line or the HTTP API.",
  bridge:
    "you speak through a bridge that many people share, so I can't tell who you are; use the command line or the HTTP API.",
  'not ready':
    'I am not logged in to services myself, so I take no commands now; use the command line or the HTTP API.',
}

export const tooFast = (perMinute: number, ignoreMs: number): string =>
  `that is more than ${perMinute} commands a minute; I listen again in ${Math.ceil(ignoreMs / 60_000)} min.`

export const tooLong = (characters: number): string =>
  `that is longer than the ${characters} characters I read; nothing was done. What can be said: !duffy help`

export const failed = (reference: string): string =>
  `that failed on my side (ref ${reference}, logged). Look before you try again: !duffy list`

export const notPrivate =
  "I can't give you the rest in private: your nick is not logged in to that account now. /msg NickServ HELP IDENTIFY, then: !duffy list"

export const blocked = (ours: string): string =>
  `you block private messages, so the details did not reach you. /accept ${ours}, then ask again.`

export const moreInRoom = (count: number): string => `${count} more: say !duffy more`
export const moreInPrivate = (count: number): string => `${count} more: say more`
export const noMore = 'there is nothing more.'
