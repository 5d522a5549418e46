/** Where a secret is to be found. It is never written in the config itself. */
export type SecretConfig = { readonly env: string } | { readonly file: string }

export interface IrcConfig {
  readonly host: string
  /** Default: 6697 with TLS, 6667 without. */
  readonly port?: number
  /** Default: true. */
  readonly tls?: boolean
  /** PEM file of a private authority, trusted for this network instead of the public ones. Default: the public ones. */
  readonly ca?: string
  /** Default: `duffy`. */
  readonly nick?: string
  /** Duffy's own services account. Default: none; without it Duffy logs in nowhere. */
  readonly account?: string
  /** Of that account. */
  readonly password?: SecretConfig
  /** PEM file of a client certificate: Duffy logs in by it, over TLS (SASL EXTERNAL). `DUFFY_IRC_CERTIFICATE` goes before it. Default: none. */
  readonly certificate?: string
  /** PEM file of the certificate's key. `DUFFY_IRC_KEY` goes before it. */
  readonly key?: string
  /** Channels to join. Default: none; people can still speak to Duffy in private. */
  readonly channels?: readonly string[]
  /**
   * On a server that knows no accounts, take a nick for an account: whoever takes the nick is that person. For trying
   * Duffy on a server of one's own; it counts for nothing where the server vouches for accounts. Default: false.
   */
  readonly trustNicks?: boolean
  /** Accounts that many people share, such as a bridge's: they count as nobody. Default: none. */
  readonly bridgeAccounts?: readonly string[]
  readonly pace?: IrcPaceConfig
}

/** How fast people may speak to Duffy, and Duffy to them. What is not given suits public networks; a server of one's own may allow more. */
export interface IrcPaceConfig {
  /** Of one person; whoever is faster is told so once, and not listened to for five minutes. Default: 12. */
  readonly commandsPerMinute?: number
  /** Of all in a channel together. Default: 30. */
  readonly channelCommandsPerMinute?: number
  /** Lines that Duffy sends at once after silence. Default: 4. */
  readonly burst?: number
  /** Then a line each so many milliseconds. Default: 1500. */
  readonly everyMs?: number
}

/** A bot token, and one or both of the others: each is a way in. */
export interface SlackConfig {
  /** `xoxb-…`: what Duffy speaks with. `DUFFY_SLACK_BOT_TOKEN` goes before it. */
  readonly botToken?: SecretConfig
  /** Slack's requests to `/slack/events` are signed with it. Default: none, and they are refused. `DUFFY_SLACK_SIGNING_SECRET` goes before it. */
  readonly signingSecret?: SecretConfig
  /** `xapp-…`: Duffy fetches what people say by Socket Mode. Default: none. `DUFFY_SLACK_APP_TOKEN` goes before it. */
  readonly appToken?: SecretConfig
  /** Where Slack's API is. Default: `https://slack.com/api/`. `DUFFY_SLACK_API_URL` goes before it. */
  readonly apiUrl?: string
}

/** How Duffy sends mail. */
export interface MailConfig {
  /** The server that takes it: `smtp://host:25`, `smtps://host`. Default: as `DUFFY_MAIL_URL` says, where it may hold a name and a password. */
  readonly url?: string | SecretConfig
  /** Whom mail comes from: `Duffy <duffy@example.org>`. `DUFFY_MAIL_FROM` goes before it. */
  readonly from?: string
}
