import {
  defaultLimits,
  defaultPace,
  defaultPatience,
  type IrcNetworkOptions,
  type Limits,
  type Pace,
  type Patience,
} from './options.ts'
import { isNick, isRoom } from './clean.ts'

/** The options with every default filled in. */
export interface Settled extends IrcNetworkOptions {
  pace: Pace
  patience: Patience
  limits: Limits
}

/** Fills in defaults; throws on a nick or channel that could never be one, before anything is sent. */
export function settle(options: IrcNetworkOptions): Settled {
  if (!isNick(options.nick)) throw new Error(`irc ${options.network}: not a nick: ${JSON.stringify(options.nick)}`)
  for (const channel of options.channels)
    if (!isRoom(channel)) throw new Error(`irc ${options.network}: not a channel: ${JSON.stringify(channel)}`)
  if (options.account !== undefined && !options.password && !options.certificate)
    throw new Error(`irc ${options.network}: the account ${options.account} has no password and no certificate`)
  if (options.certificate && !options.tls)
    throw new Error(`irc ${options.network}: a certificate can be shown over TLS only`)
  return {
    ...options,
    pace: { ...defaultPace, ...options.pace },
    patience: { ...defaultPatience, ...options.patience },
    limits: { ...defaultLimits, ...options.limits },
  }
}
