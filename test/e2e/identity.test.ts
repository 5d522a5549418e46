import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { ii, type Ii } from '../kit/irc/ii.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../kit/irc/inspircd.ts'
import { nullMetal } from '../kit/null-site.ts'
import { personIn } from '../kit/slack/person.ts'
import { slackEnvironment, workspace, type Workspace } from '../kit/slack/workspace.ts'
import { KEY } from '../kit/key.ts'

const BIN = resolve(import.meta.dirname, '../../bin/duffy')
const CODE = /duffy link ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})/

const site: Config = {
  ...nullMetal(['m1', 'm2', 'm3']),
  tenants: { local: { quota: 3, keys: [KEY] } },
  operators: { controlRooms: ['irc:test:#Lab-Ops', 'slack:CNONE'] },
}

let network: IrcNetwork
let slack: Workspace
let duffy: RunningDuffy
let alice: Ii

beforeAll(async () => {
  network = await inspircdWithAtheme()
  slack = await workspace(['alice'])
  duffy = await runDuffy({
    config: site,
    environment: {
      DUFFY_IRC_HOST: '127.0.0.1',
      DUFFY_IRC_PORT: String(network.port),
      DUFFY_IRC_TLS: 'false',
      DUFFY_IRC_NETWORK: 'test',
      DUFFY_IRC_NICK: 'duffy',
      DUFFY_IRC_ACCOUNT: 'duffybot',
      DUFFY_IRC_PASSWORD: accounts.duffybot,
      DUFFY_IRC_CHANNELS: '#duffy,#lab-ops',
      ...slackEnvironment(slack),
    },
  })
  alice = await ii(network, { nick: 'alice', channels: ['#duffy', '#lab-ops'] })
  await alice.say('NickServ', `IDENTIFY alice ${accounts.alice}`)
  await alice.waitFor('nickserv', /now (identified|logged in)/i)
}, 360_000)
afterAll(async () => {
  await alice?.[Symbol.asyncDispose]()
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
})

/** The command line, with the member's key that Duffy made. */
const duffySays = (...words: string[]): Promise<Ran> => ran('local.key', words)
interface Ran {
  readonly exit: number | null
  readonly text: string
}
const ran = async (file: string, words: readonly string[]): Promise<Ran> => {
  const key = readFileSync(join(duffy.dataDir, file), 'utf8').trim()
  const child = spawn(BIN, words, {
    env: { PATH: process.env['PATH'], HOME: duffy.dataDir, DUFFY_URL: duffy.url, DUFFY_API_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()))
  return new Promise((done) => child.on('close', (exit) => done({ exit, text })))
}

describe('somebody whom IRC vouches for and no tenant names', () => {
  let code = ''

  test('is told to link, and is given a code in private', async () => {
    await alice.say('duffy', 'get metal')
    await alice.waitFor('duffy', /belongs to no tenant here.*link/)
    await alice.say('duffy', 'link')
    code = CODE.exec(await alice.waitFor('duffy', CODE))![1]!
    await alice.say('duffy', `link ${code} yes`)
    await alice.waitFor('duffy', /belongs to no tenant here[^]*belongs to no tenant here/)
  })

  test('becomes one with whoever says it at the command line', async () => {
    const asked = await duffySays('link', code)
    expect(asked.text).toContain('That code was given to irc:test:alice')
    expect(asked.text).toContain(`If that is your account, say: duffy link ${code} yes\n`)
    const said = await duffySays('link', code.toLowerCase(), 'yes')
    expect(said).toMatchObject({ exit: 0 })
    expect(said.text).toContain('irc:test:alice and key:')
    await alice.waitFor('duffy', /irc:test:alice and key:\w+ are one from now on/)
    const used = await duffySays('link', code, '--yes')
    expect(used.exit).toBe(1)
    expect(used.text).toContain('That code is wrong, used, or too old')
  })

  test('gets machines, and either side gives them back', async () => {
    await alice.say('duffy', 'get metal')
    const [, id] = /lease (L\w+)/.exec(await alice.waitFor('duffy', /yours until .* lease L\w+/))!
    expect((await duffySays('list')).text).toContain(id)
    expect((await duffySays('done', id!)).text).toContain('given back')
  })

  test('links a third account from there, and whoami lists all of them', async () => {
    const person = personIn(slack, duffy.url, 'alice')
    const before = slack.responses.length
    await person.command('link')
    const given = await slackSays(before, CODE)
    await alice.say('duffy', `link ${CODE.exec(given)![1]} yes`)
    await alice.waitFor('duffy', /slack:\w+:\w+ and .*irc:test:alice.* are one/)
    expect((await duffySays('whoami')).text).toMatch(/You are also irc:test:alice and slack:\w+:\w+/)
    await person.command('whoami')
    expect(await slackSays(before + 1, /a member of local/)).toContain('irc:test:alice')
  })

  test('unlinks, and speaks for nobody', async () => {
    await alice.say('duffy', 'unlink')
    await alice.waitFor('duffy', /irc:test:alice is somebody else than/)
    expect((await duffySays('whoami')).text).not.toContain('irc:test:alice')
    expect((await duffySays('unlink')).text).toContain('would speak for nobody')
  })

  test('is an operator after an operator said so, and is obeyed as one in a control room alone', async () => {
    await alice.say('duffy', 'link')
    await alice.waitFor('duffy', /is somebody else than[^]*duffy link [0-9A-Z-]{14}/)
    const [, again] = CODE.exec((await alice.shown('duffy')).split('is somebody else than')[1]!)!
    expect(await ran('operator.key', ['link', again!, 'yes'])).toMatchObject({ exit: 0 })
    const line = 'maintenance on m1 because new memory'
    await alice.say('#duffy', `!duffy ${line}`)
    await alice.waitFor('#duffy', /You are an operator, but.*nothing was done\. Say it in irc:test:#lab-ops/)
    await alice.say('duffy', line)
    await alice.waitFor('duffy', /You are an operator, but/)
    await alice.say('#lab-ops', `!duffy ${line}`)
    await alice.waitFor('#lab-ops', /m1 .*maintenance/)
    const { machines } = (await duffy.api('GET', '/api/v2/machines')).body
    expect(machines.find(({ name }: { name: string }) => name === 'm1').state).toBe('maintenance')
  })

  test('is given a code at the command line too, to be said in a chat', async () => {
    const { text } = await duffySays('link')
    const codes = [...text.matchAll(/link ([0-9A-Z-]+)/g)].map(([, one]) => one)
    expect(codes).toHaveLength(2)
    for (const one of codes) expect(one).toMatch(/^(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}$/)
  })

  test('leaves no code in the record, the tables or the log', async () => {
    expect(code).not.toBe('')
    const letters = code.replaceAll('-', '')
    const files = ['duffy.db', 'duffy.db-wal'].map((file) => readFileSync(join(duffy.dataDir, file), 'latin1')).join('')
    for (const text of [files, duffy.log()]) {
      expect(text).not.toContain(code)
      expect(text).not.toContain(letters)
    }
    expect((await duffy.operate('GET', '/api/v2/verify')).body).toMatchObject({ ok: true })
  })
})

const slackSays = async (from: number, pattern: RegExp): Promise<string> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = slack.responses.slice(from).find(({ text }) => pattern.test(text))
    if (found !== undefined) return found.text
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`Slack was never told ${pattern}: ${JSON.stringify(slack.responses.slice(from))}`)
}
