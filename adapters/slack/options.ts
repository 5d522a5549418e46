import { MINUTE, SECOND } from '#core'

/** How the door waits, and what bounds a busy or hostile workspace. Times are in milliseconds. */
export interface Limits {
  /** Slack wants an answer to each request within 3 s. */
  readonly ackMs: number
  /** How far a request's own time may be from ours, either way. */
  readonly skewMs: number
  /** Signatures remembered, so that none is taken twice. */
  readonly signatures: number
  /** An older message was held up on its way, and its sender has given up on it. */
  readonly staleMs: number
  /** Of one call of Slack's API. */
  readonly callMs: number
  /** Between two messages in a channel. */
  readonly everyMs: number
  /** Messages that wait for one channel. */
  readonly waiting: number
  /** An unasked message that waited longer is tried again later instead. */
  readonly unaskedMs: number
  /** Of one person, and how long they are not heard once they said more. */
  readonly commandsPerMinute: number
  readonly ignoreMs: number
  /** How long what Slack said about a person is believed, and about how many at once. */
  readonly personMs: number
  readonly people: number
  /** Forms that were sent back with a fault in them, remembered. */
  readonly forms: number
  /** Between tries to reach Slack: the first pause, doubled up to the longest. */
  readonly backoffMs: number
  readonly longestBackoffMs: number
  /** From opening a socket until Slack greets us. */
  readonly helloMs: number
  /** Without a sign of life for so long, a socket counts as dead. Slack pings every few seconds. */
  readonly silenceMs: number
  /** How much longer a button gives. */
  readonly extendMs: number
}

export const LIMITS: Limits = {
  ackMs: 2_500,
  skewMs: 5 * MINUTE,
  signatures: 50_000,
  staleMs: 10 * MINUTE,
  callMs: 10 * SECOND,
  everyMs: SECOND,
  waiting: 100,
  unaskedMs: 5 * SECOND,
  commandsPerMinute: 60,
  ignoreMs: MINUTE,
  personMs: 5 * MINUTE,
  people: 5_000,
  forms: 1_000,
  backoffMs: 2 * SECOND,
  longestBackoffMs: 5 * MINUTE,
  helloMs: 10 * SECOND,
  silenceMs: 60 * SECOND,
  extendMs: 120 * MINUTE,
}

export interface SlackOptions {
  /** Called when it is needed; kept by Slack's own client alone. */
  readonly botToken: () => string
  /** Null: no requests are taken over HTTP. */
  readonly signingSecret: (() => string) | null
  /** Null: no Socket Mode. */
  readonly appToken: (() => string) | null
  /** With a slash at its end; null: Slack's own. */
  readonly apiUrl: string | null
  readonly limits?: Partial<Limits>
}
