import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { until } from '../kit/until.ts'
import { personIn, sendSigned, type Person } from '../kit/slack/person.ts'
import { APP, slackEnvironment, workspace, type Json, type Workspace } from '../kit/slack/workspace.ts'
import { KEY } from '../kit/key.ts'
import { nullMetal } from '../kit/null-site.ts'

const site: Config = {
  // What is not named counts as done at once; a grant takes a playbook, so that leases are prepared for a while.
  ...nullMetal(['m1', 'm2', 'm3', 'm4'], { longest: '6h', steps: ['grant'] }),
  tenants: { local: { quota: 4, keys: [KEY] } },
}

let slack: Workspace
let duffy: RunningDuffy
let alice: Person
let environment: Record<string, string>

beforeAll(async () => {
  slack = await workspace(['alice', 'bob', 'dave', 'erin', 'frank', 'guest'])
  environment = {
    ...slackEnvironment(slack),
    DUFFY_SLACK_MEMBERS: `${APP.team}:*`,
  }
  duffy = await runDuffy({
    config: site,
    environment,
  })
  alice = personIn(slack, duffy.url, 'alice')
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
})
beforeEach(() => slack.restore())

const dave = (): Person => personIn(slack, duffy.url, 'dave')
const leases = async (): Promise<Json[]> => (await duffy.operate('GET', '/api/v2/leases?all=true')).body.leases
/** What was said next to a `response_url`. */
const answered = async (what: () => Promise<unknown>): Promise<string> => {
  const before = slack.responses.length
  await what()
  await until(() => slack.responses.length > before)
  return slack.responses.at(-1)!.text
}

/** The lease's card in a person's conversation with Duffy, once it satisfies. */
const card = async (person: Person, id: string, satisfies: (message: Json) => boolean = () => true): Promise<Json> => {
  let found: Json
  await until(async () => {
    found = (await slack.direct(person.user)).find(
      (message) => JSON.stringify(message.blocks ?? []).includes(`lease ${id}`) && satisfies(message),
    )
    return found !== undefined
  })
  return found
}
const buttonsOf = (message: Json): string[] =>
  message.blocks.flatMap((block: Json) => block.elements ?? []).flatMap((element: Json) => element.action_id ?? [])
/** A lease of that person's with its card. */
const granted = async (person: Person, line = 'get metal for 1h'): Promise<{ id: string; message: Json }> => {
  const known = new Set((await leases()).map(({ id }) => id))
  await answered(() => person.command(line))
  await until(async () => (await leases()).some(({ id }) => !known.has(id)))
  const { id } = (await leases()).find((lease) => !known.has(lease.id))!
  return { id, message: await card(person, id) }
}
const untilOf = async (id: string): Promise<string> => (await leases()).find((lease) => lease.id === id)?.until

describe('a slash command', () => {
  test('is acknowledged at once, and answered to its asker alone', async () => {
    const text = await answered(async () => {
      const sent = await alice.command('pools')
      expect([sent.status, sent.text]).toEqual([200, ''])
    })
    expect(text).toContain('Pools: metal (')
    expect(slack.responses.at(-1)).toMatchObject({ response_type: 'ephemeral' })
  })

  test('that errs is told what to type instead, as it is typed here', async () => {
    expect(await answered(() => alice.command('gte metal'))).toContain('`/duffy get metal`')
  })

  test('cannot make a mention or a link of what it says', async () => {
    const text = await answered(() => alice.command('why &lt;!channel&gt;'))
    expect(text).toContain('&lt;!channel&gt;')
    expect(text).not.toContain('<!channel>')
  })

  test('names people by mentioning them', async () => {
    await answered(() => alice.command(`get metal because ask &lt;@${alice.user}&gt; or <@${alice.user}|alice>`))
    await until(async () => (await leases()).length === 1)
    expect((await leases())[0].reason).toBe(`ask <@${alice.user}> or slack:${APP.team}:${alice.user}`)
    await answered(() => alice.command('done'))
  })

  test('leads from a machine over its card to more time and back', async () => {
    const { id, message } = await granted(alice)
    expect(message.text).toMatch(/is yours until/)
    expect(buttonsOf(message)).toEqual(['lease_extend_v1', 'lease_remind_v1', 'lease_return_v1'])
    expect(JSON.stringify(message.blocks)).toContain('"confirm"')
    const before = Date.parse(await untilOf(id))

    expect(await answered(() => alice.press(message, 'lease_extend_v1'))).toContain(`Lease ${id} is yours until`)
    expect(Date.parse(await untilOf(id)) - before).toBe(2 * 3_600_000)
    const extended = await card(alice, id, (one) => one.text !== message.text)
    expect(extended.ts).toBe(message.ts)

    expect(await answered(() => alice.press(extended, 'lease_return_v1'))).toMatch(/given back/)
    const over = await card(alice, id, (one) => buttonsOf(one).length === 0)
    expect([over.ts, over.text]).toEqual([message.ts, expect.stringContaining('given back')])
  })
})

