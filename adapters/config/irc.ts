import { createSecureContext } from 'node:tls'
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
  certificate: null,
  key: null,
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
  const certificate = await certificateFrom(network, settings, around, spoken)
  const account = spoken.account ?? settings.account ?? (password === null && certificate === null ? null : nick)
  if (certificate !== null && !tls)
    faults.add(
      ['irc', network, 'tls'],
      'A certificate can be shown over TLS only; leave TLS on, or leave the certificate out.',
    )
  const isKeyless = password === null && settings.password === undefined && certificate === null
  if (account !== null && isKeyless) {
    const path = spoken.account === null ? ['irc', network, 'password'] : ['DUFFY_IRC_PASSWORD']
    faults.add(
      path,
      `Duffy cannot log in as \`${account}\` without a password or a certificate; give one, or leave the account out.`,
    )
  }
  const ca = fileFrom(network, 'ca', around, { settings, spoken })
  if (ca !== null) await files.read(ca.file, ca.path)
  return {
    network,
    host: spoken.host ?? settings.host,
    port: spoken.port ?? settings.port ?? (tls ? 6697 : 6667),
    tls,
    caFile: ca?.file ?? null,
    nick,
    account,
    password,
    certificate,
    channels: [...new Set(spoken.channels ?? settings.channels)],
    trustNicks: spoken.trustNicks ?? settings.trustNicks,
    bridgeAccounts: settings.bridgeAccounts,
    pace: settings.pace,
  }
}

interface Said {
  readonly settings: IrcRead
  readonly spoken: SpokenIrc
}

/** A PEM file that the environment or else the config names, and which of them does; null: neither. */
const fileFrom = (network: string, name: 'ca' | 'certificate' | 'key', { files }: Around, said: Said) => {
  const { [name]: spoken } = said.spoken
  const { [name]: written } = said.settings
  if (spoken !== null) return { file: files.besideShell(spoken), path: [`DUFFY_IRC_${name.toUpperCase()}`] }
  return written === undefined ? null : { file: files.besideConfig(written), path: ['irc', network, name] }
}

/** Both files of the certificate, tried together here, since a wrong pair would otherwise show in a log only. */
const certificateFrom = async (
  network: string,
  settings: IrcRead,
  around: Around,
  spoken: SpokenIrc,
): Promise<IrcNetwork['certificate']> => {
  const { faults, files } = around
  const certificate = fileFrom(network, 'certificate', around, { settings, spoken })
  const key = fileFrom(network, 'key', around, { settings, spoken })
  if (certificate === null || key === null) {
    const alone = certificate ?? key
    if (alone !== null) faults.add(alone.path, 'A certificate and its key go together; name both PEM files.')
    return null
  }
  const cert = await files.read(certificate.file, certificate.path)
  const secret = await files.read(key.file, key.path)
  if (cert !== null && secret !== null && !fit(cert, secret))
    faults.add(
      key.path,
      `The key in ${key.file} is not that of the certificate in ${certificate.file}; name a pair of PEM files.`,
    )
  return { certFile: certificate.file, keyFile: key.file }
}

const fit = (cert: string, key: string): boolean => {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}
