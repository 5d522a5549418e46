import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { mailServer, type MailServer, type Taken } from '../kit/mail/server.ts'
import { personIn, type Person } from '../kit/slack/person.ts'
import { until } from '../kit/until.ts'
import { APP, slackEnvironment, workspace, type Workspace } from '../kit/slack/workspace.ts'
import { KEY } from '../kit/key.ts'
import { nullMetal } from '../kit/null-site.ts'

const CODE = /link ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}) yes/
const CLOSED = { body: { ok: false, error: 'cannot_dm_bot' } }

const site: Config = {
  // A grant takes a playbook, so that whoever asks is told when their machine is ready.
  ...nullMetal(['m1', 'm2', 'm3', 'm4'], { steps: ['grant'] }),
  tenants: { local: { quota: 4, keys: [KEY], members: [`slack:${APP.team}:*`] } },
}

let refusals: string[] = []
const gone = new Set(['gone@x.test'])
let server: MailServer
let slack: Workspace
let duffy: RunningDuffy
let alice: Person

beforeAll(async () => {
  server = await mailServer((to) => (gone.has(to) ? '550 no such user' : (refusals.shift() ?? null)))
  slack = await workspace(['alice'])
  duffy = await runDuffy({
    config: site,
    environment: {
      ...slackEnvironment(slack),
      DUFFY_MAIL_URL: server.url,
      DUFFY_MAIL_FROM: 'Duffy <duffy@lab.example>',
    },
  })
  alice = personIn(slack, duffy.url, 'alice')
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

const said = async (line: string): Promise<string> => {
  const before = slack.responses.length
  await alice.command(line)
  await until(() => slack.responses.length > before)
  return slack.responses.at(-1)!.text
}
const mailTo = async (address: string, pattern: RegExp): Promise<Taken> => {
  let found: Taken | undefined
  await until(
    () => (found = server.taken.find(({ to, text }) => to.includes(address) && pattern.test(text))) !== undefined,
  )
  return found!
}
const linkMail = async (address: string): Promise<string> => {
  expect(await said(`link mail ${address}`)).toContain('A code is on its way')
  const [, code] = CODE.exec((await mailTo(address, CODE)).text)!
  return said(`link ${code} yes`)
}

test('an address is linked by the code that was sent there, and hears of it', async () => {
  expect(await linkMail('alice@x.test')).toContain('are one from now on')
  expect(await said('whoami')).toMatch(/or else at slack:\w+:\w+ and mail:alice@x\.test/)
  await mailTo('alice@x.test', /are one from now on/)
  const database = ['duffy.db', 'duffy.db-wal']
    .map((file) => readFileSync(join(duffy.dataDir, file), 'latin1'))
    .join('')
  expect(database).not.toMatch(CODE)
})

test('what a direct message takes is not mailed', async () => {
  await said('get metal for 1h')
  await until(async () => (await slack.direct(alice.user)).some(({ text }) => /is yours until/.test(text)))
  expect(server.taken.filter(({ text }) => /yours until/.test(text))).toEqual([])
})

test('where a direct message is closed to us it is, and a server that says "later" is asked later', async () => {
  refusals = ['451 greylisted']
  slack.instead('conversations.open', CLOSED, 100)
  slack.instead('chat.postMessage', CLOSED, 100)
  await said('get metal for 1h')
  const { text } = await mailTo('alice@x.test', /yours until/)
  expect(text).toMatch(/^Auto-Submitted: auto-generated/im)
  expect(text).toMatch(/^References: <lease-L\w+@lab\.example>/im)
  expect(refusals).toEqual([])
  slack.restore()
})

test('what one address refuses for good goes to the next, and to the first once it takes mail again', async () => {
  expect(await linkMail('away@x.test')).toContain('are one from now on')
  slack.instead('conversations.open', CLOSED, 100)
  slack.instead('chat.postMessage', CLOSED, 100)
  gone.add('alice@x.test')
  const [, lease] = /lease (L\w+)/.exec(await said('get metal for 1h'))!
  await mailTo('away@x.test', new RegExp(`yours until[^]*${lease}`))
  expect(server.taken.filter(({ to, text }) => to.includes('alice@x.test') && text.includes(lease!))).toEqual([])
  gone.delete('alice@x.test')
  const [, next] = /lease (L\w+)/.exec(await said('get metal for 1h'))!
  await mailTo('alice@x.test', new RegExp(`yours until[^]*${next}`))
  expect(server.taken.filter(({ to, text }) => to.includes('away@x.test') && text.includes(next!))).toEqual([])
  slack.restore()
})

test('a mail that cannot be sent links nothing, and says so', async () => {
  expect(await said('link mail gone@x.test')).toMatch(/failed on my side/)
})
