import { BadSlack } from './bad-slack.ts'
import { calls as callsFor, errorOf, NoBot, type Calls, type Us } from './calls.ts'
import { loggerFor } from './logger.ts'
import { LIMITS, type Limits, type SlackOptions } from './options.ts'
import { pause } from './pace.ts'
import type { SlackDoor, SlackPorts } from './ports.ts'
import { requests } from './requests.ts'
import { openSession, type Session } from './session.ts'
import { SCOPES } from './surface.ts'

/**
 * The door to a Slack workspace: people say `/duffy get metal`, mention Duffy, write to it, and press buttons. Throws `BadSlack`
 * if Slack does not know the token. A Slack that cannot be reached is tried again for as long as the door is open.
 */
export const slack = (options: SlackOptions): { name: 'slack'; start(ports: SlackPorts): Promise<SlackDoor> } => ({
  name: 'slack',
  async start(ports) {
    const limits = { ...LIMITS, ...options.limits }
    const { clock, log } = ports
    const calls = callsFor({ options, limits, clock, logger: loggerFor(log) })
    const door: Door = { options, limits, ports, calls, closing: new AbortController(), session: undefined }
    const isOpen = await attempt(door, true)
    const reaching = isOpen ? Promise.resolve() : reach(door)
    const { signingSecret } = options
    return {
      receive:
        signingSecret === null ? null : requests({ signingSecret, take: () => door.session?.take, limits, clock, log }),
      tell: (to, notice) => door.session?.tell(to, notice) ?? Promise.resolve('absent'),
      async [Symbol.asyncDispose]() {
        door.closing.abort()
        await reaching
        await door.session?.[Symbol.asyncDispose]()
        calls.close()
      },
    }
  },
})

interface Door {
  readonly options: SlackOptions
  readonly limits: Limits
  readonly ports: SlackPorts
  readonly calls: Calls
  readonly closing: AbortController
  session: Session | undefined
}

/** Later and later, up to a limit. */
const reach = async (door: Door): Promise<void> => {
  const { limits, closing } = door
  for (let failures = 0; !closing.signal.aborted; failures += 1) {
    await pause(Math.min(limits.longestBackoffMs, limits.backoffMs * 2 ** Math.min(failures, 20)), closing.signal)
    if (!closing.signal.aborted && (await attempt(door, false))) return
  }
}

/** Whether Slack has said who we are. */
const attempt = async (door: Door, isFirst: boolean): Promise<boolean> => {
  const { options, limits, ports, calls } = door
  try {
    const us = await calls.us()
    ports.log('info', 'Slack knows us', { team: us.team, user: us.user })
    warnOfScopes(us, ports)
    door.session = await openSession({ us, calls, ports, options, limits })
    return true
  } catch (fault) {
    const sentence = hopeless(fault)
    if (sentence !== null && isFirst) throw new BadSlack(sentence, { cause: fault })
    ports.log(sentence === null ? 'warn' : 'error', sentence ?? 'Slack cannot be reached; I will try again', {
      fault: String(fault),
    })
    return false
  }
}

/** What no waiting will mend. */
const hopeless = (fault: unknown): string | null => {
  if (fault instanceof NoBot)
    return 'The Slack token is not of a bot. Give the "Bot User OAuth Token", xoxb-…, of the page "OAuth & Permissions" of the Slack app.'
  const error = errorOf(fault)
  if (error === null || !BAD_TOKEN.has(error)) return null
  return `Slack does not take the bot token (${error}). Install the app in the workspace again, and give the "Bot User OAuth Token" of its page "OAuth & Permissions".`
}

const BAD_TOKEN: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'no_permission',
  'org_login_required',
])

/** Slack would say so only when somebody needs it. */
const warnOfScopes = ({ scopes }: Us, { log }: SlackPorts): void => {
  const missing = scopes.length === 0 ? [] : SCOPES.filter((scope) => !scopes.includes(scope))
  if (missing.length === 0) return
  log(
    'warn',
    `the Slack app lacks ${missing.join(', ')}: add them on its page "OAuth & Permissions", and install it again`,
  )
}
