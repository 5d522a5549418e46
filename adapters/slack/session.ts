import { App, type Receiver } from '@slack/bolt'
import { Bounded } from '../bounded.ts'
import { flood } from '../flood.ts'
import type { Calls, Us } from './calls.ts'
import { cardBox } from './cards.ts'
import type { Context } from './context.ts'
import { intake, type Take } from './intake.ts'
import { listen } from './listeners.ts'
import { loggerFor } from './logger.ts'
import type { Limits, SlackOptions } from './options.ts'
import { people } from './people.ts'
import type { SlackDoor, SlackPorts } from './ports.ts'
import { socket } from './socket.ts'
import { teller } from './tell.ts'

/** The door once Slack has said who we are. */
export interface Session extends AsyncDisposable {
  readonly take: Take
  readonly tell: SlackDoor['tell']
}

interface Given {
  readonly us: Us
  readonly calls: Calls
  readonly ports: SlackPorts
  readonly options: SlackOptions
  readonly limits: Limits
}

export const openSession = async ({ us, calls, ports, options, limits }: Given): Promise<Session> => {
  await using opening = new AsyncDisposableStack()
  const cards = opening.use(await cardBox({ calls, ports, limits }))
  const context: Context = {
    us,
    calls,
    cards,
    ports,
    limits,
    returned: new Bounded(limits.forms),
    flood: flood({
      perMinute: limits.commandsPerMinute,
      ignoreMs: limits.ignoreMs,
      remembered: limits.people,
      now: ports.clock,
    }),
    people: people({
      team: us.team,
      profile: (user) => calls.profile(user),
      limits,
      clock: ports.clock,
      onFault: (fault) => ports.log('warn', 'Slack did not say who somebody is', { fault: String(fault) }),
    }),
  }
  const app = await boltFor(us, options, ports)
  listen(app, context)
  const inbox = opening.use(intake(app, limits, ports.log))
  if (options.appToken !== null) {
    const { take } = inbox
    opening.use(socket({ address: () => calls.socket(), take, limits, log: ports.log }))
  }
  const open = opening.move()
  return { take: inbox.take, tell: teller(context), [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** Bolt reads payloads and finds who handles them. Who calls, how, and whether twice, is seen to before it. */
const boltFor = async (us: Us, options: SlackOptions, { log }: SlackPorts): Promise<App> => {
  const app = new App({
    receiver: NO_RECEIVER,
    authorize: async () => ({ botToken: options.botToken(), botId: us.bot, botUserId: us.user }),
    convoStore: false,
    deferInitialization: true,
    logger: loggerFor(log),
  })
  app.error(async (error) => log('error', 'a handler of the Slack door failed', { fault: error }))
  await app.init()
  return app
}

const NO_RECEIVER: Receiver = { init: () => {}, start: async () => {}, stop: async () => {} }
