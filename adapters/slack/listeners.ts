import type { App } from '@slack/bolt'
import type { Profile } from './people.ts'
import type { Context } from './context.ts'
import { hearCommand, hearDirect, hearMention, type Command, type Spoken } from './hear.ts'
import { press, type Pressed } from './buttons.ts'
import { openForm, submitForm, type Submitted } from './form.ts'
import { showHome } from './home.ts'
import { handle } from './handling.ts'
import { COMMAND, GET_FORM } from './surface.ts'

/** Everything that Slack can send has somebody who answers it: what nobody handles costs its sender three seconds and an error. */
export const listen = (app: App, context: Context): void => {
  app.command(COMMAND, async ({ ack, body }) => {
    await ack()
    await hearCommand(context, body satisfies Command)
  })
  app.event('app_mention', ({ body }) => hearMention(context, body as unknown as Spoken))
  app.event('message', ({ body }) => hearDirect(context, body as unknown as Spoken))
  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return
    const sender = { user: event.user, teams: [body.team_id] }
    await handle(context, sender, null, () => showHome(context, event.user))
  })
  app.event('user_change', async ({ event }) => context.people.learn(event.user as Profile))
  for (const gone of ['tokens_revoked', 'app_uninstalled'] as const) {
    app.event(gone, async () =>
      context.ports.log('error', `Slack says ${gone}: install the app again, and start Duffy with its new token`),
    )
  }
  app.shortcut({ callback_id: GET_FORM }, async ({ ack, body }) => {
    await ack()
    const sender = { user: body.user.id, teams: [body.team?.id, teamIn(body.user)] }
    await handle(context, sender, null, () => openForm(context, sender.user, body.trigger_id))
  })
  app.view({ callback_id: GET_FORM, type: 'view_submission' }, async ({ ack, body }) => {
    await submitForm(context, body satisfies Submitted, (errors) =>
      errors === null ? ack() : ack({ response_action: 'errors', errors }),
    )
  })
  app.action(/[^]*/, async ({ ack, body }) => {
    await ack()
    await press(context, body as unknown as Pressed)
  })
}

/** Bolt's types leave it out where Slack does not. */
const teamIn = (user: object): string | undefined => ('team_id' in user ? String(user.team_id) : undefined)
