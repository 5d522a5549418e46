import { createServer, request as forward, type Server } from 'node:http'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { stubJenkins, type StubJenkins } from '../kit/jenkins.ts'
import { printed, runPipeline, type RunningPipeline } from '../kit/jenkins/pipeline.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

let stub: StubJenkins
let duffy: RunningDuffy
let key: string
let build: string
let builds = 40
let pipeline: RunningPipeline | null = null

beforeAll(async () => {
  stub = await stubJenkins()
  const machines = [1, 2].map((number) => ({ name: `m${number}`, platform: 'intel' }))
  const config: Config = {
    platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
    pools: { metal: { type: 'metal', driver: 'null', steps: [], grace: '0s', machines } },
    tenants: { local: { quota: 4, holds: { most: 2 }, keys: [KEY] } },
    jenkins: { main: { url: stub.url, privateAddresses: true, askEvery: '1s', agents: { sshKey: KEY } } },
  }
  duffy = await runDuffy({ config })
  key = readFileSync(`${duffy.dataDir}/local.key`, 'utf8').trim()
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await stub?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  build = stub.build('ceph', (builds += 1))
})
afterEach(async () => {
  await pipeline?.[Symbol.asyncDispose]()
  stub.set(build, 'SUCCESS')
  for (const { id } of await leases()) await duffy.api('POST', `/api/v2/leases/${id}/done`, {})
  while ((await leases()).length + (await waiting()).length > 0) await pause(50)
})

const start = (script: string, url = duffy.url): RunningPipeline =>
  (pipeline = runPipeline({
    script,
    environment: { DUFFY_URL: url, BUILD_URL: build, JOB_NAME: 'ceph', BUILD_NUMBER: String(builds) },
    credentials: { duffy: key },
  }))
const run = async (script: string, url = duffy.url) => {
  const ran = start(script, url)
  return { result: await ran.ended(), output: ran.output(), steps: ran.steps() }
}
const leases = async () => (await duffy.api('GET', '/api/v2/leases')).body.leases
const waiting = async () => (await duffy.api('GET', '/api/v2/requests')).body.requests
const endings = async (output: string) => {
  const ids = [...new Set(Array.from(output.matchAll(/lease (L\w+) until/g), ([, id]) => id!))]
  return Promise.all(ids.map(async (id) => (await duffy.api('GET', `/api/v2/leases/${id}`)).body.lease.ending))
}
const takeAll = async (): Promise<string> =>
  (await duffy.api('POST', '/api/v2/requests?wait=30s', { type: 'metal', count: 2 })).body.lease.id

/** Passes calls on to Duffy, but for those that `instead` sees to. */
const between = async (
  instead: (path: string, method: string) => { status: number; retryAfter?: string } | 'lose' | null,
): Promise<{ url: string; server: Server }> => {
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const wanted = instead(url, method)
    if (wanted !== null && wanted !== 'lose') {
      const { status, retryAfter } = wanted
      request.resume()
      return void response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('{}')
    }
    const onwards = forward(`${duffy.url}${url}`, { method, headers }, (answer) => {
      if (wanted === 'lose') return void answer.resume().on('end', () => response.destroy())
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    onwards.on('error', () => response.destroy())
    request.pipe(onwards)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server }
}

test('a block has its machines as an argument and in the environment, and gives them back', async () => {
  const { result, output } = await run(`
    withDuffy(type: 'metal', count: 2, for: '1h', metadata: [suite: "s\${1}"]) { hosts ->
      echo "got \${hosts.size()}: \${hosts[0].name} \${hosts[1].name}"
      sh 'echo "lease $DUFFY_LEASE, hosts $DUFFY_HOSTS, ssh $DUFFY_SSH"'
    }`)
  expect([result, output]).toEqual(['SUCCESS', expect.stringMatching(/got 2: m\d m\d/)])
  expect(output).toMatch(/lease L\w+, hosts m\d m\d, ssh ssh:\/\/root@m\d:22 ssh:\/\/root@m\d:22/)
  expect(await endings(output)).toEqual(['done'])
})

test('the value of the block is that of the step', async () => {
  const { output } = await run(`echo 'it is ' + withDuffy(type: 'metal') { hosts -> hosts.size() + 41 }`)
  expect(output).toContain('it is 42')
})

test('the key is on no command line, in no environment of the block and in no log', async () => {
  const ran = start(`withDuffy(type: 'metal') { hosts -> sh 'env'; work(time: 1) }`)
  const seen: string[] = []
  const over = ran.ended().then(() => true)
  while (!(await Promise.race([over, pause(30, false)]))) seen.push(...commandLines())
  expect(seen.some((line) => line.includes('Pipeline.groovy'))).toBe(true)
  const secret = key.split('_').slice(2).join('_')
  for (const text of [seen.join('\n'), ran.output(), duffy.log()]) expect(text).not.toContain(secret)
  expect(ran.output()).toContain('DUFFY_LEASE=')
  expect(ran.output()).not.toContain('DUFFY_KEY')
})

const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })

