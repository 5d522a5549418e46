import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ii, type Ii } from '../kit/irc/ii.ts'
import { ngircd, type PlainNetwork } from '../kit/irc/ngircd.ts'
import { scratch } from '../kit/scratch.ts'
import { house, type House } from '../kit/slack/house.ts'
import { until } from '../kit/until.ts'
import { workspace, type Json, type Workspace } from '../kit/slack/workspace.ts'

const BROKEN = `- name: A driver whose machines cannot be cleaned
  hosts: all
  gather_facts: false
  tasks:
    - name: Fail
      ansible.builtin.fail: {msg: "no route to host"}
`

let network: PlainNetwork
let ops: Ii
let slack: Workspace
let duffy: House
const playbooks = mkdtempSync(join(scratch(), 'duffy-broken-'))

beforeAll(async () => {
  for (const step of ['provision', 'grant', 'revoke'])
    cpSync(`playbooks/drivers/null/${step}.yml`, join(playbooks, 'drivers', 'broken', `${step}.yml`))
  writeFileSync(join(playbooks, 'drivers', 'broken', 'recycle.yml'), BROKEN)
  network = await ngircd()
  slack = await workspace()
  ops = await ii(network, { nick: 'ops', channels: ['#lab-ops'] })
  const machines = ['m1', 'm2'].map((name) => ({ name, platform: 'intel' }))
  duffy = await house(slack, {
    config: {
      pools: { metal: { type: 'metal', driver: 'broken', machines, failureLimit: 1, grace: '0s' } },
      ansible: { playbookDirs: [playbooks] },
      irc: { test: { host: '127.0.0.1', port: network.port, tls: false, channels: ['#lab-ops'] } },
      operators: { notices: ['irc:test:#lab-ops', `slack:${slack.channel}`] },
    },
  })
}, 240_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await ops?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
  rmSync(playbooks, { recursive: true, force: true })
})

test('operators are told once, in IRC and in Slack, of machines that broke together and of the pool that has none left', async () => {
  await duffy.api('POST', '/api/v2/requests?wait=60s', { type: 'metal', count: 2 })
  const [{ id }] = await duffy.leases()
  await duffy.api('POST', `/api/v2/leases/${id}/done`)
  const said = /2 machines are quarantined: m\d of metal \(recycle failed, 1 failure in a row: .*no route to host/
  await ops.waitFor('#lab-ops', said, 120_000)
  await ops.waitFor('#lab-ops', /Pool metal has no machine left that works/)
  expect((await ops.shown('#lab-ops')).match(/are quarantined/g)).toHaveLength(1)
  const posted = async (): Promise<Json[]> => {
    const { messages } = await slack.api('conversations.history', { channel: slack.channel })
    return messages.filter(({ text }: Json) => text.includes('are quarantined'))
  }
  await until(async () => (await posted()).length > 0)
  expect(await posted()).toMatchObject([{ text: expect.stringMatching(said) }])
}, 240_000)
