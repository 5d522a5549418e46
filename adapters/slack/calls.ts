import { webApi, type Logger, type types } from '@slack/bolt'
import { pace } from './pace.ts'
import type { Profile } from './people.ts'
import type { Limits, SlackOptions } from './options.ts'

/** What Slack calls us: the workspace that the token is for, and ourselves in it. */
export interface Us {
  readonly team: string
  readonly user: string
  readonly bot: string
  /** What the token may do; empty if Slack does not say. */
  readonly scopes: readonly string[]
}

/** `text` is what a notification shows and what is read aloud; it is never left out. */
export interface Message {
  readonly text: string
  readonly blocks?: readonly types.KnownBlock[]
}

export interface Posted {
  readonly channel: string
  readonly ts: string
}

/** Slack's API, as far as it is used here. Every call has a deadline; what is said goes out at Slack's pace. */
export interface Calls {
  us(): Promise<Us>
  profile(user: string): Promise<Profile>
  /** Our conversation with somebody. */
  direct(user: string): Promise<string>
  post(to: { channel: string; thread?: string | null }, message: Message, until?: number): Promise<Posted | 'stale'>
  update(card: Posted, message: Message): Promise<void>
  /** An answer that its asker alone sees; `replace`: in place of the message that was clicked. */
  respond(url: string, message: Message, replace: boolean): Promise<void>
  openForm(trigger: string, view: types.ModalView): Promise<void>
  publishHome(user: string, view: types.HomeView): Promise<void>
  /** The address of a socket. */
  socket(): Promise<string>
  close(): void
}

interface CallPorts {
  readonly options: SlackOptions
  readonly limits: Limits
  readonly clock: () => number
  readonly logger: Logger
}

/** Links in a reason are not to be shown as pages. */
const PLAIN = { unfurl_links: false, unfurl_media: false }
const MOST_CHANNELS = 5_000

export const calls = ({ options, limits, clock, logger }: CallPorts): Calls => {
  const { apiUrl } = options
  const how = {
    logger,
    timeout: limits.callMs,
    // Whoever waits behind it has to know; the pace does the waiting.
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
  }
  const web = new webApi.WebClient(options.botToken(), how)
  const paced = pace(limits, clock)
  const channels = new Map<string, string>()

  return {
    async us() {
      const { team_id: team, user_id: user, bot_id: bot, response_metadata: more } = await web.auth.test()
      if (team === undefined || user === undefined || bot === undefined) throw new NoBot()
      return { team, user, bot, scopes: more?.scopes ?? [] }
    },
    async profile(user) {
      return (await web.users.info({ user })).user ?? {}
    },
    async direct(user) {
      const known = channels.get(user)
      if (known !== undefined) return known
      // At a pace as well: who is told first of many is not to cost the others Slack's patience, and so their message.
      const open = async () => (await web.conversations.open({ users: user })).channel?.id
      const id = await paced.post('conversations.open', open)
      if (id === undefined) throw new Error('Slack opened a conversation without a name')
      if (channels.size >= MOST_CHANNELS) channels.clear()
      channels.set(user, id)
      return id
    },
    post({ channel, thread }, { text, blocks }, until) {
      const message = {
        channel,
        text,
        ...PLAIN,
        ...(blocks === undefined ? {} : { blocks: [...blocks] }),
        ...(thread ? { thread_ts: thread } : {}),
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's, not a window's
      const say = async (): Promise<Posted> => ({ channel, ts: (await web.chat.postMessage(message)).ts ?? '' })
      return paced.post(channel, say, until)
    },
    async update({ channel, ts }, { text, blocks }) {
      await paced.post(channel, () => web.chat.update({ channel, ts, text, blocks: [...(blocks ?? [])] }))
    },
    async respond(url, { text, blocks }, replace) {
      const body = { response_type: 'ephemeral', replace_original: replace, text, ...(blocks && { blocks }) }
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(limits.callMs),
      })
      if (!response.ok) throw new Error(`Slack took no answer: HTTP ${response.status}`)
    },
    async openForm(trigger, view) {
      await web.views.open({ trigger_id: trigger, view })
    },
    async publishHome(user, view) {
      await web.views.publish({ user_id: user, view })
    },
    async socket() {
      const { url } = await new webApi.WebClient(options.appToken?.(), how).apps.connections.open({})
      if (url === undefined) throw new Error('Slack gave no address for a socket')
      return url
    },
    close: paced.close,
  }
}

/** The token is good, but no bot's. */
export class NoBot extends Error {
  override readonly name = 'NoBot'
}

/** What Slack says is wrong with a call, such as `channel_not_found`; null if it said nothing. */
export const errorOf = (fault: unknown): string | null =>
  fault instanceof webApi.WebAPIPlatformError ? fault.data.error : null
