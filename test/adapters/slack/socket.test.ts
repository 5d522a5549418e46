import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { house, type House } from '../../kit/slack/house.ts'
import { personIn, type Person } from '../../kit/slack/person.ts'
import { until } from '../../kit/until.ts'
import { APP, workspace, type Workspace } from '../../kit/slack/workspace.ts'

let slack: Workspace
let duffy: House
let alice: Person

beforeAll(async () => {
  slack = await workspace()
  const environment = { DUFFY_SLACK_APP_TOKEN: APP.appToken, DUFFY_SLACK_SIGNING_SECRET: '' }
  duffy = await house(slack, { environment })
  alice = personIn(slack, duffy.url, 'alice')
  await until(() => slack.sockets.open === 1)
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
})

/** Far longer than an answer takes, on a busy host too. */
const GREETING_MS = 2_000

const pools = async () => slack.sockets.deliver('slash_commands', await alice.payloads.command('pools'))
const answers = (): number => slack.responses.filter(({ text }) => text.startsWith('Pools:')).length

describe('over a socket', () => {
  test('a command is acknowledged and answered, an event is obeyed, a button pressed', async () => {
    const before = answers()
    expect(await pools()).toEqual({ envelope_id: expect.any(String) })
    await until(() => answers() === before + 1)

    const said = { type: 'message', channel: 'D0', channel_type: 'im', user: alice.user, text: 'get metal for 1h' }
    const event = alice.payloads.event({ ...said, ts: (Date.now() / 1000).toFixed(6) })
    await slack.sockets.deliver('events_api', event)
    await until(async () => (await slack.direct(alice.user)).some(({ blocks }) => blocks !== undefined))
    const [lease] = await duffy.leases()

    await slack.sockets.deliver('events_api', event)
    const card = (await slack.direct(alice.user)).find(({ blocks }) => blocks !== undefined)
    await slack.sockets.deliver('interactive', await alice.payloads.press(card, 'lease_extend_v1'))
    await until(async () => Date.parse((await duffy.leases())[0].until) > Date.parse(lease.until))
    expect(await duffy.leases()).toHaveLength(1)
  })

  test('a form says what is wrong with it', async () => {
    const payload = {
      type: 'view_submission',
      user: { id: alice.user, team_id: APP.team },
      team: { id: APP.team },
      view: {
        id: 'V1',
        type: 'modal',
        callback_id: 'duffy_get_v1',
        state: {
          values: { type: { value: { selected_option: { value: 'metal' } } }, count: { value: { value: '0' } } },
        },
      },
    }
    const { payload: answer } = await slack.sockets.deliver('interactive', payload)
    expect(answer).toEqual({ response_action: 'errors', errors: { count: expect.any(String) } })
  })

  test('nothing is lost while Slack has the line changed, nor does anybody wait for it', async () => {
    const before = answers()
    const opened = slack.sockets.opened
    // Slack takes its time to greet the next line; the old one serves until then.
    slack.sockets.greetAfterMs = GREETING_MS
    let sent = 0
    let slowest = 0
    for (let end = Infinity; performance.now() < end; sent += 1) {
      if (sent === 3) {
        slack.sockets.refresh()
        end = performance.now() + GREETING_MS + 500
      }
      const began = performance.now()
      await pools()
      slowest = Math.max(slowest, performance.now() - began)
      await pause(50)
    }
    slack.sockets.greetAfterMs = 0
    await until(() => answers() === before + sent)
    expect(slack.sockets.opened).toBe(opened + 1)
    await until(() => slack.sockets.open === 1)
    expect(slowest).toBeLessThan(GREETING_MS)
  })

  test('a line that is cut is opened again, and what Slack sends twice acts once', async () => {
    const before = await duffy.leases()
    const opened = slack.sockets.opened
    const command = await alice.payloads.command('get metal for 1h')
    await slack.sockets.deliver('slash_commands', command, { id: 'first' })
    slack.sockets.cut()
    await slack.sockets.deliver('slash_commands', command, { id: 'second', ms: 10_000 })
    await until(() => slack.sockets.opened > opened)
    expect(await duffy.leases()).toHaveLength(before.length + 1)
  })

  test('Slack failing to open one is tried again', async () => {
    slack.instead('apps.connections.open', { status: 500 })
    slack.sockets.cut()
    await until(() => duffy.log.some((line) => line.includes('cannot be opened')))
    await until(() => slack.sockets.open === 1)
    await pools()
  })

  test('there is no address for requests without a signing secret', async () => {
    expect((await alice.command('pools')).status).toBe(404)
  })
})
