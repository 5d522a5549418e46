import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { browser } from '../kit/browser.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { nullMetal } from '../kit/null-site.ts'
import { personIn } from '../kit/slack/person.ts'
import { APP, slackEnvironment, workspace, type Workspace } from '../kit/slack/workspace.ts'
import { until } from '../kit/until.ts'

/** The page at /link in a real browser, worked by the keyboard alone. */

const CODE = /duffy link ((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})/

let slack: Workspace
let duffy: RunningDuffy
let chromium: Browser
let page: Page
/** What the browser fetched, and what it complained of. */
let fetched: string[]
let complaints: string[]

beforeAll(async () => {
  slack = await workspace(['alice'])
  ;[duffy, chromium] = await Promise.all([
    runDuffy({
      config: { ...nullMetal(['m1']), tenants: { local: {} }, http: { publicUrl: 'https://duffy.test/' } },
      environment: slackEnvironment(slack),
    }),
    browser(),
  ])
}, 360_000)
afterAll(async () => {
  await chromium?.close()
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  page = await chromium.newPage()
  fetched = []
  complaints = []
  page.on('request', (request) => fetched.push(`${request.method()} ${request.url()}`))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (fault) => complaints.push(String(fault)))
})
afterEach(() => page.close())

const keyIn = (file: string): string => readFileSync(join(duffy.dataDir, file), 'utf8').trim()

/** A code for alice, whom Slack vouches for and no tenant names. */
const codeOfAlice = async (): Promise<string> => {
  const before = slack.responses.length
  await personIn(slack, duffy.url, 'alice').command('link')
  await until(() => slack.responses.slice(before).some(({ text }) => CODE.test(text)))
  return CODE.exec(slack.responses.at(-1).text)![1]!
}
const alice = (): string => `slack:${APP.team}:${slack.user('alice')}`

/** From the top of the page: the key, the code, and Enter. */
const type = async (key: string, code: string): Promise<void> => {
  await page.goto(`${duffy.url}/link`)
  await page.keyboard.press('Tab')
  await page.keyboard.type(key)
  await page.keyboard.press('Tab')
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
}
const said = (text: string | RegExp): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor()
const whoami = async (): Promise<string[]> => (await duffy.api('GET', '/api/v2/whoami')).body.others

test('shows whose a code is, and links that account on a yes and not before', async () => {
  await type(keyIn('local.key'), await codeOfAlice())
  await page.getByRole('heading', { name: `Is ${alice()} you?` }).waitFor()
  expect(await page.locator('#means').textContent()).toContain('it speaks for local as you do')
  expect(await whoami()).toEqual([])

  // What is read next has the focus: an Enter too many links nobody.
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Yes, link it')
  expect(await whoami()).toEqual([])
  await page.keyboard.press('Enter')
  await said(`${alice()} and you are one from now on.`)
  expect(await whoami()).toEqual([alice()])

  expect(
    await page.evaluate('[key.value, code.value, localStorage.length, sessionStorage.length, document.cookie]'),
  ).toEqual(['', '', 0, 0, ''])
  expect(page.url()).toBe(`${duffy.url}/link`)
  expect([...new Set(fetched)]).toEqual([`GET ${duffy.url}/link`, `POST ${duffy.url}/api/v2/verbs/link`])
  expect(complaints).toEqual([])
}, 60_000)

test('says of a code whose account speaks for itself that it is asked too', async () => {
  const { body } = await duffy.operate('POST', '/api/v2/verbs/link', {})
  await type(keyIn('local.key'), body.code)
  await page.getByRole('button', { name: 'Yes, link it' }).click()
  await said(/key:\w+ speaks for local by itself, so it is asked whether it is you\. Say there: link yes/)
}, 60_000)

test('links nobody on a no, or once what it asked about is changed', async () => {
  const { body } = await duffy.operate('POST', '/api/v2/verbs/link', {})
  await type(keyIn('local.key'), body.code)
  await page.getByRole('button', { name: 'No', exact: true }).click()
  await said('Nothing was linked.')
  expect(await page.locator('#confirm').isVisible()).toBe(false)

  await page.getByRole('button', { name: 'Whose is it?' }).click()
  await page.locator('#confirm').waitFor()
  await page.getByLabel('Code').fill('K7M2-9QPD-3TXA')
  expect(await page.locator('#confirm').isVisible()).toBe(false)
}, 60_000)

test('says what is wrong, and that nothing was linked', async () => {
  await type(keyIn('local.key'), 'K7M2-9QPD-3TXA')
  await said(/That code is wrong, used, or too old.*nothing was linked\. \d tries left/)
  await type('dfy_nobody_nothing', 'K7M2-9QPD-3TXA')
  await said(/That is no API key of this Duffy.*nothing was linked/)
  await type('schlüssel “mit” 👋', 'K7M2-9QPD-3TXA')
  await said(/That is no API key of this Duffy.*nothing was linked/)
  await page.route('**/api/v2/verbs/link', (route) => route.abort())
  await type(keyIn('local.key'), 'K7M2-9QPD-3TXA')
  await said('Duffy could not be asked; nothing was linked. Try again.')
}, 60_000)

