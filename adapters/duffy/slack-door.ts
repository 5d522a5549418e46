import type { Address, LeaseId, Notice, Refusal } from '#core'
import type { SlackSettings } from '../config/index.ts'
import type { Conversation } from './conversation.ts'
import type { Mount } from '../http/mount.ts'
import type { Lane } from '../lane.ts'
import type { Log } from '../log.ts'
import type { Delivery } from '../notices/notices.ts'
import type { Filled, SlackPorts } from '../slack/ports.ts'
import type { Store } from '../store/port.ts'

/** Slack, if the site has it. */
export interface SlackEntrance extends AsyncDisposable {
  readonly mounts: readonly Mount[]
  door(name: string): ((to: Address, notice: Notice) => Promise<Delivery>) | undefined
}

/** A line as it is typed in Slack, marked so that it can be copied. */
export const sayInSlack = (line: string): string => `\`/duffy ${line}\``

interface SlackSurroundings {
  readonly lane: Lane
  readonly store: Store
  readonly talk: Conversation
  readonly clock: () => number
  readonly log: Log
}

/** Throws `BadSlack` with a sentence if Slack does not know the token. */
export const slackDoor = async (settings: SlackSettings | null, around: SlackSurroundings): Promise<SlackEntrance> => {
  if (settings === null) return { mounts: [], door: () => undefined, [Symbol.asyncDispose]: async () => {} }
  // Bolt takes half a second to load, which nobody without Slack need wait for.
  const [{ slack }, { PATH }] = await Promise.all([import('../slack/slack.ts'), import('../slack/surface.ts')])
  const { botToken, signingSecret, appToken, apiUrl } = settings
  const open = await slack({
    botToken: () => botToken.reveal(),
    signingSecret: signingSecret === null ? null : () => signingSecret.reveal(),
    appToken: appToken === null ? null : () => appToken.reveal(),
    apiUrl,
  }).start(portsOf(around))
  const { receive } = open
  return {
    mounts: receive === null ? [] : [{ path: PATH, receive }],
    door: (name) => (name === 'slack' ? (to, notice) => open.tell(to, notice) : undefined),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  }
}

const portsOf = ({ lane, store, talk, clock, log }: SlackSurroundings): SlackPorts => ({
  say: (line, from) => talk.reply(line, from),
  async fill(verb, fields, from): Promise<Filled> {
    const filled = await talk.fill(verb, fields, from)
    if (filled.type === 'said') return filled
    const argument = filled.type === 'misread' ? filled.misread.argument : (ARGUMENTS[filled.refusal.type] ?? null)
    return { type: 'wrong', argument, sentence: filled.said.room.join(' ') }
  },
  ask: (question, by) => talk.ask(question, by),
  notice: (message) => talk.notice(message),
  look: (question) => lane.read(question),
  lease: (id) => store.lease(id),
  onLeases: (listener) =>
    lane.onCommit(({ changes }) => {
      const leases = changes.flatMap((change) => (change.table === 'lease' ? [change.key as LeaseId] : []))
      if (leases.length > 0) listener(leases)
    }),
  cards: store,
  clock,
  log,
})

/** The argument of `get` that a refusal is about. */
const ARGUMENTS: Readonly<Partial<Record<Refusal['type'], string>>> = {
  badCount: 'count',
  tooMany: 'count',
  neverEnough: 'count',
  overQuota: 'count',
  leaseTooShort: 'for',
  leaseTooLong: 'for',
  tooLongText: 'reason',
}
