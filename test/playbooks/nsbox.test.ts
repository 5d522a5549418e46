import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunReport, Step } from '#core'
import { openSession, scp, ssh } from '../kit/ansible-ssh.ts'
import { boxesOf, carrying, keyPair, lives, workshop } from '../kit/ansible.ts'
import type { OrderOf } from '../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())
const key = keyPair(shop.dir)

async function step(name: Step, of: OrderOf = {}): Promise<RunReport> {
  const { result, log } = await shop.run({
    step: name,
    driver: 'nsbox',
    variables: { disk_mib: 8, processes: 64 },
    ...of,
  })
  if (result.outcome !== 'ok') throw new Error(`${name}: ${result.message}\n${log}`)
  return result.report
}
const grant = (line = key.line): Promise<RunReport> => step('grant', { lease: { tenant: 'acme', keys: [line] } })

async function answers(port: number): Promise<boolean> {
  const client = connect(port, '127.0.0.1')
  try {
    await once(client, 'connect')
    return true
  } catch {
    return false
  } finally {
    client.destroy()
  }
}

describe('the life of a box', () => {
  let first: RunReport
  let port: number

  beforeAll(async () => {
    first = await step('provision')
    port = first.port ?? 0
  })

  test('is reported with all that is needed to reach it', () => {
    expect(first).toMatchObject({
      address: '127.0.0.1',
      port: expect.any(Number),
      user: 'ci',
      hostKeys: [expect.stringMatching(/^ssh-ed25519 \S+$/)],
      facts: { arch: expect.any(String), cpus: expect.any(Number), memoryMiB: expect.any(Number) },
      power: 'on',
    })
  })

  test('lets nobody in before a grant', () => {
    expect(ssh(first, key.path, 'id')).toMatchObject({
      status: 255,
      text: expect.stringContaining('Permission denied'),
    })
  })

  test('is left as it is by a second provision and by a check', async () => {
    expect(await step('provision')).toMatchObject({ port, hostKeys: first.hostKeys })
    expect(await step('check')).toMatchObject({ port, hostKeys: first.hostKeys })
  })

  test('refuses keys that are none, and says so', async () => {
    for (const keys of [[], ['command="id" ssh-ed25519 AAAA'], [`${key.line}\nssh-ed25519 AAAA`]]) {
      // oxlint-disable-next-line no-await-in-loop -- one machine, one step at a time
      const { result } = await shop.run({ step: 'grant', driver: 'nsbox', lease: { tenant: 'acme', keys } })
      expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('no usable SSH key') })
    }
  })

  test('refuses a key that its SSH server does not take', async () => {
    const { result } = await shop.run({
      step: 'grant',
      driver: 'nsbox',
      lease: { tenant: 'acme', keys: ['ssh-ed25519 AAAA'] },
    })
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('does not take the keys') })
  })

  test('lets the tenant in, as an ordinary user of a small machine of its own', async () => {
    expect(await grant()).toMatchObject({ port, hostKeys: first.hostKeys })
    expect(ssh(first, key.path, 'id -un; hostname; ulimit -u').text).toBe('ci\nn1\n64')
    expect(ssh(first, key.path, 'grep CapEff /proc/self/status').text).toMatch(/0{16}$/)
    expect(ssh(first, key.path, 'ps -e --no-headers | wc -l').text).toMatch(/^\d$/)
    expect(ssh(first, key.path, 'exit 7').status).toBe(7)
  })

  test('takes files', () => {
    expect(scp(first, key.path, `${key.path}.pub`, '/tmp/sent')).toMatchObject({ status: 0 })
    expect(ssh(first, key.path, 'cat /tmp/sent').text).toBe(readFileSync(`${key.path}.pub`, 'utf8').trim())
  })

  test.each(['/home/ci', '/tmp', '/var', '/run', '/dev/shm'])('has a limit to %s', (path) => {
    const { status, text } = ssh(first, key.path, `head -c 20M /dev/zero > ${path}/big; echo $?; rm ${path}/big`)
    expect({ status, text }).toMatchObject({ status: 0, text: expect.stringMatching(/^1\n.*No space left/) })
  })

  test.each(['/', '/etc', '/usr', '/dev', '/run/duffy/keys'])('cannot be written at %s', (path) => {
    expect(ssh(first, key.path, `touch ${path}/x`)).toMatchObject({
      status: 1,
      text: expect.stringMatching(/Read-only|denied/),
    })
  })

  test('has a limit to its processes', () => {
    const { text } = ssh(first, key.path, 'for i in $(seq 100); do sleep 1 & done 2>&1 | head -1; wait')
    expect(text).toMatch(/fork|Resource/)
  })

  test('ends with all its sessions and processes when it is revoked', async () => {
    ssh(
      first,
      key.path,
      'echo mine | tee ~/left /tmp/left /var/left >/dev/null; setsid sleep 300 >/dev/null 2>&1 </dev/null &',
    )
    const session = openSession(first, key.path, 'echo in; sleep 300')
    const closed = once(session, 'exit')
    await once(session.stdout ?? session, 'data')
    const pid = carrying(`DUFFY_BOX=${boxesOf(shop.options.stateDir)}/n1`)
    expect(pid.length).toBeGreaterThan(0)
    expect(await step('revoke')).toEqual({ power: 'off' })
    expect(pid.filter(lives)).toEqual([])
    expect(await answers(port)).toBe(false)
    await closed
  })

  test('is found dead by a check, and revoked again without harm', async () => {
    const { result } = await shop.run({ step: 'check', driver: 'nsbox' })
    expect(result).toEqual({
      outcome: 'failed',
      message: 'check with nsbox: non-zero return code; nsbox: n1 is not running',
    })
    expect(await step('revoke')).toEqual({ power: 'off' })
    expect(await step('collect')).toEqual({})
  })

  test('is another machine after a recycle: other host key, no keys, no files, no processes', async () => {
    const second = await step('recycle')
    expect(second.wipe).toEqual({ method: 'tmpfs dropped with its namespace', ok: true })
    expect(second.hostKeys).not.toEqual(first.hostKeys)
    expect(ssh(second, key.path, 'id')).toMatchObject({
      status: 255,
      text: expect.stringContaining('Permission denied'),
    })
    const next = keyPair(shop.dir, 'next')
    await grant(next.line)
    expect(ssh(second, key.path, 'id').status).toBe(255)
    expect(ssh(second, next.path, 'find /home /tmp /var /run -name left; ps -e -o comm= | grep -c sleep').text).toBe(
      '0',
    )
  })

  test('is gone after a shutdown, twice', async () => {
    expect(await step('shutdown')).toEqual({ power: 'off' })
    expect(carrying(`DUFFY_BOX=${boxesOf(shop.options.stateDir)}/`)).toEqual([])
    expect(existsSync(join(boxesOf(shop.options.stateDir), 'n1'))).toBe(false)
    expect(await step('shutdown')).toEqual({ power: 'off' })
  })
})

