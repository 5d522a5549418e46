import { directly } from './answers.ts'
import { getForm } from './blocks/form.ts'
import { identityOf, speakerOf, type Context } from './context.ts'
import { handle } from './handling.ts'
import { shown } from './text.ts'

/** Shows the form for a new request. Slack takes a form only within 3 s of whatever asked for it. */
export const openForm = async (context: Context, user: string, trigger: string): Promise<void> => {
  const found = await context.ports.ask({ ask: 'pools' }, identityOf(context, user))
  await context.calls.openForm(trigger, getForm(found.type === 'pools' ? found.pools : []))
}

/** A form as Slack sends it back. */
export interface Submitted {
  readonly user: { readonly id: string; readonly team_id?: string }
  readonly team?: { readonly id?: string } | null
  readonly view: {
    readonly id: string
    readonly state: { readonly values: Readonly<Record<string, Readonly<Record<string, Entry>>>> }
  }
}
interface Entry {
  readonly value?: string | null
  readonly selected_option?: { readonly value: string } | null
}

/** By block; null: the form is closed. */
type Close = (errors: Readonly<Record<string, string>> | null) => Promise<void>

/** What is wrong is said at the field that it is about; else the form closes, and the answer comes as a direct message. */
export const submitForm = async (context: Context, { user, team, view }: Submitted, close: Close): Promise<void> => {
  const { ports, limits, returned } = context
  const began = ports.clock()
  const place = directly(context, user.id)
  await handle(context, { user: user.id, teams: [team?.id, user.team_id] }, place, async () => {
    const fields = fieldsOf(view.state.values)
    const speaker = speakerOf(context, user.id, { id: `${view.id}/${returned.get(view.id) ?? 0}`, room: null })
    const filled = await ports.fill('get', fields, speaker)
    if (filled.type === 'said') {
      await close(null)
      return place.say(filled.said)
    }
    returned.set(view.id, (returned.get(view.id) ?? 0) + 1)
    await close({ [filled.argument !== null && filled.argument in BLOCKS ? filled.argument : 'type']: filled.sentence })
    if (ports.clock() - began > limits.ackMs) await place.tell({ text: shown([filled.sentence]) })
  })
  // Nobody is left before a form that does not close.
  await close(null)
}

const BLOCKS = { type: true, count: true, for: true, reason: true }

const fieldsOf = (values: Submitted['view']['state']['values']): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (const [block, entries] of Object.entries(values)) {
    const [entry] = Object.values(entries)
    const value = (entry?.selected_option?.value ?? entry?.value ?? '').trim()
    if (block in BLOCKS && value !== '') fields[block] = value
  }
  return fields
}
