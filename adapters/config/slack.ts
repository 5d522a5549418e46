import type { Environment, SpokenSlack } from './environment.ts'
import type { Faults } from './faults.ts'
import type { Files } from './files.ts'
import type { SlackRead } from './doors-schema.ts'
import { secretFrom } from './secret-from.ts'
import type { SlackSettings } from './settings.ts'

interface Around {
  readonly environment: Environment
  readonly spoken: SpokenSlack
  readonly files: Files
  readonly faults: Faults
}

/** The Slack door, if the config or the environment says anything of it. */
export async function readSlack(read: SlackRead | null, around: Around): Promise<SlackSettings | null> {
  const { spoken, faults } = around
  const speaks = Object.values(spoken).some((value) => value !== null)
  if (read === null && !speaks) return null
  const before = faults.list.length
  const secret = async (name: 'botToken' | 'signingSecret' | 'appToken') =>
    spoken[name] ?? (await secretFrom(read?.[name], ['slack', name], around))
  const botToken = await secret('botToken')
  const signingSecret = await secret('signingSecret')
  const appToken = await secret('appToken')
  if (faults.list.length > before) return null
  if (botToken === null)
    faults.add(
      read === null ? ['DUFFY_SLACK_BOT_TOKEN'] : ['slack', 'botToken'],
      'Give the bot token of the Slack app, `xoxb-…`.',
    )
  else if (!botToken.reveal().startsWith('xoxb-'))
    faults.add(
      spoken.botToken === null ? ['slack', 'botToken'] : ['DUFFY_SLACK_BOT_TOKEN'],
      'That is no bot token: it starts with `xoxb-`, and stands on the page "OAuth & Permissions" of the Slack app.',
    )
  if (appToken !== null && !appToken.reveal().startsWith('xapp-'))
    faults.add(
      spoken.appToken === null ? ['slack', 'appToken'] : ['DUFFY_SLACK_APP_TOKEN'],
      'That is no app token: it starts with `xapp-`, and stands on the page "Basic Information" of the Slack app.',
    )
  if (signingSecret === null && appToken === null)
    faults.add(
      read === null ? ['DUFFY_SLACK_SIGNING_SECRET'] : ['slack'],
      'Give a signing secret, so that Slack can call Duffy, or an app token (`DUFFY_SLACK_APP_TOKEN`), so that Duffy calls Slack.',
    )
  if (botToken === null || faults.list.length > before) return null
  return { botToken, signingSecret, appToken, apiUrl: spoken.apiUrl ?? read?.apiUrl ?? null }
}
