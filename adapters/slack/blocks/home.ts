import type { types } from '@slack/bolt'
import { names, type Answer, type Instant, type LeaseView, type RequestView } from '#core'
import { BUTTONS } from '../surface.ts'
import { escape, shown } from '../text.ts'
import { buttons, local, section } from './lease.ts'

interface Home {
  /** Who they are, in sentences. */
  readonly me: readonly string[]
  readonly mine: Answer
  readonly pools: Answer
  readonly at: Instant
  readonly extendMs: number
}

/** Slack takes 100 blocks in a view: two for a lease, one for a request. */
const MOST_LEASES = 20
const MOST_REQUESTS = 20

/** What somebody holds, where they stand in line, and what there is to be had. */
export const homeView = ({ me, mine, pools, at, extendMs }: Home): types.HomeView => {
  const blocks: types.KnownBlock[] = [section(shown(me))]
  if (mine.type === 'mine') {
    blocks.push(header('What you hold'))
    if (mine.leases.length === 0) blocks.push(section('Nothing.'))
    for (const lease of mine.leases.slice(0, MOST_LEASES)) blocks.push(...held(lease, { at, extendMs }))
    if (mine.requests.length > 0) blocks.push(header('Where you stand in line'))
    for (const request of mine.requests.slice(0, MOST_REQUESTS)) blocks.push(section(place(request)))
    const more =
      mine.more + Math.max(0, mine.leases.length - MOST_LEASES) + Math.max(0, mine.requests.length - MOST_REQUESTS)
    if (more > 0) blocks.push(section(`${more} more: \`/duffy list\``))
    blocks.push({
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: BUTTONS.get,
          style: 'primary',
          text: { type: 'plain_text', text: 'Get a machine' },
        },
      ],
    })
  }
  if (pools.type === 'pools') {
    blocks.push(header('Pools'))
    const lines = pools.pools.map(
      ({ name, machines, states, wanted }) =>
        `${name}: ${states.ready ?? 0} free of ${machines}${wanted > 0 ? `, ${wanted} waited for` : ''}`,
    )
    blocks.push(section(lines.length === 0 ? 'There are none yet.' : shown(lines)))
  }
  return { type: 'home', blocks }
}

const header = (text: string): types.HeaderBlock => ({ type: 'header', text: { type: 'plain_text', text } })

const held = (lease: LeaseView, showing: { at: Instant; extendMs: number }): types.KnownBlock[] => {
  const { id, until, machines } = lease
  const what = `*${escape(names(machines))}* (${id})`
  if (until === null) return [section(`${what} being made ready`)]
  return [section(`${what} until ${local(Date.parse(until) as Instant, showing.at)}`), buttons(lease, showing)]
}

const place = ({ id, count, type, pool, position }: RequestView): string =>
  escape(`${id}: ${count} ${pool ?? type}${position === null ? '' : `, number ${position} in line`}`) +
  ` · \`/duffy cancel ${id}\``
