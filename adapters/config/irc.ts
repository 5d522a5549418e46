import type { Environment, SpokenIrc } from './environment.ts'
import type { Faults } from './faults.ts'
import type { Files } from './files.ts'
import { ircSchema, type IrcRead } from './doors-schema.ts'
import { NAME, NAME_RULE } from './schema.ts'
import { secretFrom } from './secret-from.ts'
import type { IrcNetwork } from './settings.ts'

interface Around {
  readonly environment: Environment
  readonly spoken: SpokenIrc
  readonly files: Files
  readonly faults: Faults
}

/**
 * The networks of the config, one of them as the environment has it: the one that `DUFFY_IRC_NETWORK` names, else the
 * only one there is, else a new one called `irc`.
 */
export async function readIrc(read: ReadonlyMap<string, IrcRead | null>, around: Around): Promise<IrcNetwork[]> {
  const { spoken, faults } = around
  const mine = networkOf(spoken, [...read.keys()])
  const networks: IrcNetwork[] = []
  for (const [network, settings] of read) {
    if (!NAME.test(network)) faults.add(['irc', network], NAME_RULE)
    if (settings === null) continue
    networks.push(await networkFrom(network, settings, around, network === mine ? spoken : SILENT))
  }
  if (!read.has(mine) && speaks(spoken)) {
    if (spoken.host === null)
      faults.add(
        ['DUFFY_IRC_HOST'],
        'Other DUFFY_IRC_ variables are set but no server; name one, such as `irc.libera.chat`.',
      )
    else networks.push(await networkFrom(mine, ircSchema.parse({ host: spoken.host }), around, spoken))
  }
  return networks
}

/** The name of the network that the environment is about. */
export const networkOf = ({ network }: SpokenIrc, configured: readonly string[]): string =>
  network ?? (configured.length === 1 ? configured[0]! : 'irc')

const SILENT: SpokenIrc = {
  network: null,
  host: null,
  port: null,
  tls: null,
  ca: null,
  nick: null,
  account: null,
  password: null,
  channels: null,
  trustNicks: null,
}

const speaks = (spoken: SpokenIrc): boolean => Object.values(spoken).some((value) => value !== null)

const networkFrom = async (
  network: string,
  settings: IrcRead,
  around: Around,
  spoken: SpokenIrc,
): Promise<IrcNetwork> => {
  const { faults, files } = around
  const tls = spoken.tls ?? settings.tls
  const nick = spoken.nick ?? settings.nick
  const password = spoken.password ?? (await secretFrom(settings.password, ['irc', network, 'password'], around))
  const account = spoken.account ?? settings.account ?? (password === null ? null : nick)
  if (account !== null && password === null && settings.password === undefined) {
    const path = spoken.account === null ? ['irc', network, 'password'] : ['DUFFY_IRC_PASSWORD']
    faults.add(path, `Duffy cannot log in as \`${account}\` without a password; give one, or leave the account out.`)
  }
  const ca = spoken.ca === null ? settings.ca && files.besideConfig(settings.ca) : files.besideShell(spoken.ca)
  if (ca !== undefined) await files.read(ca, spoken.ca === null ? ['irc', network, 'ca'] : ['DUFFY_IRC_CA'])
  return {
    network,
    host: spoken.host ?? settings.host,
    port: spoken.port ?? settings.port ?? (tls ? 6697 : 6667),
    tls,
    caFile: ca ?? null,
    nick,
    account,
    password,
    channels: [...new Set(spoken.channels ?? settings.channels)],
    trustNicks: spoken.trustNicks ?? settings.trustNicks,
    bridgeAccounts: settings.bridgeAccounts,
  }
}
