import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COMMAND, EVENTS, GET_FORM, PATH, SCOPES } from '../../../adapters/slack/surface.ts'

const manifest = JSON.parse(readFileSync('docs/slack-manifest.json', 'utf8'))
const handlers = readFileSync('adapters/slack/listeners.ts', 'utf8')

describe('the manifest', () => {
  test('has the command, the shortcut, the events and the scopes that the door has', () => {
    expect(manifest.features.slash_commands.map(({ command }: { command: string }) => command)).toEqual([COMMAND])
    expect(manifest.features.shortcuts.map(({ callback_id: id }: { callback_id: string }) => id)).toEqual([GET_FORM])
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(EVENTS)
    expect(manifest.oauth_config.scopes.bot).toEqual(SCOPES)
  })

  test('names events that each have a handler, and no others have', () => {
    const handled = [
      ...handlers.matchAll(/app\.event\('(\w+)'/g),
      ...handlers.matchAll(/'(tokens_revoked|app_uninstalled)'/g),
    ]
    const names = handled.map(([, name]) => (name === 'message' ? 'message.im' : name))
    expect(new Set(names)).toEqual(new Set(EVENTS))
  })

  test('sends everything to the one address', () => {
    const { slash_commands: commands } = manifest.features
    const { event_subscriptions: events, interactivity } = manifest.settings
    for (const url of [commands[0].url, events.request_url, interactivity.request_url])
      expect(new URL(url).pathname).toBe(PATH)
  })

  test('has what people type escaped, so that they can name one another', () => {
    expect(manifest.features.slash_commands[0].should_escape).toBe(true)
  })
})
