import type { types } from '@slack/bolt'
import { clock, logins, names, span, type FingerprintOf, type Instant, type LeaseView } from '#core'
import type { Message } from '../calls.ts'
import { BUTTONS } from '../surface.ts'
import { escape, shown } from '../text.ts'
import { versionOf } from '../version.ts'

interface Showing {
  readonly at: Instant
  readonly fingerprint: FingerprintOf
  readonly extendMs: number
}

/** A lease as its holder sees it until it is over: nothing on it grows old by itself. */
export const card = (lease: LeaseView, showing: Showing): Message => {
  const { id, until, machines, type, platform, reason, hold } = lease
  const what = names(machines)
  const about = [
    `lease ${id}`,
    type,
    platform,
    ...(reason === '' ? [] : [reason]),
    ...(hold === null ? [] : ['kept for debugging']),
  ]
  const context: types.KnownBlock = {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: shown([about.join(' · ')]) }],
  }
  if (until === null) {
    const text = `${what} ${machines.length === 1 ? 'is' : 'are'} being made ready for you, lease ${id}.`
    return { text: escape(text), blocks: [section(shown([text])), context] }
  }
  const end = Date.parse(until) as Instant
  const text = `${what} ${machines.length === 1 ? 'is' : 'are'} yours until ${clock(end, showing.at)}, lease ${id}.`
  const lines = shown(logins(machines, showing.fingerprint))
  return {
    text: escape(text),
    blocks: [section(`*${escape(what)}* until ${local(end, showing.at)}\n${lines}`), context, buttons(lease, showing)],
  }
}

/** A lease that is over: without buttons. */
export const overCard = (id: string, sentence: string): Message => ({
  text: shown([sentence]),
  blocks: [
    section(shown([sentence])),
    { type: 'context', elements: [{ type: 'mrkdwn', text: `lease ${escape(id)}` }] },
  ],
})

/** A warning, with what can be done about each of its leases. */
export const warning = (lines: readonly string[], leases: readonly LeaseView[], showing: Showing): Message => ({
  text: shown(lines),
  blocks: [
    section(shown(lines)),
    ...leases.flatMap((lease) => [
      ...(leases.length === 1
        ? []
        : [{ ...section(`*${escape(names(lease.machines))}* ${lease.id}`), block_id: aboutOf(lease.id) }]),
      buttons(lease, showing),
    ]),
  ],
})

/** The same once something was done about one of them: what came of it stands where its buttons were. Null: no buttons are left. */
export const withoutButtons = (
  blocks: readonly types.KnownBlock[],
  id: string,
  came: string,
): readonly types.KnownBlock[] | null => {
  const kept = blocks
    .filter(({ block_id: block }) => block !== aboutOf(id))
    .map((block) => (block.block_id === buttonsOf(id) ? { ...section(came), block_id: aboutOf(id) } : block))
  return kept.some(({ type }) => type === 'actions') ? kept : null
}

/** The block that names a lease among several, and the one that has its buttons. */
const aboutOf = (id: string): string => `about:${id}`
const buttonsOf = (id: string): string => `lease:${id}`

/** In the reader's own time; whoever cannot show that reads it in UTC. */
export const local = (at: Instant, now: Instant): string =>
  `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${clock(at, now)}>`

export const section = (text: string): types.SectionBlock => ({ type: 'section', text: { type: 'mrkdwn', text } })

export const buttons = (lease: LeaseView, { extendMs }: Pick<Showing, 'extendMs'>): types.ActionsBlock => {
  const { id, machines } = lease
  const value = JSON.stringify({ l: id, v: versionOf(lease) })
  const plain = (text: string) => ({ type: 'plain_text' as const, text })
  const what = names(machines)
  const wiped = machines.length === 1 ? 'It will be wiped.' : 'They will be wiped.'
  return {
    type: 'actions',
    block_id: buttonsOf(id),
    elements: [
      {
        type: 'button',
        action_id: BUTTONS.extend,
        style: 'primary',
        text: plain(`Extend ${span(extendMs)}`),
        value,
      },
      { type: 'button', action_id: BUTTONS.remind, text: plain('Remind me later'), value },
      {
        type: 'button',
        action_id: BUTTONS.return,
        style: 'danger',
        text: plain('Return'),
        value,
        confirm: {
          title: plain('Return now?'),
          text: { type: 'mrkdwn', text: `*${escape(what.slice(0, 200))}*: ${wiped}` },
          confirm: plain('Return'),
          deny: plain('Keep'),
        },
      },
    ],
  }
}
