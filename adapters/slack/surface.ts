/**
 * What the app shows to people and asks of Slack. `docs/slack-manifest.json` tells Slack the same, and a test holds the one
 * against the other.
 */
export const COMMAND = '/duffy'
/** Of the global shortcut, and of the form that it opens. */
export const GET_FORM = 'duffy_get_v1'
export const EVENTS = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'message.im',
  'tokens_revoked',
  'user_change',
] as const
export const SCOPES = ['app_mentions:read', 'chat:write', 'commands', 'im:history', 'im:write', 'users:read'] as const
/** Where Slack calls Duffy. */
export const PATH = '/slack/events'

export const BUTTONS = {
  extend: 'lease_extend_v1',
  return: 'lease_return_v1',
  remind: 'lease_remind_v1',
  get: 'home_get_v1',
} as const
