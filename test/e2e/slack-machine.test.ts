import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyPair } from '../kit/ansible.ts'
import { ssh } from '../kit/ansible-ssh.ts'
import { runDuffy, settled, type RunningDuffy } from '../kit/duffy.ts'
import { scratch } from '../kit/scratch.ts'
import { personIn } from '../kit/slack/person.ts'
import { until } from '../kit/until.ts'
import { APP, slackEnvironment, workspace, type Json, type Workspace } from '../kit/slack/workspace.ts'

let slack: Workspace
let duffy: RunningDuffy
const keys = mkdtempSync(join(scratch(), 'duffy-keys-'))
const key = keyPair(keys)

beforeAll(async () => {
  slack = await workspace(['alice'])
  duffy = await runDuffy({
    environment: {
      ...slackEnvironment(slack),
      DUFFY_SLACK_MEMBERS: `${APP.team}:*`,
    },
  })
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  rmSync(keys, { recursive: true, force: true })
})

/** As the login is written for people: `ssh -p 40011 ci@127.0.0.1`. */
const LOGIN = /ssh -p (\d+) (\w+)@([\d.]+)/

test('a machine is got, logged in to, extended and given back in Slack, by its card', async () => {
  const alice = personIn(slack, duffy.url, 'alice')
  const answered = async (what: () => Promise<unknown>): Promise<string> => {
    const before = slack.responses.length
    await what()
    await until(() => slack.responses.length > before)
    return slack.responses.at(-1).text
  }
  const card = async (holds: (message: Json) => boolean): Promise<Json> => {
    let found: Json
    await until(async () => {
      found = (await slack.direct(alice.user)).find((one) => one.blocks !== undefined && holds(one))
      return found !== undefined
    })
    return found
  }
  const leases = async (): Promise<Json[]> => (await duffy.operate('GET', '/api/v2/leases?all=true')).body.leases

  expect(await answered(() => alice.command(`keys add ${key.line} alice@laptop`))).toContain('Your key is added')
  expect(await answered(() => alice.command('get metal for 2h because a bisect'))).toMatch(/lease L\w+/)
  const shown = await card((one) => LOGIN.test(JSON.stringify(one.blocks)))
  const [{ id, until: end, machines }] = await leases()
  const [machine] = machines
  expect(shown.text).toContain(`${machine.name} is yours until`)
  const [, port, user, address] = LOGIN.exec(JSON.stringify(shown.blocks))!
  const login = { ...machine, port: Number(port), user, address }
  expect(ssh(login, key.path, 'hostname').text).toBe(machine.name)

  expect(await answered(() => alice.press(shown, 'lease_extend_v1'))).toContain(`Lease ${id} is yours until`)
  expect(Date.parse((await leases())[0].until) - Date.parse(end)).toBe(2 * 3_600_000)
  const extended = await card((one) => one.ts === shown.ts && one.text !== shown.text)
  expect(ssh(login, key.path, 'echo still here').text).toBe('still here')

  expect(await answered(() => alice.press(extended, 'lease_return_v1'))).toContain('given back and will be wiped')
  await until(() => ssh(login, key.path, 'true').status !== 0)
  const over = await card((one) => one.ts === shown.ts && one.text.includes('given back'))
  expect(JSON.stringify(over.blocks)).not.toContain('lease_extend_v1')
  expect(await leases()).toEqual([])
  await settled(duffy)
}, 240_000)
