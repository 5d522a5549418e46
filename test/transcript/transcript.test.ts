import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../kit/irc/inspircd.ts'
import { person as ircPerson } from '../kit/irc/person.ts'
import { personIn } from '../kit/slack/person.ts'
import { until } from '../kit/until.ts'
import { APP, slackEnvironment, workspace, type Workspace } from '../kit/slack/workspace.ts'
import { timeless } from './timeless.ts'
import { KEY } from '../kit/key.ts'

/**
 * What the same person types at each door, and all that is answered, as one file a door, so that the grammar and the manner can be
 * read in one place: `irc.txt`, `slack.txt`, `cli.txt`, `http.txt` beside this file. After a change of words, look at what
 * `vitest run test/transcript -u` makes of them.
 */

const site: Config = {
  platforms: {
    intel: { arch: 'x86_64', vendor: 'intel' },
    kvm: { arch: 'x86_64', vendor: 'intel' },
    thunder: { arch: 'aarch64', vendor: 'cavium' },
  },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      longest: '6h',
      steps: [],
      machines: [
        { name: 'm1', platform: 'intel' },
        { name: 'm2', platform: 'intel' },
        { name: 'm3', platform: 'thunder' },
      ],
    },
    vm: { type: 'vm', driver: 'null', steps: [], machines: [{ name: 'v1', platform: 'kvm' }] },
  },
  tenants: { local: { quota: 3, keys: [KEY] } },
}
/** The channel of a server of one's own. */
const PACE = { commandsPerMinute: 600, channelCommandsPerMinute: 600, burst: 100, everyMs: 10 }

/** As typed in a shell; in chat the words are the same. */
const SCENARIO = [
  'hello',
  'whoami',
  'pools',
  'get metal for 2h because kernel test',
  'list',
  'gte metal',
  'get meta',
  'get metal 9',
  'get metal for 3 parsecs',
  'get metal for 9h',
  'get metal 2 arch aarch64',
  'get vm 1 hour',
  'get vm',
  'queue',
  'why vm',
  'cancel',
  'extend 30m',
  'extend vm 30m',
  'extend metal',
  'hold vm because it hangs',
  'get metal --dry-run',
  'wear',
  'maintenance',
  'reservations',
  'help',
  'help get',
  'home',
  'done nosuch',
  'release vm collect ../x',
  'release vm collect /var/log/*.log',
  'release vm',
  'return all',
  'done',
  'get metal',
  'get vm',
  'done all',
  'yes',
]

let irc: IrcNetwork
let slack: Workspace
let duffy: RunningDuffy

beforeAll(async () => {
  irc = await inspircdWithAtheme()
  slack = await workspace(['alice'])
  duffy = await runDuffy({
    config: { ...site, irc: { test: { host: '127.0.0.1', pace: PACE } } },
    environment: {
      DUFFY_IRC_HOST: '127.0.0.1',
      DUFFY_IRC_PORT: String(irc.port),
      DUFFY_IRC_TLS: 'false',
      DUFFY_IRC_NETWORK: 'test',
      DUFFY_IRC_NICK: 'duffy',
      DUFFY_IRC_ACCOUNT: 'duffybot',
      DUFFY_IRC_PASSWORD: accounts.duffybot,
      DUFFY_IRC_CHANNELS: '#duffy',
      DUFFY_IRC_MEMBERS: '*',
      ...slackEnvironment(slack),
      DUFFY_SLACK_MEMBERS: `${APP.team}:*`,
    },
  })
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  await irc?.[Symbol.asyncDispose]()
})

/** In which something would have been said that nothing waited for. */
const LATE_MS = 1000
/** By itself the command line waits a minute for a machine, only to say in the end what it said in the beginning. */
const BRIEFLY = ['--wait', '2s']

const login = (nick: 'alice' | 'bob') => ({ nick, login: { account: nick, password: accounts[nick] } })

const transcript = async (prompt: string, ask: (line: string) => Promise<readonly string[]>): Promise<string> => {
  const parts: string[] = []
  for (const line of SCENARIO) parts.push([`${prompt}${line}`, ...(await ask(line))].join('\n'))
  return timeless(`${parts.join('\n\n')}\n`)
}

test('in an IRC channel', async () => {
  await using alice = await ircPerson(irc, { ...login('alice'), channels: ['#duffy'] })
  await using bob = await ircPerson(irc, login('bob'))
  const said = (): string[] =>
    alice.lines(/^:duffy\S* (PRIVMSG|NOTICE) /).map((line) => {
      const [, target, text] = /^:\S+ \S+ (\S+) :(.*)$/.exec(line)!
      return `${target === '#duffy' ? '#duffy' : '(privately)'} <duffy> ${text}`
    })
  let shown = 0
  const rest = (): string[] => {
    const lines = said().slice(shown)
    shown += lines.length
    return lines
  }
  const text = await transcript('#duffy <alice> !duffy ', async (line) => {
    alice.say('#duffy', `!duffy ${line}`)
    await until(() => said().length > shown)
    // Lines leave in order: one to somebody else comes after the last of this answer.
    bob.say('duffy', 'more')
    await bob.waitFor(/:there is nothing more\.$/)
    await alice.settled()
    return rest()
  })
  await pause(LATE_MS)
  expect(rest()).toEqual([])
  await expect(text).toMatchFileSnapshot('irc.txt')
})

