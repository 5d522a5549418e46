/** How fast the door may talk. Networks cut off faster clients: Solanum after 20 waiting lines, others by bytes. */
export interface Pace {
  /** Lines that may be sent at once after silence. */
  burst: number
  /** Then one line per this many milliseconds. */
  everyMs: number
  /** At most `bytes` within any `bytesWindowMs`. */
  bytes: number
  bytesWindowMs: number
}

export const defaultPace: Pace = { burst: 4, everyMs: 1500, bytes: 1200, bytesWindowMs: 4000 }

/** How the supervisor waits. All milliseconds. */
export interface Patience {
  backoffMs: number
  longestBackoffMs: number
  /** From the first byte to the welcome; irc-framework has no deadline of its own. */
  registrationMs: number
  /** How long SASL may stay unanswered before registering without it. */
  saslMs: number
  /** Between attempts to log in, to take our nick back, and to join a channel that refused us. */
  retryMs: number
  rejoinMs: number
  /** Our own PING, and the silence after which the connection counts as dead. */
  pingMs: number
  silenceMs: number
}

export const defaultPatience: Patience = {
  backoffMs: 2_000,
  longestBackoffMs: 300_000,
  registrationMs: 30_000,
  saslMs: 10_000,
  retryMs: 60_000,
  rejoinMs: 30_000,
  pingMs: 30_000,
  silenceMs: 120_000,
}

/** What bounds a busy or hostile network. */
export interface Limits {
  commandsPerMinute: number
  roomCommandsPerMinute: number
  /** After being told once, more commands are ignored for this long. */
  ignoreMs: number
  ignoreRoomMs: number
  /** An unidentified person is told why at most once in this time. */
  explainMs: number
  /** Characters of one command, after Unicode folding. */
  commandCharacters: number
  /** Lines of one answer before the rest waits for `more`. */
  roomLines: number
  privateLines: number
  /** Lines kept for `more`, per person, and for how long. */
  moreLines: number
  moreMs: number
  queueLines: number
  /** An unasked notice that waited longer is dropped. */
  staleMs: number
  /** An equal unasked notice within this time is dropped. */
  repeatMs: number
  /** Older lines are a replay (a bouncer, chat history) and are never obeyed. */
  replayMs: number
  /** People, rooms or answers remembered at once. */
  remembered: number
  whoisMs: number
  /** How long what WHOIS said about a person's connection is believed. */
  personMs: number
  /** How long a vouched line proves that its nick holds its account. */
  freshMs: number
  kicks: number
  ghosts: number
}

export const defaultLimits: Limits = {
  commandsPerMinute: 12,
  roomCommandsPerMinute: 30,
  ignoreMs: 300_000,
  ignoreRoomMs: 60_000,
  explainMs: 600_000,
  commandCharacters: 400,
  roomLines: 3,
  privateLines: 12,
  moreLines: 60,
  moreMs: 600_000,
  queueLines: 200,
  staleMs: 120_000,
  repeatMs: 600_000,
  replayMs: 60_000,
  remembered: 1_000,
  whoisMs: 5_000,
  personMs: 600_000,
  freshMs: 2_000,
  kicks: 3,
  ghosts: 3,
}

export interface IrcNetworkOptions {
  /** Our name for the network, e.g. `libera`: the first half of every identity on it. */
  network: string
  host: string
  port: number
  tls: boolean
  /** PEM of a private authority; with it the public ones are not trusted for this connection. */
  caFile?: string
  nick: string
  username?: string
  /** Our services account; without it the door logs in nowhere. */
  account?: string
  /** Called when the password is needed; it is neither kept nor logged. */
  password?: () => string
  /**
   * PEM files of a client certificate: with it we log in by SASL EXTERNAL, over TLS only. They are read at every
   * attempt, so that a renewed one counts. A password beside it is for a network without SASL.
   */
  certificate?: { readonly certFile: string; readonly keyFile: string }
  channels: readonly string[]
  /**
   * On a network that cannot vouch for accounts everybody is refused, unless this is true: then the folded nick
   * stands for the account, and whoever takes the nick is that person. Never used where accounts are vouched for.
   */
  trustNicks?: boolean
  /** Accounts shared by many people (bridges): they count as nobody. */
  bridgeAccounts?: readonly string[]
  pace?: Partial<Pace>
  patience?: Partial<Patience>
  limits?: Partial<Limits>
}
