import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { nullMetal } from '../kit/null-site.ts'
import { personIn, type Person } from '../kit/slack/person.ts'
import { until } from '../kit/until.ts'
import { APP, slackEnvironment, workspace, type Workspace } from '../kit/slack/workspace.ts'
import { KEY } from '../kit/key.ts'

const LEAD_S = 6
const LASTS_S = 20

let slack: Workspace
let duffy: RunningDuffy
let alice: Person

beforeAll(async () => {
  slack = await workspace(['alice'])
  duffy = await runDuffy({
    config: {
      ...nullMetal(['m1', 'm2'], { grace: '0s' }),
      limits: { shortest: '1s', warnMinutes: [LEAD_S / 60] },
      tenants: { local: { quota: 4, keys: [KEY], members: [`slack:${APP.team}:*`] } },
    },
    environment: slackEnvironment(slack),
  })
  alice = personIn(slack, duffy.url, 'alice')
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
})

test('a lease that was to end while Duffy was stopped is warned first, and ends no sooner than the warning says', async () => {
  await alice.command(`get metal for ${LASTS_S}s`)
  const leases = async () => (await duffy.operate('GET', '/api/v2/leases?all=true')).body.leases
  await until(async () => (await leases()).length === 1)
  const [{ until: was }] = await leases()
  await duffy.kill('SIGTERM')
  await pause(Date.parse(was) - Date.now() + 2_000)
  const began = Date.now()
  await duffy.start()

  let warning = ''
  await until(async () => {
    warning = (await slack.direct(alice.user)).find(({ text }) => /ends at/.test(text))?.text ?? ''
    return warning !== ''
  })
  expect(warning).toContain('I was away')
  const [spared] = await leases()
  expect(Date.parse(spared.until)).toBeGreaterThanOrEqual(began + LEAD_S * 1000)
  await until(async () => (await slack.direct(alice.user)).some(({ text }) => /its time ran out/.test(text)))
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(spared.until))
  expect(await leases()).toEqual([])
}, 240_000)
