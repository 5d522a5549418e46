import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyPair } from '../kit/ansible.ts'
import { until } from '../kit/until.ts'
import { openSession, ssh } from '../kit/ansible-ssh.ts'
import { runDuffy, settled, type RunningDuffy } from '../kit/duffy.ts'
import { scratch } from '../kit/scratch.ts'

let duffy: RunningDuffy
const keys = mkdtempSync(join(scratch(), 'duffy-keys-'))
const alice = keyPair(keys, 'alice')
const bob = keyPair(keys, 'bob')

beforeAll(async () => {
  duffy = await runDuffy()
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  rmSync(keys, { recursive: true, force: true })
})

const get = (body: Record<string, unknown> = {}) =>
  duffy.api('POST', '/api/v2/requests?wait=60s', { type: 'metal', keys: [alice.line], ...body })
const done = (lease: string) => duffy.api('POST', `/api/v2/leases/${lease}/done`)

describe('one call gives a machine that one can log in to', () => {
  test('and done shuts its holder out, wipes it, and brings it back', async () => {
    const { status, body } = await get({ reason: 'kernel bisect' })
    expect(status).toBe(201)
    const [machine] = body.lease.machines
    expect(ssh(machine, alice.path, 'hostname').text).toBe(machine.name)

    const left = `duffy-left-${machine.name}`
    ssh(machine, alice.path, `touch ~/${left} /tmp/${left} /var/${left}; nohup sleep 4321 >/dev/null 2>&1 & sleep 0.1`)
    const session = openSession(machine, alice.path, 'echo in; sleep 600')
    let over = false
    session.on('exit', () => (over = true))
    await new Promise((resolve) => session.stdout!.once('data', resolve))

    expect((await done(body.lease.id)).status).toBe(200)
    await until(() => over)
    expect(ssh(machine, alice.path, 'true').status).not.toBe(0)
    await settled(duffy)

    // Whoever holds it next finds nothing of what was there.
    const found: string[] = []
    const leases: string[] = []
    for (let tries = 0; tries < 8; tries += 1) {
      const next = await get({ keys: [bob.line] })
      leases.push(next.body.lease.id)
      const [given] = next.body.lease.machines
      if (given.name !== machine.name) continue
      expect(ssh(given, alice.path, 'true').status).not.toBe(0)
      found.push(ssh(given, bob.path, `ls -a ~ /tmp /var; ps -ef; cat ~/.ssh/authorized_keys`).text)
      break
    }
    expect(found).toHaveLength(1)
    expect(found[0]).not.toContain(left)
    expect(found[0]).not.toContain('4321')
    expect(found[0]).not.toContain(alice.line.split(' ')[1])
    for (const lease of leases) await done(lease)
    await settled(duffy)
  })

  test('one machine of two given back early leaves the other', async () => {
    const { body } = await get({ count: 2 })
    const [first, second] = body.lease.machines
    const returned = await done(first.name)
    expect(returned.status).toBeLessThan(300)
    expect(ssh(second, alice.path, 'hostname').text).toBe(second.name)
    await done(body.lease.id)
    await settled(duffy)
  })

  test('why answers with what was recorded, for the lease, when it is over too, and for its machine', async () => {
    const { body } = await get()
    const lease = body.lease.id
    const live = await duffy.api('GET', `/api/v2/leases/${lease}/why`)
    expect(JSON.stringify(live.body)).toContain('least worn')
    await done(lease)
    const past = await duffy.api('GET', `/api/v2/leases/${lease}/why`)
    expect(past.status).toBe(200)
    const machine = await duffy.api('GET', `/api/v2/machines/${body.lease.machines[0].name}/why`)
    expect(machine.status).toBe(200)
    await settled(duffy)
  })
})

describe('24 rounds by one tenant', () => {
  test('uses within the home platform differ by at most one, and the platform never changes', async () => {
    const platforms = new Set<string>()
    for (let round = 0; round < 24; round += 1) {
      const { status, body } = await get()
      expect(status).toBe(201)
      platforms.add(body.lease.machines[0].platform)
      await done(body.lease.id)
    }
    expect(platforms.size).toBe(1)
    const { body } = await duffy.api('GET', '/api/v2/wear')
    const home = body.platforms.find(({ platform }: { platform: string }) => platforms.has(platform))
    expect(home.spread).toBeLessThanOrEqual(1)
    await settled(duffy)
  }, 540_000)

  test('more than the home platform has is refused at once, naming any', async () => {
    const { status, body } = await get({ count: 5 })
    expect(status).toBe(422)
    expect(body.detail).toContain('any')
  })

  test('the log is whole, replays to the tables, and no playbook is left running', async () => {
    await pause(200)
    const { body } = await duffy.operate('GET', '/api/v2/verify')
    expect(body).toMatchObject({ ok: true, faults: [] })
  })
})
