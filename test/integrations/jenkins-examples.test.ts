import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { keyPair } from '../kit/ansible.ts'
import { runDuffy, settled, type RunningDuffy } from '../kit/duffy.ts'
import { stubJenkins, type StubJenkins } from '../kit/jenkins.ts'
import { LIBRARY, runPipeline } from '../kit/jenkins/pipeline.ts'
import { scratch } from '../kit/scratch.ts'

const dir = mkdtempSync(join(scratch(), 'duffy-examples-'))
const ci = keyPair(dir, 'ci')

let stub: StubJenkins
let duffy: RunningDuffy
let around: Record<string, string>
let builds = 40
beforeAll(async () => {
  stub = await stubJenkins()
  const config: Config = {
    platforms: { box: { arch: 'x86_64', vendor: 'intel' } },
    pools: {
      metal: {
        type: 'metal',
        driver: 'nsbox',
        machines: ['box-1', 'box-2'].map((name) => ({ name, platform: 'box' })),
      },
    },
    tenants: { local: { quota: 4, holds: { most: 2 }, keys: [ci.line] } },
    jenkins: { main: { url: stub.url, privateAddresses: true, askEvery: '1s' } },
  }
  duffy = await runDuffy({ config })
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await stub?.[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  await settled(duffy)
  builds += 1
  around = { DUFFY_URL: duffy.url, BUILD_URL: stub.build('ceph', builds), JOB_NAME: 'ceph', BUILD_NUMBER: `${builds}` }
})

const key = (): string => readFileSync(join(duffy.dataDir, 'local.key'), 'utf8').trim()
const leases = async () => (await duffy.api('GET', '/api/v2/leases')).body.leases

test('the Jenkinsfile logs in to both of its machines, and gives them back', async () => {
  await using pipeline = runPipeline({
    script: join(LIBRARY, 'Jenkinsfile'),
    environment: around,
    credentials: { duffy: key(), 'duffy-ssh': readFileSync(ci.path, 'utf8').trim() },
  })
  expect([await pipeline.ended(), pipeline.output()]).toEqual(['SUCCESS', expect.stringContaining('testing on box-')])
  expect(pipeline.output()).toMatch(/^box-1$/m)
  expect(pipeline.output()).toMatch(/^box-2$/m)
  expect(await leases()).toEqual([])
})

/** As Jenkins runs it: traced, so that whatever it says of itself is in the log. */
const freestyle = (script: string, interrupt: AbortSignal = new AbortController().signal) => {
  const environment = { ...around, PATH: process.env['PATH'], HOME: dir, DUFFY_KEY: key(), SSH_KEY: ci.path }
  const child = spawn('sh', ['-xe', '-c', script], { env: environment, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  interrupt.addEventListener('abort', () => process.kill(-child.pid!, 'SIGTERM'))
  return { output: () => output, ended: once(child, 'close').then(([status]) => status as number) }
}
const RECIPE = readFileSync(join(LIBRARY, 'freestyle.sh'), 'utf8')

test('the shell recipe logs in to its machine, gives it back, and shows the key to nobody', async () => {
  const ran = freestyle(RECIPE)
  expect([await ran.ended, ran.output()]).toEqual([0, expect.stringMatching(/^box-\d$/m)])
  expect(await leases()).toEqual([])
  expect(ran.output()).not.toContain(key().split('_').slice(2).join('_'))
})

test('the shell recipe that fails leaves its machine to the end of its build, which keeps it', async () => {
  const ran = freestyle(`${RECIPE}\nfalse`)
  expect(await ran.ended).toBe(1)
  expect(await leases()).toHaveLength(1)
  stub.set(around['BUILD_URL']!, 'FAILURE')
  while ((await leases())[0].hold === null) await new Promise((done) => setTimeout(done, 50))
  await duffy.api('POST', `/api/v2/leases/${(await leases())[0].id}/done`, {})
})

test('the shell recipe waits in line past an answer of 202, and when it is aborted gives back what it holds', async () => {
  const { body } = await duffy.api('POST', '/api/v2/requests?wait=60s', { type: 'metal', count: 2 })
  const abort = new AbortController()
  const short = RECIPE.replace('wait=60s', 'wait=1s')
  const ran = freestyle(`${short}\necho 'at work'; while sleep 0.1; do :; done`, abort.signal)
  while (ran.output().split('1st in line').length < 3) await new Promise((done) => setTimeout(done, 50))
  await duffy.api('POST', `/api/v2/leases/${body.lease.id}/done`, {})
  while (!ran.output().includes('\nat work')) await new Promise((done) => setTimeout(done, 50))
  expect(await leases()).toHaveLength(1)
  abort.abort()
  expect([await ran.ended, await leases()]).toEqual([143, []])
})

test('a key that is none ends the shell recipe with the sentence of Duffy', async () => {
  const ran = freestyle(RECIPE.replace('$DUFFY_KEY', 'wrong'))
  expect([await ran.ended, ran.output()]).toEqual([1, expect.stringContaining('API key')])
})