test('in Slack', async () => {
  const alice = personIn(slack, duffy.url, 'alice')
  const leases = async (): Promise<string[]> => {
    const { body } = await duffy.api('GET', '/api/v2/leases')
    return body.leases.map(({ id }: { id: string }) => id)
  }
  let [answered, told] = [slack.responses.length, (await slack.direct(alice.user)).length]
  const rest = async (): Promise<string[]> => {
    const answers = slack.responses.slice(answered)
    const notices = (await slack.direct(alice.user)).slice(told)
    answered += answers.length
    told += notices.length
    return [
      ...answers.map(({ text: answer }) => `(only to you) ${answer}`),
      ...notices.map(({ text: notice }) => `(direct message) ${notice}`),
    ]
  }
  const text = await transcript('/duffy ', async (line) => {
    const held = await leases()
    await alice.command(line)
    await until(() => slack.responses.length > answered)
    // Each lease has a card, which comes when it comes.
    const cards = (await leases()).filter((id) => !held.includes(id)).length
    await until(async () => (await slack.direct(alice.user)).length >= told + cards)
    return rest()
  })
  await pause(LATE_MS)
  expect(await rest()).toEqual([])
  await expect(text).toMatchFileSnapshot('slack.txt')
})

test('in a shell', async () => {
  const text = await transcript('$ duffy ', async (line) => {
    const { out, exit } = await shell([...line.split(' '), ...(line === 'get vm' ? BRIEFLY : [])])
    return [...out.trimEnd().split('\n'), ...(exit === 0 ? [] : [`(exit code ${exit})`])]
  })
  // Whoever waits is told how it stands as often as that changes.
  await expect(text.replaceAll(/^(.+\n)\1+/gm, '$1')).toMatchFileSnapshot('cli.txt')
}, 300_000)

test('over HTTP', async () => {
  const parts: string[] = []
  const seen = { lease: '', request: '', refusal: '' }
  for (const [method, path, body] of CALLS) {
    const to = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof seen) => seen[name])
    const answer = await duffy.api(method, to, body)
    seen.lease = answer.body?.lease?.id ?? seen.lease
    seen.request = answer.body?.request?.id ?? seen.request
    const sent = body === undefined ? '' : ` ${JSON.stringify(body)}`
    parts.push(`${method} ${to}${sent}\n${answer.status} ${JSON.stringify(answer.body, null, 2)}`)
  }
  await expect(timeless(`${parts.join('\n\n')}\n`)).toMatchFileSnapshot('http.txt')
})

/** The same as far as it differs there from verbs posted by name; `{lease}` is the last that was answered. */
const CALLS: readonly (readonly [string, string, object?])[] = [
  ['GET', '/api/v2/whoami'],
  ['GET', '/api/v2/pools'],
  ['POST', '/api/v2/requests', { type: 'metal', for: '2h', reason: 'kernel test' }],
  ['GET', '/api/v2/leases'],
  ['POST', '/api/v2/requests', { typ: 'metal' }],
  ['POST', '/api/v2/requests', { type: 'meta' }],
  ['POST', '/api/v2/requests', { type: 'metal', count: 9 }],
  ['POST', '/api/v2/requests', { type: 'metal', for: '9h' }],
  ['POST', '/api/v2/leases/{lease}/extend', { by: '30m' }],
  ['POST', '/api/v2/requests', { type: 'vm' }],
  ['POST', '/api/v2/requests', { type: 'vm' }],
  ['GET', '/api/v2/queue'],
  ['GET', '/api/v2/requests/{request}/why'],
  ['DELETE', '/api/v2/requests/{request}'],
  ['POST', '/api/v2/requests', { type: 'metal', count: 1, dryRun: true }],
  ['POST', '/api/v2/leases/{lease}/done', {}],
  ['POST', '/api/v2/verbs/done', { what: 'all' }],
  ['POST', '/api/v2/verbs/done', {}],
]

const shell = (words: readonly string[]): Promise<{ out: string; exit: number | null }> => {
  const child = spawn(resolve(import.meta.dirname, '../../bin/duffy'), words, {
    env: {
      PATH: process.env['PATH'],
      HOME: duffy.dataDir,
      DUFFY_URL: duffy.url,
      DUFFY_API_KEY: readFileSync(join(duffy.dataDir, 'local.key'), 'utf8').trim(),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (part) => (out += part))
  child.stderr.on('data', (part) => (out += part))
  return new Promise((done) => child.on('close', (exit) => done({ out, exit })))
}
