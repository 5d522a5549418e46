import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { estimatesAt, type Refusal } from '#core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run as runCli } from '../../adapters/cli/run.ts'
import { conversation } from '../../adapters/duffy/conversation.ts'
import * as problems from '../../adapters/http/problem.ts'
import type { Answer } from '../../adapters/http/route.ts'
import { ircDoors, sayInIrc, type IrcDoors } from '../../adapters/duffy/irc-doors.ts'
import * as ircWords from '../../adapters/irc/words.ts'
import { sayInSlack, slackDoor, type SlackEntrance } from '../../adapters/duffy/slack-door.ts'
import * as slackWords from '../../adapters/slack/words.ts'
import { serve, type Served } from '../adapters/http/fake.ts'
import { scriptedServer, type ScriptedServer } from '../kit/irc/scripted.ts'
import { isUnderstood, typedInIrc, typedInShell, typedInSlack } from '../kit/next-step.ts'
import { AT, everyRefusal } from '../kit/refusals.ts'
import { personIn, type Person } from '../kit/slack/person.ts'
import { APP, workspace, type Workspace } from '../kit/slack/workspace.ts'
import { until } from '../kit/until.ts'

/**
 * Every refusal that there is, at every door, through the door itself: whatever is refused, the answer has a line to type next, and
 * every line in it is one that the grammar reads.
 */

const LINE = 'get metal 2 for 4h'

let duffy: Served
let ircServer: ScriptedServer
let irc: IrcDoors
let slackTeam: Workspace
let slack: SlackEntrance
let front: ReturnType<typeof createServer>
/** Nobody says more than is heard of them. */
const PEOPLE = ['alice', 'bob', 'carol', 'dan']
let people: readonly Person[]
let asked = 0

beforeAll(async () => {
  duffy = await serve({ ratePerSecond: 100_000 } as never)
  duffy.duffy.at = AT as never
  const ports = duffy.duffy.ports()
  const talk = (say: (line: string) => string) =>
    conversation({
      lane: ports.lane as never,
      store: ports.store as never,
      refusals: duffy.duffy.refusals,
      desk: { at: estimatesAt } as never,
      presence: ports.presence,
      sendCode: null,
      linkPage: null,
      say,
    })
  ircServer = await scriptedServer()
  irc = await ircDoors([network(ircServer.port)], talk(sayInIrc), () => {})
  await until(() => ircServer.received.some((line) => line.startsWith('JOIN')))

  slackTeam = await workspace(PEOPLE)
  const secret = (text: string) => ({ reveal: () => text }) as never
  slack = await slackDoor(
    {
      botToken: secret(APP.botToken),
      signingSecret: secret(APP.signingSecret),
      appToken: null,
      apiUrl: slackTeam.apiUrl,
    },
    {
      lane: ports.lane as never,
      store: { lease: async () => undefined, cards: async () => [] } as never,
      talk: talk(sayInSlack),
      clock: Date.now,
      log: () => {},
    },
  )
  front = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const { status, body } = await slack.mounts[0]!.receive({ headers: request.headers, body: Buffer.concat(parts) })
      response.writeHead(status).end(body)
    })
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  people = PEOPLE.map((name) => personIn(slackTeam, url, name))
})
afterAll(async () => {
  front?.close()
  for (const one of [slack, slackTeam, irc, ircServer, duffy]) await one?.[Symbol.asyncDispose]()
})

const network = (port: number): Parameters<typeof ircDoors>[0][number] => ({
  network: 'net',
  host: '127.0.0.1',
  port,
  tls: false,
  caFile: null,
  nick: 'duffy',
  account: null,
  password: null,
  certificate: null,
  channels: ['#duffy'],
  trustNicks: false,
  bridgeAccounts: [],
  pace: { commandsPerMinute: 6_000, channelCommandsPerMinute: 6_000, burst: 1_000, everyMs: 1 },
})

interface Door {
  readonly name: string
  readonly typed: (text: string) => string[]
  /** What it answers to somebody who types a line. */
  readonly answer: () => Promise<string>
}

