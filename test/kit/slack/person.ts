import { createHmac, randomUUID } from 'node:crypto'
import { APP, type Json, type Workspace } from './workspace.ts'

/** How a request to Duffy may be bent before it is sent. */
export interface Bend {
  /** When it is signed, in seconds since 1970; two that are to be the same need one time. */
  readonly atS?: number
  /** Seconds that its time is off. */
  readonly skewS?: number
  readonly secret?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Changes the body after it was signed. */
  readonly tamper?: (body: string) => string
}

export interface Sent {
  readonly status: number
  readonly text: string
  readonly ms: number
}

/** Sends a body as Slack would, signed. */
export const sendSigned = async (url: string, body: string, type: string, bend: Bend = {}): Promise<Sent> => {
  const { skewS = 0, secret = APP.signingSecret, headers = {}, tamper = (text) => text } = bend
  const at = (bend.atS ?? Math.floor(Date.now() / 1000)) + skewS
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`
  const began = performance.now()
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': signature,
      ...headers,
    },
    body: tamper(body),
  })
  return { status: response.status, text: await response.text(), ms: performance.now() - began }
}

const FORM = 'application/x-www-form-urlencoded'

/** A person at a Slack client: what they do becomes what Slack sends to Duffy. */
export interface Person {
  readonly user: string
  command(text: string, over?: object, bend?: Bend): Promise<Sent>
  /** In the channel; its `ts`. */
  mention(text: string, over?: object, bend?: Bend): Promise<{ sent: Sent; ts: string }>
  direct(text: string, over?: object, bend?: Bend): Promise<Sent>
  /** The button of this action under a message, of this lease if it has those of several; `over` for what else Slack says. */
  press(message: Json, action: string, over?: Over, bend?: Bend): Promise<Sent>
  shortcut(over?: object): Promise<Sent>
  submit(viewId: string, values: Readonly<Record<string, Json>>, over?: object): Promise<Sent>
  openHome(): Promise<Sent>
  payloads: Payloads
}

type Over = Readonly<Record<string, unknown>> & { readonly lease?: string }

/** The same as bodies, to be sent otherwise. */
export interface Payloads {
  command(text: string, over?: object): Promise<Record<string, string>>
  event(event: object, over?: object): Record<string, Json>
  press(message: Json, action: string, over?: Over): Promise<Record<string, Json>>
}

export const personIn = (slack: Workspace, url: string, name: string): Person => {
  const user = slack.user(name)
  const endpoint = `${url}/slack/events`
  const who = { id: user, username: name, name, team_id: APP.team }
  const trigger = async (): Promise<string> =>
    (await slack.api('views.generateTriggerId', { user_id: user })).trigger_id
  const interactive = (payload: object, bend?: Bend): Promise<Sent> =>
    sendSigned(endpoint, new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), FORM, bend)
  const event = (body: object, bend?: Bend): Promise<Sent> =>
    sendSigned(endpoint, JSON.stringify(body), 'application/json', bend)

  const payloads: Payloads = {
    command: async (text, over = {}) => ({
      token: 'old',
      team_id: APP.team,
      channel_id: slack.channel,
      user_id: user,
      user_name: name,
      command: '/duffy',
      text,
      api_app_id: APP.app,
      trigger_id: await trigger(),
      response_url: slack.responseUrl(),
      ...over,
    }),
    event: (given, over = {}) => ({
      type: 'event_callback',
      team_id: APP.team,
      api_app_id: APP.app,
      event_id: `Ev${randomUUID()}`,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [{ team_id: APP.team, user_id: APP.user, is_bot: true, enterprise_id: null }],
      event: given,
      ...over,
    }),
    press: async (message, action, { lease, ...over } = {}) => ({
      type: 'block_actions',
      user: who,
      team: { id: APP.team, domain: 'test' },
      api_app_id: APP.app,
      container: { type: 'message', message_ts: message.ts, channel_id: message.channel },
      channel: { id: message.channel ?? 'D0', name: 'directmessage' },
      message: { ts: message.ts, text: message.text, blocks: message.blocks },
      trigger_id: await trigger(),
      response_url: slack.responseUrl(),
      actions: [
        { type: 'button', action_id: action, block_id: 'b', value: valueOf(message, action, lease), action_ts: ts() },
      ],
      ...over,
    }),
  }
  const spoken = { user, team: APP.team, blocks: [] }
  return {
    user,
    payloads,
    command: async (text, over, bend) =>
      sendSigned(endpoint, new URLSearchParams(await payloads.command(text, over)).toString(), FORM, bend),
    async mention(text, over = {}, bend) {
      const at = ts()
      const said = {
        type: 'app_mention',
        channel: slack.channel,
        ts: at,
        text: `<@${APP.user}> ${text}`,
        ...spoken,
        ...over,
      }
      return { sent: await event(payloads.event(said), bend), ts: at }
    },
    direct: (text, over = {}, bend) => {
      const said = { type: 'message', channel: 'D0', channel_type: 'im', ts: ts(), text, ...spoken, ...over }
      return event(payloads.event(said), bend)
    },
    press: async (message, action, over, bend) => interactive(await payloads.press(message, action, over), bend),
    shortcut: async (over = {}) =>
      interactive({
        type: 'shortcut',
        callback_id: 'duffy_get_v1',
        trigger_id: await trigger(),
        user: who,
        team: { id: APP.team },
        action_ts: ts(),
        ...over,
      }),
    submit: async (viewId, values, over = {}) =>
      interactive({
        type: 'view_submission',
        user: who,
        team: { id: APP.team },
        trigger_id: await trigger(),
        view: { id: viewId, type: 'modal', callback_id: 'duffy_get_v1', hash: '1', state: { values: stateOf(values) } },
        ...over,
      }),
    openHome: () =>
      event(payloads.event({ type: 'app_home_opened', tab: 'home', channel: 'D0', user, event_ts: ts() })),
  }
}

/** Slack's name of a message: seconds, and a counter behind the point. */
export const ts = (): string => (Date.now() / 1000).toFixed(6)

const stateOf = (values: Readonly<Record<string, Json>>): object =>
  Object.fromEntries(
    Object.entries(values).map(([block, value]) => [
      block,
      {
        value:
          block === 'type'
            ? { type: 'static_select', selected_option: { value } }
            : { type: 'plain_text_input', value },
      },
    ]),
  )

/** What the button under the message carries. */
const valueOf = (message: Json, action: string, lease = ''): string | undefined =>
  (message.blocks ?? [])
    .flatMap((block: Json) => block.elements ?? [])
    .find(({ action_id: id, value }: Json) => id === action && String(value).includes(`"l":"${lease}`))?.value