test('who waits in line is told so, and gets machines when they come free', async () => {
  const other = await takeAll()
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo "got \${hosts[0].name}" }`)
  await printed(ran, 'in place 1')
  await duffy.api('POST', `/api/v2/leases/${other}/done`, {})
  expect([await ran.ended(), ran.output()]).toEqual(['SUCCESS', expect.stringMatching(/got m\d/)])
  expect(await endings(ran.output())).toEqual(['done'])
})

test('two branches of a build share no machine, and a stage that is tried again gets new ones', async () => {
  const { output } = await run(`
    withDuffy(type: 'metal') { a -> withDuffy(type: 'metal') { b -> echo "two: \${[a[0].name, b[0].name].toSet().size()}" } }
    withDuffy(type: 'metal', name: 'client') { }
    withDuffy(type: 'metal', name: 'client') { }`)
  expect(output).toContain('two: 2')
  expect(await endings(output)).toEqual(['done', 'done', 'done', 'done'])
})

test('a block that throws fails the build, and its machines come back', async () => {
  const { result, output } = await run(`withDuffy(type: 'metal') { hosts -> error('the tests failed') }`)
  expect([result, output]).toEqual(['FAILURE', expect.stringContaining('ERROR: the tests failed')])
  expect(await endings(output)).toEqual(['done'])
})

test.each([
  ['throws', `error('the tests failed')`, 'FAILURE'],
  ['makes the build unstable', `unstable('some tests failed')`, 'UNSTABLE'],
])('a block that %s keeps its machines if it asked for that', async (_, body, result) => {
  const ran = await run(`withDuffy(type: 'metal', onFailure: 'hold') { hosts -> ${body} }`)
  expect(ran.result).toBe(result)
  expect(await leases()).toMatchObject([{ state: 'active', hold: { reason: expect.stringContaining('ceph') } }])
})

test('a block that asked to keep them after a failure gives them back after none', async () => {
  const { output } = await run(`withDuffy(type: 'metal', onFailure: 'hold') { hosts -> echo 'well' }`)
  expect(await endings(output)).toEqual(['done'])
})

test('aborted while it waits in line, it waits no more', async () => {
  const other = await takeAll()
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'in the block' }`)
  await printed(ran, 'in place 1')
  ran.abort()
  expect([await ran.ended(), ran.output()]).toEqual(['ABORTED', expect.not.stringContaining('in the block')])
  expect([await waiting(), (await leases()).map(({ id }: { id: string }) => id)]).toEqual([[], [other]])
})

test('aborted within the block, its machines come back, kept for nobody', async () => {
  const ran = start(`withDuffy(type: 'metal', onFailure: 'hold') { hosts -> echo 'in'; work(time: 60) }`)
  await printed(ran, 'in\n')
  ran.abort()
  expect(await ran.ended()).toBe('ABORTED')
  expect(await endings(ran.output())).toEqual(['done'])
})

test.each([
  ['a pool that is none', `type: 'metall'`, 'metall'],
  ['an option that is none', `type: 'metal', conut: 2`, 'conut'],
  ['more machines than there are', `type: 'metal', count: 9`, '9'],
])('%s fails the build with the sentence of Duffy, and takes nothing', async (_, options, word) => {
  const { result, output, steps } = await run(`withDuffy(${options}) { hosts -> echo 'in the block' }`)
  expect([result, output]).toEqual(['FAILURE', expect.stringMatching(new RegExp(`ERROR: Duffy: .*${word}`))])
  expect([output.includes('in the block'), steps, await leases()]).toEqual([false, [], []])
})