test('a box outlives the run and the Duffy that started it, and holds none of their pipes', async () => {
  const report = await step('provision', { name: 'n2' })
  const [outer = 0] = carrying(`DUFFY_BOX=${boxesOf(shop.options.stateDir)}/n2`)
  expect(lives(outer)).toBe(true)
  expect(readFileSync(`/proc/${outer}/environ`, 'latin1')).not.toContain('DUFFY_GROUP')
  expect(await answers(report.port ?? 0)).toBe(true)
})

test('boxes that start at the same moment get ports of their own', async () => {
  const reports = await Promise.all(['a1', 'a2', 'a3'].map((name) => step('provision', { name })))
  expect(new Set(reports.map(({ port }) => port)).size).toBe(3)
})

test('a box on a port that is taken is failed, with the port', async () => {
  const taken = await step('provision', { name: 'n2' })
  const { result } = await shop.run({ driver: 'nsbox', name: 'n3', variables: { port: taken.port ?? 0 } })
  expect(result).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining(`on port ${taken.port}; is it taken?`),
  })
})

test('a box has the port that it is given', async () => {
  const free = await step('provision', { name: 'n4' })
  await step('shutdown', { name: 'n4' })
  const report = await step('provision', { name: 'n4', variables: { port: free.port ?? 0 } })
  expect(report.port).toBe(free.port)
})

test('a burn-in works the processors, the memory and the disk of a box, says how much, and leaves nothing behind', async () => {
  const report = await step('provision', { name: 'n5', variables: { disk_mib: 8 } })
  const before = ticksOf('n5')
  const { facts, ...reached } = await step('burnin', { name: 'n5', variables: { disk_mib: 8, burnin_seconds: 3 } })
  const done = facts?.['burnin'] as Record<string, number>
  expect(reached).toMatchObject({ port: report.port, hostKeys: report.hostKeys })
  expect(done).toMatchObject({ cpus: facts?.['cpus'], memoryMiB: 64, mismatches: 0 })
  expect(done['cpuSeconds']).toBeGreaterThan(0.1)
  expect(done['bytesTouched']).toBeGreaterThanOrEqual(64 * 2 ** 20)
  expect(done['bytesWritten']).toBeGreaterThanOrEqual(4 * 2 ** 20)
  expect(done['bytesRead']).toBe(done['bytesWritten'])
  // The kernel's own account of what the box's server waited for, its sessions included.
  expect(ticksOf('n5') - before).toBeGreaterThan(5)
  expect(readdirSync(join(boxesOf(shop.options.stateDir), 'n5', 'keys'))).toEqual(['authorized_keys'])
  expect(readdirSync(join(boxesOf(shop.options.stateDir), 'n5')).filter((file) => file.includes('burnin'))).toEqual([])
  expect(readFileSync(join(boxesOf(shop.options.stateDir), 'n5', 'keys', 'authorized_keys'), 'utf8')).toBe('')
  await step('grant', { name: 'n5', lease: { tenant: 'acme', keys: [key.line] } })
  expect(ssh(report, key.path, 'find /tmp /home /var /dev/shm -type f; ps -e -o comm= | grep -c python').text).toBe('0')
})

test('a burn-in of a box that is dead has failed', async () => {
  await step('provision', { name: 'n6' })
  await step('revoke', { name: 'n6' })
  const { result } = await shop.run({ step: 'burnin', driver: 'nsbox', name: 'n6' })
  expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('n6 is not running') })
})

test('a burn-in that is killed half-way leaves a box that a recycle makes sound', async () => {
  await step('provision', { name: 'n7' })
  const { result } = await shop.run({
    step: 'burnin',
    driver: 'nsbox',
    name: 'n7',
    variables: { burnin_seconds: 30 },
    deadlineMs: 3_000,
  })
  expect(result.outcome).toBe('deadline')
  await step('recycle', { name: 'n7' })
  const report = await step('grant', { name: 'n7', lease: { tenant: 'acme', keys: [key.line] } })
  expect(ssh(report, key.path, 'ps -e -o comm= | grep -c python').text).toBe('0')
})

/** Processor time, in hundredths of a second, of a box's server and of those whose end it saw. */
const ticksOf = (name: string): number => {
  const pid = Math.max(...carrying(`DUFFY_BOX=${boxesOf(shop.options.stateDir)}/${name}\0`))
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
}
