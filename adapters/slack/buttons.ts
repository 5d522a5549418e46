import type { types } from '@slack/bolt'
import { leaseView, type LeaseId } from '#core'
import { directly, ephemerally, type Place } from './answers.ts'
import { withoutButtons } from './blocks/lease.ts'
import type { Message } from './calls.ts'
import { speakerOf, type Context } from './context.ts'
import { openForm } from './form.ts'
import { handle } from './handling.ts'
import { showHome } from './home.ts'
import { BUTTONS } from './surface.ts'
import { shown } from './text.ts'
import { versionOf } from './version.ts'
import * as words from './words.ts'

/** A click as Slack sends it. */
export interface Pressed {
  readonly user: { readonly id: string; readonly team_id?: string }
  readonly team?: { readonly id?: string } | null
  readonly trigger_id: string
  readonly response_url?: string
  /** Of the message with the button; none in the App Home. */
  readonly message?: { readonly ts: string; readonly blocks?: readonly types.KnownBlock[] }
  readonly actions: readonly { readonly action_id: string; readonly value?: string }[]
}

/** What a button says: this lease, as it was when the button was shown. */
interface Meant {
  readonly lease: LeaseId
  readonly version: string
}

export const press = async (context: Context, pressed: Pressed): Promise<void> => {
  const { user, team, actions, response_url: url } = pressed
  const [action] = actions
  const place = url === undefined ? directly(context, user.id) : ephemerally(context, { url, user: user.id })
  await handle(context, { user: user.id, teams: [team?.id, user.team_id] }, place, async () => {
    if (action?.action_id === BUTTONS.get) return openForm(context, user.id, pressed.trigger_id)
    const line = LINES[action?.action_id ?? '']
    const meant = meantBy(action?.value)
    if (line === undefined || meant === null) return place.tell({ text: words.unknownButton })
    await act(context, { pressed, place, line: line(meant.lease, context), button: action!.action_id }, meant)
    if (pressed.message === undefined) await showHome(context, user.id)
  })
}

/** What each button stands for, as its presser could have typed it. */
const LINES: Readonly<Record<string, (lease: LeaseId, context: Context) => string>> = {
  [BUTTONS.extend]: (lease, { limits }) => `extend ${lease} ${Math.round(limits.extendMs / 60_000)}m`,
  [BUTTONS.return]: (lease) => `done ${lease}`,
  [BUTTONS.remind]: (lease) => `snooze ${lease}`,
}

const meantBy = (value: string | undefined): Meant | null => {
  const [, lease, version] = /^\{"l":"(L[0-9A-Z]{1,12})","v":"([0-9a-f]{12})"\}$/.exec(value ?? '') ?? []
  return lease === undefined || version === undefined ? null : { lease: lease as LeaseId, version }
}

interface Doing {
  readonly pressed: Pressed
  readonly place: Place
  readonly line: string
  readonly button: string
}

const act = async (context: Context, { pressed, place, line, button }: Doing, meant: Meant): Promise<void> => {
  const { ports } = context
  const { lease, version } = meant
  const user = pressed.user.id
  const answer = (text: string, isOver: boolean): Promise<void> =>
    isOver ? replacing(context, pressed, lease).tell(besideOthers(pressed, lease, text)) : place.tell({ text })
  if ((await versionNow(context, lease)) !== version) {
    const now = await ports.say('list', speakerOf(context, user, { id: `${pressed.trigger_id}/stale`, room: null }))
    return answer(`${words.stale}\n${shown([...now.room, ...now.person])}`, true)
  }
  // Two clicks on what is the same lease in the same state are one command, wherever the buttons were.
  // To be reminded once more is another matter: it changes nothing of the lease.
  const id = button === BUTTONS.remind ? pressed.trigger_id : `${lease}/${button}/${version}`
  const speaker = speakerOf(context, user, { id, room: null })
  const { room, person } = await ports.say(line, speaker)
  await answer(shown([...room, ...person]), (await versionNow(context, lease)) !== version)
}

const versionNow = ({ ports }: Context, id: LeaseId): Promise<string | null> =>
  ports.look((fleet) => {
    const lease = fleet.leases.get(id)
    return lease === undefined ? null : versionOf(leaseView(fleet, lease))
  })

/** What came of a click, among what the message says of other leases and can still be done about those. */
const besideOthers = ({ message }: Pressed, lease: LeaseId, text: string): Message => {
  const blocks = withoutButtons(message?.blocks ?? [], lease, text)
  return blocks === null ? { text } : { text, blocks }
}

/** A warning that has been acted on says so instead, without its buttons. The card stays where it is, and is kept as the lease is. */
const replacing = (context: Context, { message, response_url: url, user }: Pressed, lease: LeaseId): Place => {
  if (url === undefined) return directly(context, user.id)
  const replace = message !== undefined && !context.cards.isCard(lease, message.ts)
  return ephemerally(context, { url, user: user.id, replace })
}
