import { z } from 'zod'
import type * as config from './config.ts'
import type * as doors from './doors.ts'
import { flag, LOOPBACK, object, secret, text, whole, type ShapeOf } from './kinds.ts'

const file = text(4096, 'Give the path of a file.')
const address = text(255, 'Give a host name or an address.')
const port = whole(1, 65_535)

export const channelSchema = z
  .string({ error: 'Give a channel, such as `#duffy`.' })
  .regex(/^[#&][^\s,\p{Cc}]{1,63}$/u, { error: 'Give a channel, such as `#duffy`, without spaces and commas.' })
export const nickSchema = z
  .string({ error: 'Give a nick.' })
  .regex(/^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/, {
    error: 'A nick starts with a letter and has no spaces, at most 30 characters.',
  })
export const accountSchema = text(100, 'Give the name of an account.').regex(/^[^\s:*]+$/, {
  error: 'An account has no spaces, colons and stars.',
})

export const ircSchema = object(
  {
    host: address,
    port: port.optional(),
    tls: flag.default(true),
    ca: file.optional(),
    nick: nickSchema.default('duffy'),
    account: accountSchema.optional(),
    password: secret.optional(),
    certificate: file.optional(),
    key: file.optional(),
    channels: z.array(channelSchema, { error: 'Give a list of channels.' }).default([]),
    trustNicks: flag.default(false),
    bridgeAccounts: z.array(accountSchema, { error: 'Give a list of accounts.' }).default([]),
    pace: object(
      {
        commandsPerMinute: whole(1, 6_000).default(12),
        channelCommandsPerMinute: whole(1, 6_000).default(30),
        burst: whole(1, 1_000).default(4),
        everyMs: whole(1, 60_000).default(1_500),
      } satisfies ShapeOf<doors.IrcPaceConfig>,
      'Say how fast people and Duffy may speak: `{ commandsPerMinute: 30 }`.',
    ).prefault({}),
  } satisfies ShapeOf<doors.IrcConfig>,
  'Describe the network: `{ host, channels }`.',
)
export type IrcRead = z.output<typeof ircSchema>

export const slackApiUrlSchema = z
  .url({ protocol: /^https?$/, error: 'Give a whole address, such as `https://slack.com/api/`.' })
  .transform((url) => `${url.replace(/\/+$/, '')}/`)
  .refine((url) => url.startsWith('https:') || LOOPBACK.test(url), {
    error: 'The token would cross the network readable; give an address that starts with `https://`.',
  })

export const slackSchema = object(
  {
    botToken: secret.optional(),
    signingSecret: secret.optional(),
    appToken: secret.optional(),
    apiUrl: slackApiUrlSchema.optional(),
  } satisfies ShapeOf<doors.SlackConfig>,
  'Give the secrets of the Slack app: `{ botToken, signingSecret }`.',
)
export type SlackRead = z.output<typeof slackSchema>

const MAIL_URL = /^smtps?:\/\/[^\s]+$/
export const mailUrlSchema = z
  .string({ error: 'Give the address of a mail server, such as `smtp://mail.example.org:25`.' })
  .regex(MAIL_URL, { error: 'Give the address of a mail server, such as `smtp://mail.example.org:25` or `smtps://…`.' })
export const mailFromSchema = z
  .string({ error: 'Give an address of mail, such as `Duffy <duffy@example.org>`.' })
  .regex(/^(?:[^<>@\p{Cc},]{0,100}<)?[^\s<>@,]{1,64}@[A-Za-z0-9.-]{1,255}>?$/u, {
    error: 'Give an address of mail, such as `Duffy <duffy@example.org>`.',
  })

export const mailSchema = object(
  {
    url: z
      .union([
        mailUrlSchema.refine((url) => !/^smtps?:\/\/[^/]*@/.test(url), {
          error: 'A password is never written in the config; say where the address is, `{ env: "NAME" }`.',
        }),
        secret,
      ])
      .optional(),
    from: mailFromSchema.optional(),
  } satisfies ShapeOf<doors.MailConfig>,
  'Say how mail is sent: `{ url, from }`.',
)
export type MailRead = z.output<typeof mailSchema>

export const httpSchema = object(
  {
    host: address.default('127.0.0.1'),
    port: whole(0, 65_535).default(8080),
    publicUrl: z
      .url({ protocol: /^https?$/, error: 'Give a whole address, such as `https://duffy.example.org`.' })
      .regex(/^[^?#]*$/, { error: 'Give the address without `?` and `#`.' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    tls: object({ cert: file, key: file }, "Name two PEM files: `{ cert: 'path', key: 'path' }`.").optional(),
    trustProxy: z
      .union([z.boolean(), z.array(z.string().min(1)).min(1)], { error: 'Give true, false, or a list of addresses.' })
      .default(false),
  } satisfies ShapeOf<config.HttpConfig>,
  'Give the settings of the HTTP door: `{ host, port }`.',
)
export type HttpRead = z.output<typeof httpSchema>
