import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { house, type House } from '../../kit/slack/house.ts'
import { personIn } from '../../kit/slack/person.ts'
import { until } from '../../kit/until.ts'
import { workspace, type Workspace } from '../../kit/slack/workspace.ts'

let slack: Workspace
let duffy: House
beforeAll(async () => {
  slack = await workspace(['alice', 'bob', 'carol'])
  duffy = await house(slack)
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
})

test('whoever says too much is told so once, and then not heard for a while; others are', async () => {
  const [alice, bob] = ['alice', 'bob'].map((name) => personIn(slack, duffy.url, name)) as [
    ReturnType<typeof personIn>,
    ReturnType<typeof personIn>,
  ]
  for (let said = 0; said < 60; said += 1) await alice.command('pools')
  await until(() => slack.responses.length === 60)
  await alice.command('get metal')
  await until(() => slack.responses.length === 61)
  expect(slack.responses.at(-1)!.text).toBe(
    'That is more than 60 commands a minute, and nothing was done; I listen again in 1 min.',
  )
  await alice.command('get metal')
  await bob.command('pools')
  await until(() => slack.responses.length === 62)
  expect(slack.responses.at(-1)!.text).toContain('Pools:')
  expect(await duffy.leases()).toEqual([])
})

test('an answer whose place has expired comes in a direct message', async () => {
  const gone = createServer((_, response) => response.writeHead(404).end('{"ok":false,"error":"expired_url"}'))
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const carol = personIn(slack, duffy.url, 'carol')
  await carol.command('pools', { response_url: `http://127.0.0.1:${(gone.address() as AddressInfo).port}/commands/1` })
  await until(async () => (await slack.direct(carol.user)).some(({ text }) => text.includes('Pools:')))
  gone.close()
  expect(duffy.log.join('\n')).toContain('an answer went to a direct message instead')
})