const LOOKED = { outcome: 'linkFound', identity: 'irc:net:ann', tenant: 'local' }

test('does not show whose a code is that was changed while Duffy was asked', async () => {
  const answered = Promise.withResolvers<void>()
  await page.route('**/api/v2/verbs/link', async (route) => {
    await answered.promise
    await route.fulfill({ json: LOOKED })
  })
  await type('dfy_key', 'K7M2-9QPD-3TXA')
  await said('Asking Duffy')
  await page.getByLabel('Code').fill('AAAA-AAAA-AAAA')
  answered.resolve()
  await said('was changed meanwhile')
  expect(await page.locator('#confirm').isVisible()).toBe(false)
}, 60_000)

test('shows a name as it is, with nothing in it that hides or turns text around, on the narrowest of screens', async () => {
  const identity = `irc:net:${'a'.repeat(80)}<b>\u202Enna\u200B`
  await page.setViewportSize({ width: 320, height: 800 })
  await page.route('**/api/v2/verbs/link', (route) => route.fulfill({ json: { ...LOOKED, identity } }))
  await type('dfy_key', 'K7M2-9QPD-3TXA')
  await page.getByRole('heading', { name: `Is irc:net:${'a'.repeat(80)}<b>�nna� you?` }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
}, 60_000)

test('does not say that nothing was linked where nobody knows, and keeps the focus where one goes on', async () => {
  await page.route('**/api/v2/verbs/link', (route) =>
    route.request().postDataJSON().yes === true
      ? route.fulfill({ status: 504, json: { error: 'a proxy gave up' } })
      : route.fulfill({ json: LOOKED }),
  )
  await type('dfy_key', 'K7M2-9QPD-3TXA')
  await page.getByRole('button', { name: 'Yes, link it' }).press('Enter')
  await said('No answer came, so look whether it is linked')
  expect(await focused()).toBe('code')
  await type('dfy nobody', 'K7M2-9QPD-3TXA')
  await said('That is no API key')
  await page.unroute('**/api/v2/verbs/link')
  await type('dfy_nobody', 'K7M2-9QPD-3TXA')
  await said('That is no API key')
  expect(await focused()).toBe('key')
}, 60_000)
const focused = (): Promise<string> => page.evaluate('document.activeElement.id')

test('forgets the key when it is left, though the browser keeps the page', async () => {
  await type(keyIn('local.key'), 'K7M2')
  await said('That is no code')
  await page.evaluate(`dispatchEvent(new Event('pagehide'))`)
  expect(await page.evaluate('[key.value, code.value]')).toEqual(['', ''])
}, 60_000)

/** The page as a browser gets it from another address, through a proxy that takes a prefix away. */
const behind = async (address: string): Promise<void> => {
  await page.route(`${address}/**`, async (route) => {
    const path = route.request().url().slice(address.length)
    await route.fulfill({ response: await route.fetch({ url: `${duffy.url}${path}` }) })
  })
}

test('works behind a path', async () => {
  await behind('https://site.test/duffy')
  await page.goto('https://site.test/duffy/link#K7M2-9QPD-3TXA')
  expect(page.url()).toBe('https://site.test/duffy/link')
  await page.getByLabel('API key').fill('dfy_nobody')
  await page.keyboard.press('Enter')
  await said('That is no API key')
  expect(fetched.at(-1)).toBe('POST https://site.test/duffy/api/v2/verbs/link')
}, 60_000)

test('takes no key where it came unencrypted', async () => {
  await behind('http://site.test')
  await page.goto('http://site.test/link')
  await said('This page came unencrypted')
  expect(await page.getByLabel('API key').isDisabled()).toBe(true)
}, 60_000)

test('is told of where the code is, if people can reach it', async () => {
  const code = await codeOfAlice()
  expect(slack.responses.at(-1).text).toContain(` on the page https://duffy.test/link#${code} , `)
}, 60_000)

test('takes the code from behind the # of its address, and leaves it there no longer', async () => {
  await page.goto(`${duffy.url}/link#K7M2-9QPD-3TXA`)
  expect(await page.getByLabel('Code').inputValue()).toBe('K7M2-9QPD-3TXA')
  expect(page.url()).toBe(`${duffy.url}/link`)

  // The page is open already, and what is behind the # is no code at all.
  await page.goto(`${duffy.url}/link#%E0%A4`)
  await page.waitForURL(`${duffy.url}/link`)
  await page.goto(`${duffy.url}/link#7R3F-T6TE-ZXRK`)
  await page.waitForURL(`${duffy.url}/link`)
  expect(await page.getByLabel('Code').inputValue()).toBe('7R3F-T6TE-ZXRK')
  expect(complaints).toEqual([])
}, 60_000)

test('runs no script but its own, and is framed by nobody', async () => {
  const { headers } = await fetch(`${duffy.url}/link`)
  const policy = headers.get('content-security-policy')
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; connect-src 'self';/)
  expect(policy).toContain("form-action 'none'; frame-ancestors 'none'")
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  await page.goto(`${duffy.url}/link`)
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))`,
  )
  expect(await page.evaluate('window.ran')).toBeUndefined()
  expect(complaints.join()).toContain('Content Security Policy')
}, 60_000)