describe('a mention', () => {
  test('is answered in a thread, and how to log in comes in private', async () => {
    const { ts } = await alice.mention('get metal for 1h')
    const inThread = async (): Promise<string> =>
      (await slack.api('conversations.replies', { channel: slack.channel, ts })).messages
        .map(({ text }: Json) => text)
        .join('\n')
    await until(async () => /is yours until/.test(await inThread()))
    const text = await inThread()
    expect(text).toContain(`<@${alice.user}>`)
    expect(text).not.toMatch(/ssh /)
    const [{ id }] = await leases()
    await card(alice, id)
    const before = slack.calls.length
    await alice.mention('done')
    await until(() =>
      slack.calls
        .slice(before)
        .some(({ method, given }) => method === 'chat.postMessage' && /given back/.test(given['text'])),
    )
  })

  test('in the middle of a sentence is none', async () => {
    const before = slack.calls.length
    await alice.mention('x', { text: `I asked <@${APP.user}> to get metal` })
    await alice.mention('x', { subtype: 'bot_message', bot_id: 'B1' })
    await answered(() => alice.command('list'))
    expect(slack.calls.slice(before).filter(({ method }) => method === 'chat.postMessage')).toEqual([])
  })
})

describe('a direct message', () => {
  test('is answered there', async () => {
    await alice.direct('whoami')
    await until(async () =>
      (await slack.direct(alice.user)).some(({ text }) => text.includes(`slack:${APP.team}:${alice.user}`)),
    )
  })

  test('that was held up on its way is not obeyed', async () => {
    await alice.direct('get metal', { ts: (Date.now() / 1000 - 3_600).toFixed(6) })
    await until(async () => (await slack.direct(alice.user)).some(({ text }) => text.includes('came too late')))
    expect(await leases()).toEqual([])
  })
})

