import type { IrcMessageEvent } from 'irc-framework'
import { isNick } from './clean.ts'

/** Why a speaker counts as nobody. */
export type Unknown = 'stranger' | 'services down' | 'cannot vouch' | 'bridge' | 'not ready'

export interface Trust {
  /** The account-tag capability is enabled now. Only then does a missing account mean "not logged in". */
  vouches: boolean
  /** It was enabled at some time: then a nick never stands for an account again. */
  everVouched: boolean
  trustNicks: boolean
  bridgeAccounts: readonly string[]
  fold: (name: string) => string
}

/** Who spoke, by the word of the server alone. A nick is trusted only where an operator chose so. */
export function speaker(
  event: Pick<IrcMessageEvent, 'nick' | 'account'>,
  trust: Trust,
): { account: string } | { unknown: Exclude<Unknown, 'services down' | 'not ready'> } {
  if (!trust.vouches) {
    if (!trust.trustNicks || trust.everVouched) return { unknown: 'cannot vouch' }
    return { account: trust.fold(event.nick) }
  }
  const { account } = event
  // Some servers write `*` or `0` for "none"; whatever could not be a name is none either.
  if (account === undefined || account === '0' || !isNick(account)) return { unknown: 'stranger' }
  const folded = trust.fold(account)
  if (trust.bridgeAccounts.some((bridge) => trust.fold(bridge) === folded)) return { unknown: 'bridge' }
  return { account: folded }
}

const REPLAYS = /history|playback/

/** Whether a line is history shown again (a bouncer, a channel log): obeying it would lease machines twice. */
export function isReplay(
  event: Pick<IrcMessageEvent, 'batch' | 'time'>,
  given: { now: number; toLocal: (serverTime: number) => number; replayMs: number },
): boolean {
  if (event.batch && REPLAYS.test(event.batch.type)) return true
  return event.time !== undefined && given.toLocal(event.time) < given.now - given.replayMs
}

const BOT_TAGS = ['bot', 'draft/bot', 'inspircd.org/bot', 'inspircd.org/service']

/** Whether the server marks the line as a machine's; answering those makes loops. */
export const isBot = (event: Pick<IrcMessageEvent, 'tags'>): boolean => BOT_TAGS.some((tag) => tag in event.tags)
