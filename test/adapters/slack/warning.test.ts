import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { house, type House } from '../../kit/slack/house.ts'
import { personIn, type Person } from '../../kit/slack/person.ts'
import { until } from '../../kit/until.ts'
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

describe('a warning of several leases', () => {
  const digests = async (): Promise<Json[]> =>
    (await slack.direct(alice.user)).filter(({ text, blocks }) => blocks !== undefined && text.includes(' end at'))
  const buttonsOf = ({ blocks }: Json): Json[] => blocks.filter(({ type }: Json) => type === 'actions')
  /** What is left of a message is what it was replaced by. */
  const replaced = (message: Json, answer: Json): Json => ({ ...message, text: answer.text, blocks: answer.blocks })

  test('is one, with buttons for each; what is done about one leaves those of the others as they are', async () => {
    for (let held = 0; held < 3; held += 1) await answered(() => alice.command('get metal for 20s'))
    await until(async () => (await duffy.leases()).length === 3)
    await until(async () => (await digests()).length === 1)
    const ids: string[] = (await duffy.leases()).map(({ id }) => id)
    const [digest] = await digests()
    expect(digest.text).toContain('/duffy extend all 2h')
    for (const id of ids) expect(digest.text).toContain(id)
    expect(buttonsOf(digest).map(({ block_id: block }) => block)).toEqual(ids.map((id) => `lease:${id}`))

    const [first = '', second = '', third = ''] = ids
    const one = await answered(() => alice.press(digest, 'lease_extend_v1', { lease: first }))
    expect(one.replace_original).toBe(true)
    expect(JSON.stringify(one.blocks)).toContain(`Lease ${first} is yours until`)
    expect(buttonsOf(one).map(({ block_id: block }) => block)).toEqual([`lease:${second}`, `lease:${third}`])

    const left = replaced(digest, one)
    const two = await answered(() => alice.press(left, 'lease_return_v1', { lease: second }))
    expect(JSON.stringify(two.blocks)).toContain('is given back')
    expect(buttonsOf(two)).toHaveLength(1)
    const last = await answered(() => alice.press(replaced(left, two), 'lease_return_v1', { lease: third }))
    expect(last).toMatchObject({ replace_original: true, text: expect.stringContaining('is given back') })
    expect(last.blocks).toBeUndefined()

    const stale = await answered(() => alice.press(digest, 'lease_return_v1', { lease: first }))
    expect(JSON.stringify(stale)).toContain('out of date')
    expect((await duffy.leases()).map(({ id }) => id)).toEqual([first])
    expect(await answered(() => alice.command('done all'))).toMatchObject({
      text: expect.stringContaining('given back'),
    })
  }, 240_000)

  test('is answered for all of them by what it says to type', async () => {
    for (let held = 0; held < 2; held += 1) await answered(() => alice.command('get metal for 20s'))
    await until(async () => (await digests()).length === 2)
    const more = /`?\/duffy (extend all [^`;]+)/.exec((await digests()).at(-1)!.text)![1]!
    const answer = await answered(() => alice.command(more))
    for (const { id, until: end } of await duffy.leases()) {
      expect(answer.text).toContain(id)
      expect(Date.parse(end)).toBeGreaterThan(Date.now() + 3_600_000)
    }
    expect(await answered(() => alice.command('done all'))).toMatchObject({
      text: expect.stringContaining('`/duffy yes`'),
    })
    await answered(() => alice.command('yes'))
    expect(await duffy.leases()).toEqual([])
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