describe('what comes twice acts once', () => {
  test('an event that Slack sends again', async () => {
    const event = alice.payloads.event({
      type: 'message',
      channel: 'D0',
      channel_type: 'im',
      ts: (Date.now() / 1000).toFixed(6),
      user: alice.user,
      text: 'get metal for 1h',
    })
    const send = (headers = {}) =>
      sendSigned(`${duffy.url}/slack/events`, JSON.stringify(event), 'application/json', { headers })
    await send()
    await pause(1_100)
    await send({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' })
    await until(
      async () =>
        (await slack.direct(alice.user)).filter(({ text }) => /being made ready|is yours until/.test(text)).length >= 2,
    )
    expect(await leases()).toHaveLength(1)
    await answered(() => alice.command('done'))
  })

  test('two clicks on one button', async () => {
    const { id, message } = await granted(alice)
    const before = Date.parse(await untilOf(id))
    const seen = slack.responses.length
    await Promise.all([alice.press(message, 'lease_extend_v1'), alice.press(message, 'lease_extend_v1')])
    await until(() => slack.responses.length === seen + 2)
    expect(Date.parse(await untilOf(id)) - before).toBe(2 * 3_600_000)

    expect(await answered(() => alice.press(message, 'lease_return_v1'))).toContain('out of date')
    expect(await untilOf(id)).toBeDefined()
    await answered(() => alice.command('done'))
  })
})

describe('a request that is not to be trusted', () => {
  const quiet = async (what: () => Promise<{ status: number }>): Promise<number> => {
    const before = slack.responses.length
    const { status } = await what()
    await answered(() => alice.command('list'))
    expect(slack.responses).toHaveLength(before + 1)
    return status
  }
  test.each([
    ['forged', { secret: 'another secret' }],
    ['altered on its way', { tamper: (body: string) => body.replace('list', 'done') }],
    ['without a signature', { headers: { 'x-slack-signature': '' } }],
    ['older than five minutes', { skewS: -400 }],
    ['more than five minutes ahead', { skewS: 400 }],
  ])('is refused when it is %s', async (_what, bend) => {
    expect(await quiet(() => alice.command('list', {}, bend))).toBe(401)
  })

  test('is refused when it was sent before', async () => {
    const body = new URLSearchParams(await alice.payloads.command('list')).toString()
    const atS = Math.floor(Date.now() / 1000)
    const send = () => sendSigned(`${duffy.url}/slack/events`, body, 'application/x-www-form-urlencoded', { atS })
    const seen = slack.responses.length
    const [first, second] = await Promise.all([send(), send()])
    expect(new Set([first.status, second.status])).toEqual(new Set([200, 401]))
    // The answer to the one that was taken comes after its acknowledgement.
    await until(() => slack.responses.length === seen + 1)
  })

  test('is not looked into when Slack checks the certificate', async () => {
    const body = new URLSearchParams({ ...(await alice.payloads.command('done')), ssl_check: '1' }).toString()
    const sent = await quiet(() =>
      sendSigned(`${duffy.url}/slack/events`, body, 'application/x-www-form-urlencoded', { secret: 'x' }),
    )
    expect(sent).toBe(200)
  })

  test('leaves all other addresses to JSON', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await duffy.api('POST', '/api/v2/requests', { type: 'metal' }, { headers })
    expect([answer.status, answer.body.title]).toEqual([415, 'Not JSON'])
  })

  test('by being of another team, a guest, a bot, or gone, is told why and gets nothing', async () => {
    const bob = personIn(slack, duffy.url, 'bob')
    expect(await answered(() => bob.command('get metal', { team_id: 'T0FOREIGN' }))).toContain('my own workspace')
    for (const [change, words] of [
      [{ is_restricted: true }, 'Guests'],
      [{ is_ultra_restricted: true }, 'Guests'],
      [{ team_id: 'T0FOREIGN' }, 'my own workspace'],
      [{ deleted: true }, 'closed'],
    ] as const) {
      const user = slack.user('guest')
      slack.profile(user, change)
      const guest = personIn(slack, duffy.url, 'guest')
      await sendSigned(
        `${duffy.url}/slack/events`,
        JSON.stringify(guest.payloads.event({ type: 'user_change', user: { id: user, ...change } })),
        'application/json',
      )
      expect(await answered(() => guest.command('get metal'))).toContain(words)
    }
    expect(await leases()).toEqual([])
  })

  test('by a person whom Slack will not tell of is refused until it does', async () => {
    slack.instead('users.info', { status: 500 })
    expect(await answered(() => dave().command('get metal'))).toContain("can't find out who you are")
    expect(await answered(() => dave().command('list'))).toContain('You hold nothing')
  })
})

test('a button of no Duffy that there is now is answered all the same', async () => {
  const before = performance.now()
  const text = await answered(async () => {
    const sent = await alice.press({ ts: '1.000001', blocks: [] }, 'lease_fly_v0')
    expect([sent.status, sent.ms < 2_000]).toEqual([200, true])
  })
  expect(text).toContain('older Duffy')
  expect(performance.now() - before).toBeLessThan(5_000)
})

describe('the form', () => {
  const viewId = async (): Promise<string> => {
    const before = slack.calls.length
    await alice.shortcut()
    await until(() => slack.calls.slice(before).some(({ method }) => method === 'views.open'))
    const { view } = slack.calls.slice(before).find(({ method }) => method === 'views.open')!.given
    expect(view.blocks.map(({ block_id: id }: Json) => id)).toEqual(['type', 'count', 'for', 'reason'])
    expect(view.blocks[0].element.options[0].text.text).toMatch(/^metal: \d free of 4$/)
    return `V${Math.random().toString(36).slice(2)}`
  }

  test('says what is wrong at the field that it is about, and takes it once it is mended', async () => {
    const view = await viewId()
    const errors = async (values: object): Promise<Json> =>
      JSON.parse((await alice.submit(view, values as never)).text).errors
    expect(Object.keys(await errors({ type: 'metal', count: '0' }))).toEqual(['count'])
    expect(await errors({ type: 'metal', count: '1', for: 'a while' })).toEqual({
      for: expect.stringContaining('no length of time'),
    })
    expect(await errors({ type: 'metal', count: '1', for: '3d' })).toEqual({ for: expect.stringMatching(/6h/) })
    expect(await errors({ type: 'metal', count: '9' })).toEqual({ count: expect.any(String) })

    const sent = await alice.submit(view, { type: 'metal', count: '1', for: '1h', reason: 'a form' })
    expect([sent.status, sent.text]).toEqual([200, ''])
    const twice = await alice.submit(view, { type: 'metal', count: '1', for: '1h', reason: 'a form' })
    expect(twice.status).toBe(200)
    await until(async () => (await leases()).length > 0)
    await pause(500)
    expect((await leases()).map(({ reason }) => reason)).toEqual(['a form'])
    await answered(() => alice.command('done'))
  })

  test('opens for a "get" of nothing in particular', async () => {
    const before = slack.calls.length
    await alice.command('get')
    await until(() => slack.calls.slice(before).some(({ method }) => method === 'views.open'))
  })
})

describe('the App Home', () => {
  test('shows what one holds, where one stands in line, and what there is', async () => {
    const { id } = await granted(alice, 'get metal 3 for 1h')
    await answered(() => personIn(slack, duffy.url, 'bob').command('get metal 1 for 1h'))
    await answered(() => alice.command('extend 5m'))
    const before = slack.calls.length
    await alice.openHome()
    await until(() => slack.calls.slice(before).some(({ method }) => method === 'views.publish'))
    const { view, user_id: user } = slack.calls.slice(before).find(({ method }) => method === 'views.publish')!.given
    const text = JSON.stringify(view)
    expect(user).toBe(alice.user)
    expect(text).toContain(id)
    expect(text).toContain('metal: 0 free of 4')
    expect(text).toContain('home_get_v1')

    const home = { ts: undefined, blocks: view.blocks }
    await alice.press(home, 'lease_return_v1', {
      message: undefined,
      response_url: undefined,
      container: { type: 'view' },
    })
    await until(async () => !(await leases()).some((lease) => lease.id === id))
    await answered(() => personIn(slack, duffy.url, 'bob').command('done'))
  })
})

describe('a Slack that is slow, closed or away', () => {
  test('is left alone for as long as it asks, and told then', async () => {
    const erin = personIn(slack, duffy.url, 'erin')
    const later = { status: 429, headers: { 'retry-after': '2' }, body: { ok: false, error: 'ratelimited' } }
    slack.instead('chat.postMessage', later)
    const posts = () =>
      slack.calls.filter(
        ({ method, given }) => method === 'chat.postMessage' && /metal: 4 machines/.test(given['text']),
      )
    await erin.direct('status')
    await until(() => posts().length === 2)
    const [refused, taken] = posts()
    expect(taken!.at - refused!.at).toBeGreaterThanOrEqual(1_950)
  })

  test('is waited for where it has no time to open a conversation', async () => {
    const frank = personIn(slack, duffy.url, 'frank')
    const later = { status: 429, headers: { 'retry-after': '2' }, body: { ok: false, error: 'ratelimited' } }
    slack.instead('conversations.open', later)
    const from = slack.calls.length
    const opened = () =>
      slack.calls
        .slice(from)
        .filter(({ method, given }) => method === 'conversations.open' && given['users'] === frank.user)
    await frank.direct('status')
    await until(() => opened().length === 2)
    const [refused, taken] = opened()
    expect(taken!.at - refused!.at).toBeGreaterThanOrEqual(1_950)
    await until(async () => (await slack.direct(frank.user)).some(({ text }) => text.includes('metal: 4 machines')))
  })

  test('in which a conversation is closed keeps the lease and says so where it was asked for; the card comes once it is open', async () => {
    slack.instead('conversations.open', { body: { ok: false, error: 'user_disabled' } })
    const { ts } = await dave().mention('get metal for 1h')
    const inThread = async (): Promise<string> => {
      const { messages } = await slack.api('conversations.replies', { channel: slack.channel, ts })
      return messages.map(({ text }: Json) => text).join('\n')
    }
    await until(async () => (await inThread()).includes("can't send you a direct message"))
    expect(await inThread()).not.toMatch(/ssh /)
    const [{ id }] = await leases()
    await card(dave(), id)
    await answered(() => dave().command('done'))
  })

  test('keeps nobody from starting, and is found when it is back', async () => {
    await using away = await workspace(['alice'])
    away.instead('auth.test', { status: 503 }, 2)
    await using started = await runDuffy({
      config: { ...site, pools: { metal: { ...site.pools['metal']!, steps: [] } } },
      environment: { ...environment, DUFFY_SLACK_API_URL: away.apiUrl },
    })
    expect(started.log()).toContain('Slack cannot be reached')
    await until(() => started.log().includes('Slack knows us'))
    await personIn(away, started.url, 'alice').command('pools')
    await until(() => away.responses.length === 1)
  }, 300_000)
})

test('a card is found again after a restart, and shows what happened meanwhile', async () => {
  const { id, message } = await granted(alice)
  // Killed between the message and the note of it, Duffy would show the card a second time.
  await pause(1_000)
  await duffy.kill()
  await duffy.start()
  const { status } = await duffy.operate('POST', `/api/v2/leases/${id}/extend`, { by: '1h' })
  expect(status).toBe(200)
  const extended = await card(alice, id, (one) => one.text !== message.text)
  expect(extended.ts).toBe(message.ts)
  slack.instead('chat.update', { status: 503 })
  await duffy.operate('POST', `/api/v2/leases/${id}/done`)
  await duffy.kill()
  await duffy.start()
  const over = await card(alice, id, (one) => buttonsOf(one).length === 0)
  expect(over.ts).toBe(message.ts)
  expect(
    (await slack.direct(alice.user)).filter((one) => JSON.stringify(one.blocks ?? []).includes(`lease ${id}`)),
  ).toHaveLength(1)
}, 360_000)

describe('a start', () => {
  test('with a token that Slack does not know ends with a sentence', async () => {
    const over = { DUFFY_SLACK_BOT_TOKEN: 'xoxb-wrong' }
    const refused = await runDuffy({ config: site, environment: { ...environment, ...over } }).then(
      async (started) => {
        await started[Symbol.asyncDispose]()
        return 'it started'
      },
      (fault: unknown) => String(fault),
    )
    expect(refused).toContain('Slack does not take the bot token (invalid_auth)')
    expect(refused).not.toContain('    at ')
  }, 240_000)
})
