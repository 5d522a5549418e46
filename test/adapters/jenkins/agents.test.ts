import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../adapters/config/config.ts'
import { keyPair } from '../../kit/ansible.ts'
import { ssh } from '../../kit/ansible-ssh.ts'
import { runDuffy, settled, type RunningDuffy } from '../../kit/duffy.ts'
import { stubJenkins, type StubJenkins } from '../../kit/jenkins.ts'
import { stubNodes, type StubNodes } from '../../kit/jenkins/nodes.ts'
import { scratch } from '../../kit/scratch.ts'

const TOKEN = 'the token of a user of Jenkins'
const dir = mkdtempSync(join(scratch(), 'duffy-agents-'))
const [ci, controller] = [keyPair(dir, 'ci'), keyPair(dir, 'controller')]

let stub: StubJenkins
let nodes: StubNodes
let duffy: RunningDuffy
let builds = 40
let build: string
beforeAll(async () => {
  stub = await stubJenkins()
  nodes = stubNodes(stub, `Basic ${btoa(`duffy:${TOKEN}`)}`)
  const machines = ['box-1', 'box-2'].map((name) => ({ name, platform: 'box' }))
  const config: Config = {
    platforms: { box: { arch: 'x86_64', vendor: 'intel' }, none: { arch: 'x86_64', vendor: 'any' } },
    pools: {
      metal: { type: 'metal', driver: 'nsbox', machines, grace: '0s' },
      none: { type: 'vm', driver: 'null', machines: [{ name: 'none-1', platform: 'none' }] },
    },
    tenants: { local: { quota: 4, keys: [ci.line] } },
    limits: { shortest: '1s' },
    jenkins: {
      main: {
        url: stub.url,
        user: 'duffy',
        token: { env: 'JENKINS_TOKEN' },
        privateAddresses: true,
        askEvery: '1s',
        agents: { labels: ['duffy', 'metal'], sshKey: controller.line },
      },
    },
  }
  duffy = await runDuffy({ config, environment: { JENKINS_TOKEN: TOKEN } })
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await stub?.[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  await settled(duffy)
  build = stub.build('ceph', (builds += 1))
})
afterEach(async () => {
  nodes.fault = null
  for (const { id } of (await duffy.api('GET', '/api/v2/leases')).body.leases)
    await duffy.api('POST', `/api/v2/leases/${id}/done`, {})
})

const get = async (more: object = {}) => {
  const { status, body } = await duffy.api('POST', '/webhooks/jenkins?wait=60s', {
    type: 'metal',
    build,
    agent: 'inbound',
    ...more,
  })
  expect([status, body.detail]).toEqual([201, expect.anything()])
  return body.lease
}
const until = async (holds: () => boolean, ms = 60_000): Promise<void> => {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain\n${duffy.log()}`)
    await pause(30)
  }
}
/** The command lines and, as far as whoever runs this may read them, the environments of all processes. */
const processes = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(`/proc/${name}/cmdline`) + read(`/proc/${name}/environ`))
const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
const agentsRunning = (node: string): number =>
  processes().filter((text) => text.includes('agent.jar') && text.includes(node)).length
/** All that Duffy keeps on disk. */
const kept = (path: string): string =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .map((name) => kept(join(path, name)))
        .join('\n')
    : read(path)

describe('an inbound agent', () => {
  test('is a JVM on the machine, called by the lease, and online when the machine is lent', async () => {
    const lease = await get()
    const [machine] = lease.machines
    const node = `duffy-${lease.id}-${machine.name}`
    expect([lease.agent, machine.agent]).toEqual([
      { launch: 'inbound', jenkins: 'main' },
      { node, problem: null },
    ])
    await until(() => nodes.isOnline(node))
    expect(nodes.form(node)).toMatchObject({
      name: node,
      numExecutors: '1',
      labelString: 'duffy metal',
      remoteFS: 'jenkins',
      launcher: { $class: 'hudson.slaves.JNLPLauncher', webSocket: true },
    })
    expect(agentsRunning(node)).toBe(1)
    const seen = ssh(
      machine,
      ci.path,
      'stat -c %a jenkins/secret; ps -eo args | grep [a]gent.jar; cat .ssh/authorized_keys',
    ).text
    expect(seen).toMatch(/^600$/m)
    expect(seen).toContain('-secret @secret')
    expect(seen.match(/ssh-ed25519/g)).toHaveLength(1)
  })

  test('has its secret in no command line, environment, log, run or record, at any moment', async () => {
    const seen: string[] = []
    let over = false
    const watching = (async () => {
      while (!over) {
        seen.push(...processes())
        await pause(15)
      }
    })()
    const lease = await get()
    const node = lease.machines[0].agent.node
    await until(() => nodes.isOnline(node))
    over = true
    await watching
    const secret = nodes.secret(node)
    expect(secret).toHaveLength(64)
    expect(seen.some((text) => text.includes('agent.jar'))).toBe(true)
    expect(seen.filter((text) => text.includes(secret))).toEqual([])
    // Where Duffy itself was given it.
    expect(seen.filter((text) => text.includes(TOKEN) && !text.includes(`JENKINS_TOKEN=${TOKEN}`))).toEqual([])
    const { runs } = (await duffy.api('GET', `/api/v2/runs?lease=${lease.id}`)).body
    expect(runs.length).toBeGreaterThan(0)
    const disk = kept(duffy.dataDir)
    expect(disk).toContain('Give the machine its agent')
    for (const text of [disk, duffy.log()]) for (const word of [secret, TOKEN]) expect(text).not.toContain(word)
  })

  const gone = async (node: string): Promise<void> => {
    await until(() => !nodes.names().includes(node) && agentsRunning(node) === 0, 90_000)
    await settled(duffy)
    expect(agentsRunning(node)).toBe(0)
  }

  test('is gone after done, with its node', async () => {
    const lease = await get({ count: 2 })
    const both: string[] = lease.machines.map(({ agent }: { agent: { node: string } }) => agent.node)
    await until(() => both.every((node) => nodes.isOnline(node)))
    await duffy.api('POST', `/api/v2/leases/${lease.id}/done`, { what: undefined })
    for (const node of both) await gone(node)
  })

  test('is gone after the lease has expired', async () => {
    const lease = await get({ for: '5s' })
    const { node } = lease.machines[0].agent
    expect(nodes.names()).toContain(node)
    await gone(node)
    expect((await duffy.api('GET', `/api/v2/leases/${lease.id}`)).body.lease.ending).toBe('expired')
  })

  test('is gone after its build was aborted', async () => {
    const lease = await get()
    const { node } = lease.machines[0].agent
    await until(() => nodes.isOnline(node))
    stub.set(build, 'ABORTED')
    await gone(node)
    expect((await duffy.api('GET', `/api/v2/leases/${lease.id}`)).body.lease.ending).toBe('buildAborted')
  })

  test('of a lease that ended while Duffy was dead is removed at its start, and nodes of others are let be', async () => {
    const lease = await get({ for: '6s' })
    const { node } = lease.machines[0].agent
    nodes.add('duffy-L9Z9-box-1', 'Leased by Duffy (another)')
    nodes.add('duffy-own', 'made by hand')
    await duffy.kill()
    await pause(6_000)
    expect(nodes.names()).toContain(node)
    await duffy.start()
    await gone(node)
    expect(nodes.names()).toEqual(['duffy-L9Z9-box-1', 'duffy-own'])
  })

  test('that its Jenkins does not take costs no lease and no machine, and the tenant is told', async () => {
    nodes.fault = 403
    const lease = await get()
    expect(lease.machines[0].agent.problem).toContain('Agent/Create')
    expect(ssh(lease.machines[0], ci.path, 'hostname').text).toBe(lease.machines[0].name)
    const { machine } = (await duffy.operate('GET', `/api/v2/machines/${lease.machines[0].name}`)).body
    expect(machine.state).toBe('leased')
  })

  test('of a driver that starts none is said to be none', async () => {
    const lease = await get({ type: 'vm' })
    expect(lease.machines[0].agent.problem).toBe('its driver starts no agents')
  })
})

test('a machine that is made ready for the SSH launcher has a JRE, a folder, and lets the Jenkins in', async () => {
  const lease = await get({ agent: 'ssh' })
  const [machine] = lease.machines
  expect(machine.agent).toEqual({ node: null, problem: null })
  for (const key of [ci, controller]) {
    const said = ssh(machine, key.path, 'java -version 2>&1 | head -1; cd jenkins && touch it && echo writable').text
    expect(said).toMatch(/version "/)
    expect(said).toContain('writable')
  }
  expect(nodes.names().filter((name) => name.includes(lease.id))).toEqual([])
})

test('an agent is to be had over the native API too, without a build', async () => {
  const { status, body } = await duffy.api('POST', '/api/v2/requests?wait=60s', { type: 'metal', agent: 'inbound' })
  expect([status, body.lease.agent]).toEqual([201, { launch: 'inbound', jenkins: 'main' }])
  await until(() => nodes.isOnline(body.lease.machines[0].agent.node))
})