test('machines that have no agent, though one was asked for, fail the build, and come back', async () => {
  const { result, output } = await run(`withDuffy(type: 'metal', agent: 'ssh') { hosts -> echo 'in the block' }`)
  expect([result, output]).toEqual([
    'FAILURE',
    expect.stringMatching(/ERROR: Duffy: m\d has no agent: its driver starts no agents/),
  ])
  expect([output.includes('in the block'), await endings(output)]).toEqual([false, ['done']])
})

test('a key that is none fails the build at once', async () => {
  key = `${key}x`
  const { result, output } = await run(`withDuffy(type: 'metal') { }`)
  key = key.slice(0, -1)
  expect([result, output]).toEqual(['FAILURE', expect.stringContaining('API key')])
})

test('an address without TLS is refused before the key is sent there', async () => {
  const { output } = await run(`withDuffy(type: 'metal', url: 'http://duffy.example.org') { }`)
  expect(output).toContain('readable without https')
})

test('Duffy that is killed and comes back while the build waits in line has it served, once', async () => {
  const other = await takeAll()
  const ran = start(`withDuffy(type: 'metal', count: 2) { hosts -> echo "got \${hosts.size()}" }`)
  await printed(ran, 'in place 1')
  await duffy.kill()
  await printed(ran, 'Trying again')
  await duffy.start()
  await duffy.api('POST', `/api/v2/leases/${other}/done`, {})
  expect([await ran.ended(), ran.output()]).toEqual(['SUCCESS', expect.stringContaining('got 2')])
  expect(await endings(ran.output())).toEqual(['done'])
})

test('Duffy that is away until after the build began is waited for', async () => {
  await duffy.kill()
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'got one' }`)
  await printed(ran, 'Trying again')
  await duffy.start()
  expect([await ran.ended(), ran.output()]).toEqual(['SUCCESS', expect.stringContaining('got one')])
})

test('Duffy that stays away fails the build in the end', async () => {
  const { server, url } = await between(() => ({ status: 503 }))
  const { result, output } = await run(`withDuffy(type: 'metal', outageSeconds: 10) { }`, url)
  server.close()
  expect([result, output]).toEqual(['FAILURE', expect.stringContaining(`no answer from ${url}`)])
})

test('when asked to come back later it does, and not before', async () => {
  const turned = [
    { status: 503, retryAfter: '7' },
    { status: 429, retryAfter: '4' },
  ]
  const { server, url } = await between(() => turned.shift() ?? null)
  const { result, steps } = await run(`withDuffy(type: 'metal') { hosts -> echo 'got one' }`, url)
  server.close()
  expect([result, steps.slice(0, 2)]).toEqual(['SUCCESS', ['sleep 7', 'sleep 4']])
})

test('an answer that is lost leads to no second lease', async () => {
  let lost = 0
  const { server, url } = await between((path) => (path.startsWith('/webhooks') && lost++ < 2 ? 'lose' : null))
  const ran = start(`withDuffy(type: 'metal') { hosts -> work(time: 1) }`, url)
  await printed(ran, 'until')
  expect(await leases()).toHaveLength(1)
  expect([await ran.ended(), await endings(ran.output())]).toEqual(['SUCCESS', ['done']])
  server.close()
})

test('aborted when no answer has come yet, it still gives back what it was granted', async () => {
  let losing = true
  const { server, url } = await between((path) => (path.startsWith('/webhooks') && losing ? 'lose' : null))
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'in the block' }`, url)
  await printed(ran, 'Trying again')
  expect(await leases()).toHaveLength(1)
  losing = false
  ran.abort()
  expect([await ran.ended(), await leases()]).toEqual(['ABORTED', []])
  server.close()
})

test('Duffy that is away when they are given back takes them back when the build is over', async () => {
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'in'; work(time: 2) }`)
  await printed(ran, 'in\n')
  await duffy.kill()
  await pause(2000)
  ran.abort()
  expect([await ran.ended(), ran.output()]).toEqual(['ABORTED', expect.stringContaining('when this build is over')])
  await duffy.start()
  expect(await leases()).toHaveLength(1)
  stub.set(build, 'ABORTED')
  while ((await leases()).length > 0) await pause(50)
  expect(await endings(ran.output())).toEqual(['buildAborted'])
})
