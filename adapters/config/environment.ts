import { readMember } from '#core'
import type { z } from 'zod'
import type { Faults } from './faults.ts'
import { instead } from './faults.ts'
import { accountSchema, channelSchema, mailFromSchema, nickSchema, slackApiUrlSchema } from './doors-schema.ts'
import { NAME, NAME_RULE } from './schema.ts'
import { Secret } from './secret.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What the environment says; null where it says nothing. An empty variable says nothing. */
export interface Spoken {
  readonly dataDir: string | null
  readonly host: string | null
  readonly port: number | null
  readonly irc: SpokenIrc
  readonly members: readonly string[]
  readonly slack: SpokenSlack
  /** As a tenant's list has them: `slack:T123:U456`. */
  readonly slackMembers: readonly string[]
  readonly mail: SpokenMail
}

export interface SpokenSlack {
  readonly botToken: Secret | null
  readonly signingSecret: Secret | null
  readonly appToken: Secret | null
  readonly apiUrl: string | null
}

export interface SpokenMail {
  readonly url: Secret | null
  readonly from: string | null
}

export interface SpokenIrc {
  readonly network: string | null
  readonly host: string | null
  readonly port: number | null
  readonly tls: boolean | null
  readonly ca: string | null
  readonly nick: string | null
  readonly account: string | null
  readonly password: Secret | null
  readonly certificate: string | null
  readonly key: string | null
  readonly channels: readonly string[] | null
  readonly trustNicks: boolean | null
}

/** All that are read here, and for telling what a misspelt one was to be. `DUFFY_URL` and `DUFFY_API_KEY` are the client's. */
export const VARIABLES = [
  'DUFFY_CONFIG',
  'DUFFY_DATA_DIR',
  'DUFFY_HOST',
  'DUFFY_PORT',
  'DUFFY_IRC_HOST',
  'DUFFY_IRC_PORT',
  'DUFFY_IRC_TLS',
  'DUFFY_IRC_CA',
  'DUFFY_IRC_NETWORK',
  'DUFFY_IRC_NICK',
  'DUFFY_IRC_ACCOUNT',
  'DUFFY_IRC_PASSWORD',
  'DUFFY_IRC_CERTIFICATE',
  'DUFFY_IRC_KEY',
  'DUFFY_IRC_CHANNELS',
  'DUFFY_IRC_MEMBERS',
  'DUFFY_IRC_TRUST_NICKS',
  'DUFFY_SLACK_BOT_TOKEN',
  'DUFFY_SLACK_SIGNING_SECRET',
  'DUFFY_SLACK_APP_TOKEN',
  'DUFFY_SLACK_API_URL',
  'DUFFY_SLACK_MEMBERS',
  'DUFFY_MAIL_URL',
  'DUFFY_MAIL_FROM',
] as const
type Variable = (typeof VARIABLES)[number]

export function readEnvironment(environment: Environment, faults: Faults): Spoken {
  const reader = readerOf(environment, faults)
  refuseUnknown(environment, faults)
  return {
    dataDir: reader.text('DUFFY_DATA_DIR'),
    host: reader.text('DUFFY_HOST'),
    port: reader.whole('DUFFY_PORT', 0),
    irc: {
      network: reader.matching('DUFFY_IRC_NETWORK', NAME, NAME_RULE),
      host: reader.matching('DUFFY_IRC_HOST', /^[^\s/]+$/, 'Give a host name or an address.'),
      port: reader.whole('DUFFY_IRC_PORT', 1),
      tls: reader.flag('DUFFY_IRC_TLS'),
      ca: reader.text('DUFFY_IRC_CA'),
      nick: reader.by('DUFFY_IRC_NICK', nickSchema),
      account: reader.by('DUFFY_IRC_ACCOUNT', accountSchema),
      password: reader.secret('DUFFY_IRC_PASSWORD'),
      certificate: reader.text('DUFFY_IRC_CERTIFICATE'),
      key: reader.text('DUFFY_IRC_KEY'),
      channels: reader.list('DUFFY_IRC_CHANNELS', channelSchema),
      trustNicks: reader.flag('DUFFY_IRC_TRUST_NICKS'),
    },
    members: reader
      .words('DUFFY_IRC_MEMBERS')
      .filter((member) => member === '*' || faults.read(accountSchema, member, ['DUFFY_IRC_MEMBERS']) !== null),
    slack: {
      botToken: reader.secret('DUFFY_SLACK_BOT_TOKEN'),
      signingSecret: reader.secret('DUFFY_SLACK_SIGNING_SECRET'),
      appToken: reader.secret('DUFFY_SLACK_APP_TOKEN'),
      apiUrl: reader.by('DUFFY_SLACK_API_URL', slackApiUrlSchema),
    },
    mail: { url: reader.secret('DUFFY_MAIL_URL'), from: reader.by('DUFFY_MAIL_FROM', mailFromSchema) },
    slackMembers: reader.words('DUFFY_SLACK_MEMBERS').flatMap((written) => {
      const member = readMember(`slack:${written.replace(/^slack:/, '')}`)
      if (member === null) faults.add(['DUFFY_SLACK_MEMBERS'], SLACK_MEMBER_RULE)
      return member === null ? [] : [member]
    }),
  }
}

const SLACK_MEMBER_RULE = 'Give `<team>:<user>`, such as `T0123ABCD:U0456EFGH`, or `<team>:*` for everybody there.'

const readerOf = (environment: Environment, faults: Faults) => {
  const text = (name: Variable): string | null => {
    const value = environment[name]?.trim()
    return value === undefined || value === '' ? null : value
  }
  const matching = (name: Variable, pattern: RegExp, sentence: string): string | null => {
    const value = text(name)
    if (value === null || pattern.test(value)) return value
    faults.add([name], sentence)
    return null
  }
  const by = (name: Variable, schema: z.ZodType<string>): string | null => {
    const value = text(name)
    return value === null ? null : faults.read(schema, value, [name])
  }
  const whole = (name: Variable, least: number): number | null => {
    const value = text(name)
    if (value === null) return null
    const port = /^\d{1,5}$/.test(value) ? Number(value) : -1
    if (port >= least && port <= 65_535) return port
    faults.add([name], `Give a port, a whole number from ${least} to 65535.`)
    return null
  }
  const flag = (name: Variable): boolean | null => {
    const value = matching(name, /^(?:1|0|true|false|yes|no|on|off)$/i, 'Give `on` or `off`.')
    return value === null ? null : /^(?:1|true|yes|on)$/i.test(value)
  }
  /** Not trimmed: a password may end in a space. */
  const secret = (name: Variable): Secret | null => {
    const value = environment[name]
    return value === undefined || value === '' ? null : new Secret(value)
  }
  const words = (name: Variable): string[] =>
    (text(name) ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
  const list = (name: Variable, schema: z.ZodType<string>): string[] | null =>
    text(name) === null ? null : words(name).filter((word) => faults.read(schema, word, [name]) !== null)
  return { text, matching, by, whole, flag, secret, words, list }
}

/**
 * A misspelt variable would otherwise be a setting that silently does nothing. Of other `DUFFY_` variables nothing is said: the
 * client and playbooks have theirs.
 */
const refuseUnknown = (environment: Environment, faults: Faults): void => {
  for (const name of Object.keys(environment)) {
    if (!/^DUFFY_(?:IRC|SLACK|MAIL)_/.test(name) || (VARIABLES as readonly string[]).includes(name)) continue
    faults.add([name], `There is no such variable${instead(name, VARIABLES)}`)
  }
}
