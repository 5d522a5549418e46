import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { house, type House } from '../../kit/slack/house.ts'
import { personIn, type Person } from '../../kit/slack/person.ts'
import { until } from '../../kit/slack/until.ts'
import { workspace, type Json, type Workspace } from '../../kit/slack/workspace.ts'

let slack: Workspace
let duffy: House
let alice: Person

beforeAll(async () => {
  slack = await workspace()
  duffy = await house(slack, { config: { limits: { shortest: '1s', warnMinutes: [0.15] } } })
  alice = personIn(slack, duffy.url, 'alice')
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
})

const warnings = async (): Promise<Json[]> =>
  (await slack.direct(alice.user)).filter(({ text, blocks }) => blocks !== undefined && text.includes('ends at'))
const answered = async (what: () => Promise<unknown>): Promise<Json> => {
  const before = slack.responses.length
  await what()
  await until(() => slack.responses.length > before)
  return slack.responses.at(-1)
}

describe('a warning', () => {
  test('comes with buttons, reminds again on demand, and is gone once it is acted on', async () => {
    await answered(() => alice.command('get metal for 19s'))
    await until(async () => (await warnings()).length === 1)
    const [{ id }] = await duffy.leases()
    const [warning] = await warnings()

    const later = await answered(() => alice.press(warning, 'lease_remind_v1'))
    expect(later).toMatchObject({
      replace_original: false,
      text: expect.stringContaining('I will remind you in'),
    })

    await until(async () => (await warnings()).length === 2)

    const done = await answered(() => alice.press(warning, 'lease_extend_v1'))
    expect(done).toMatchObject({ replace_original: true, text: expect.stringContaining(`Lease ${id} is yours until`) })
    const stale = await answered(() => alice.press(warning, 'lease_return_v1'))
    expect(stale).toMatchObject({ replace_original: true, text: expect.stringContaining('out of date') })
    expect(await duffy.leases()).toHaveLength(1)
    await answered(() => alice.command('done'))
  }, 240_000)
})

test('the end of a lease is told, and its card says so', async () => {
  await answered(() => alice.command('get metal for 3s'))
  await until(
    async () => (await slack.direct(alice.user)).filter(({ text }) => text.includes('its time ran out')).length === 2,
  )
  const card = (await slack.direct(alice.user)).find(
    ({ text, blocks }) => text.includes('its time ran out') && blocks !== undefined,
  )
  expect(JSON.stringify(card.blocks)).not.toContain('lease_extend_v1')
})