const doors: readonly Door[] = [
  {
    name: 'IRC',
    typed: typedInIrc,
    async answer() {
      const said = (from: number): string[] =>
        ircServer.received.slice(from).filter((line) => /^(PRIVMSG|NOTICE|PING) /.test(line))
      const from = ircServer.received.length
      ircServer.say(`@account=alice :alice!a@h PRIVMSG duffy :${LINE}`)
      await until(() => said(from).length > 0)
      // A long answer is several lines, which leave one after the other.
      for (let before = 0; said(from).length > before;) {
        before = said(from).length
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return said(from)
        .map((line) => line.replace(/^\S+ \S+ :/, ''))
        .join('\n')
    },
  },
  {
    name: 'Slack',
    typed: typedInSlack,
    async answer() {
      const before = slackTeam.responses.length
      asked += 1
      await people[asked % people.length]!.command(LINE)
      await until(() => slackTeam.responses.length > before)
      return slackTeam.responses.at(-1).text
    },
  },
  {
    name: 'HTTP',
    typed: typedInShell,
    async answer() {
      const { body } = await duffy.call('POST', '/api/v2/verbs/get', { body: { type: 'metal', count: 2, for: '4h' } })
      return body.detail
    },
  },
  {
    name: 'the command line',
    typed: typedInShell,
    async answer() {
      let text = ''
      const exit = await runCli({
        words: LINE.split(' '),
        env: { DUFFY_URL: duffy.url, DUFFY_API_KEY: duffy.duffy.keys.alice, HOME: '/nonexistent' },
        root: '/nonexistent',
        out: (line) => (text += line),
        err: (line) => (text += line),
        readLog: async () => ({}) as never,
        readSite: async () => ({}) as never,
      })
      expect(exit).toBe(1)
      return text
    },
  },
]

describe.each(doors)('at the door $name', ({ typed, answer }) => {
  test.each(everyRefusal().map((refusal) => [refusal.type, JSON.stringify(refusal), refusal] as const))(
    '%s names the next line to type: %s',
    async (_type, _json, refusal: Refusal) => {
      duffy.duffy.answer = { type: 'refused', refusal }
      const text = await answer()
      const lines = typed(text)
      expect(lines, text).not.toEqual([])
      expect(
        lines.filter((line) => !isUnderstood(line)),
        text,
      ).toEqual([])
    },
  )
})

/** What doors say of their own accord: every text, with what it is given. What refuses nothing is left out. */
const OWN: readonly (readonly [door: string, texts: object, refusesNothing: readonly string[]])[] = [
  ['IRC', ircWords, ['moreInRoom', 'moreInPrivate', 'noMore']],
  // What is held follows a click that came too late.
  ['Slack', slackWords, ['seeDirect', 'stale']],
]
const textsOf = (texts: object, but: readonly string[]): (readonly [string, string])[] =>
  Object.entries(texts)
    .filter(([name]) => !but.includes(name))
    .flatMap(([name, text]) => {
      if (typeof text === 'string') return [[name, text] as const]
      if (typeof text === 'function') return [[name, String(text(30, 300_000))] as const]
      return Object.entries(text as Record<string, string>).map(([which, one]) => [`${name}.${which}`, one] as const)
    })
/** A line to type, another door, somebody to ask, or when to try again. */
const NEXT: readonly RegExp[] = [
  /\/(?:msg|accept) \S+/,
  /use the command line or the HTTP API|uses the HTTP API/,
  /ask an? (?:member|admin|operator)/,
  /(?:again|listen again) in (?:\d|a minute)/,
  /[Ss]ay it again/,
]

describe.each(OWN)('at the door %s', (_door, texts, refusesNothing) => {
  test.each(textsOf(texts, refusesNothing))('its own text %s names what to do next: %s', (_name, text) => {
    const lines = [...typedInIrc(text), ...typedInSlack(text)]
    expect(lines.filter((line) => !isUnderstood(line))).toEqual([])
    expect(lines.length > 0 || NEXT.some((next) => next.test(text)), text).toBe(true)
  })
})

describe('over HTTP', () => {
  const { problem: _problem, refused: _refused, misread: _misread, notFound: _notFound, ...own } = problems
  const makers: readonly (readonly [string, (of: never) => Answer])[] = Object.entries(own)

  test.each(makers)('its own problem %s names what to do next', (_name, make) => {
    const { detail } = make('7f3a' as never).body as { readonly detail: string }
    expect(detail).toMatch(/(?:^|\. )Send |[Tt]ry again in \d* ?\w|"duffy list"|ask an operator/)
  })

  test('a link by mail is refused where no mail is sent, with what would do instead', async () => {
    duffy.duffy.answer = null
    const { status, body } = await duffy.call('POST', '/api/v2/verbs/link', { body: { mail: 'alice@example.org' } })
    expect([status, body.refusal]).toEqual([409, 'noMail'])
    expect(typedInShell(body.detail)).toEqual(['link'])
  })
})
