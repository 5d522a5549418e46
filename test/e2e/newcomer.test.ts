import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { keyPair } from '../kit/ansible.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../kit/irc/inspircd.ts'
import { person } from '../kit/irc/person.ts'
import { typedInIrc, typedInSlack } from '../kit/next-step.ts'
import { nullMetal } from '../kit/null-site.ts'
import { scratch } from '../kit/scratch.ts'
import { personIn } from '../kit/slack/person.ts'
import { until } from '../kit/until.ts'
import { APP, slackEnvironment, workspace, type Workspace } from '../kit/slack/workspace.ts'

/** Nobody's key is known, so that there is something to learn. */
const site = (irc: IrcNetwork): Config => ({
  ...nullMetal(['m1', 'm2', 'm3', 'm4']),
  tenants: { local: { quota: 8, members: ['irc:test:*', `slack:${APP.team}:*`] } },
  irc: {
    test: {
      host: '127.0.0.1',
      port: irc.port,
      tls: false,
      account: 'duffybot',
      password: { env: 'DUFFY_TEST_PASSWORD' },
      channels: ['#duffy'],
      pace: { commandsPerMinute: 600, burst: 20, everyMs: 50 },
    },
  },
})

let irc: IrcNetwork
let slack: Workspace
let duffy: RunningDuffy
const keys = mkdtempSync(join(scratch(), 'duffy-keys-'))
const key = keyPair(keys)

beforeAll(async () => {
  irc = await inspircdWithAtheme()
  slack = await workspace(['alice', 'bob'])
  duffy = await runDuffy({
    config: site(irc),
    environment: {
      DUFFY_TEST_PASSWORD: accounts.duffybot,
      ...slackEnvironment(slack),
    },
  })
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  await irc?.[Symbol.asyncDispose]()
  rmSync(keys, { recursive: true, force: true })
})

/** Lines typed until there is a machine, for whoever gets on sooner. */
const MOST = 8

/**
 * Types a first line, and from then on the first line that each answer says to type, with a key of their own where one is asked for.
 * Gives all lines that were typed, up to the one that got a machine.
 */
const wander = async (
  first: string,
  say: (line: string) => Promise<string>,
  typed: (text: string) => string[],
): Promise<string[]> => {
  const said: string[] = []
  for (let line = first; said.length < MOST;) {
    said.push(line)
    const answer = await say(line)
    if (answer.includes('yours until')) return said
    const [next] = typed(answer)
    if (next === undefined) throw new Error(`nothing to type in: ${answer}`)
    line = next.replace('ssh-ed25519 AAAA…', key.line)
  }
  throw new Error(`no machine after ${said.join(' / ')}`)
}

const WAY = ['help', 'get metal', `keys add ${key.line}`, 'get metal']

test('somebody on IRC who knows nothing but "help" gets a machine by typing what the answers say', async () => {
  await using alice = await person(irc, { nick: 'alice', channels: ['#duffy'] })
  const inRoom = async (line: string): Promise<string> => {
    await alice.settled()
    alice.say('#duffy', `!duffy ${line}`)
    return alice.waitFor(/^:duffy!\S+ (?:PRIVMSG|NOTICE) #duffy :alice: /, 60_000)
  }
  // Nobody vouches for them yet, and the answer says what to do about that.
  const [, asked] = /\/msg NickServ (HELP \w+)/.exec(await inRoom('help'))!
  alice.say('NickServ', asked!)
  await alice.waitFor(/^:NickServ!\S+ NOTICE alice :.*IDENTIFY.* <password>/)
  alice.say('NickServ', `IDENTIFY ${accounts.alice}`)
  await alice.waitFor(/ 900 /)

  // A key is nobody's business in a room: where "in private" is said, they do.
  const say = async (line: string): Promise<string> => {
    if (!line.startsWith('keys add')) return inRoom(line)
    alice.say('duffy', line)
    return alice.waitFor(/^:duffy!\S+ PRIVMSG alice :Your key is added/)
  }
  expect(await wander('help', say, typedInIrc)).toEqual(WAY)
}, 240_000)

test.each([
  ['alice', 'help', []],
  ['bob', 'hello', ['hello']],
] as const)('so does somebody in Slack: %s, who begins with "%s"', async (name, first, before) => {
  const newcomer = personIn(slack, duffy.url, name)
  const say = async (line: string): Promise<string> => {
    const from = slack.responses.length
    await newcomer.command(line)
    await until(() => slack.responses.length > from)
    return slack.responses.at(-1).text
  }
  expect(await wander(first, say, typedInSlack)).toEqual([...before, ...WAY])
})
