import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { keyPair } from '../kit/ansible.ts'
import { allBytes, everything } from '../kit/artifacts.ts'
import { runDuffy, settled, type RunningDuffy } from '../kit/duffy.ts'
import { stubJenkins, type StubJenkins } from '../kit/jenkins.ts'
import { commandLines, LIBRARY, printed, runPipeline } from '../kit/jenkins/pipeline.ts'
import { scratch } from '../kit/scratch.ts'

const dir = realpathSync(mkdtempSync(join(scratch(), 'duffy-examples-')))
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

const run = (script: string) =>
  runPipeline({
    script,
    environment: around,
    credentials: { duffy: key(), 'duffy-ssh': readFileSync(ci.path, 'utf8').trim() },
  })

test('the Jenkinsfile logs in to both of its machines, gives them back, and archives what they left', async () => {
  await using pipeline = run(join(LIBRARY, 'Jenkinsfile'))
  expect([await pipeline.ended(), pipeline.output()]).toEqual(['SUCCESS', expect.stringContaining('testing on box-')])
  expect(pipeline.output()).toMatch(/^box-1$/m)
  expect(pipeline.output()).toMatch(/^box-2$/m)
  expect(pipeline.output()).toMatch(/^Duffy: fetched 2 of 2 files [^]*\nArchived 3 files$/m)
  expect(await leases()).toEqual([])
})

/** Leaves files on every machine of a block, of which one has a name that is none of a file here; says what they sum up to. */
const LEAVES = `sh '''
  printf '%s\\n' "$DUFFY_KNOWN_HOSTS" >known_hosts
  for host in $DUFFY_SSH; do
    ssh -i "$SSH_KEY" -o IdentitiesOnly=yes -o UserKnownHostsFile=known_hosts "$host" 'mkdir -p /tmp/left/sub && cd /tmp/left &&
      head -c 3000000 /dev/urandom >sub/bytes && printf odd >"$(printf "a\\nb*")" && ln -s /etc/passwd link && echo "sum $(hostname) $(sha256sum <sub/bytes)"'
  done'''`

test('what was on machines is in the workspace byte for byte, after a block that failed and one that was aborted', async () => {
  const collect = `collect: ['/tmp/left', '/nowhere']`
  await using pipeline =
    run(`node { withCredentials([sshUserPrivateKey(credentialsId: 'duffy-ssh', keyFileVariable: 'SSH_KEY')]) {
    withDuffy(type: 'metal', ${collect}, folder: 'aborted') { hosts ->
      try { withDuffy(type: 'metal', ${collect}, folder: 'failed') { ${LEAVES}; error('the tests failed') } } catch (failed) { echo failed.message }
      ${LEAVES}
      echo 'at work'; work(time: 60)
    }
  } }`)
  await printed(pipeline, '\nat work')
  pipeline.abort()
  expect([await pipeline.ended(), await leases()]).toEqual(['ABORTED', []])
  const said = pipeline.output()
  const [failed, aborted] = Array.from(said.matchAll(/^sum (box-\d) (\w+)/gm), ([, machine, sum]) => ({ machine, sum }))
  for (const [folder, left] of Object.entries({ failed, aborted })) {
    const came = everything(join(pipeline.workspace, folder)).filter((path) => statSync(path).isFile())
    const odd = came.find((path) => path.endsWith(`/${left!.machine}/tmp/left/a_x0ab_`))
    const bytes = came.find((path) => path.endsWith(`/${left!.machine}/tmp/left/sub/bytes`))
    expect([came.length, readFileSync(odd!, 'utf8'), sumOf(bytes!)]).toEqual([3, 'odd', left!.sum])
  }
  for (const left of ['/nowhere is left out: nothing is there', '/tmp/left/link is left out: a symbolic link'])
    expect(said.split(left)).toHaveLength(3)
})
const sumOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** As Jenkins runs it: traced, so that whatever it says of itself is in the log. */
const freestyle = (script: string, interrupt: AbortSignal = new AbortController().signal) => {
  const environment = { ...around, PATH: process.env['PATH'], HOME: dir, DUFFY_KEY: key(), SSH_KEY: ci.path }
  rmSync(workspace, { recursive: true, force: true })
  mkdirSync(join(workspace, 'duffy-artifacts/L222/old'), { recursive: true })
  const child = spawn('sh', ['-xe', '-c', script], { env: environment, detached: true, cwd: workspace })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  interrupt.addEventListener('abort', () => process.kill(-child.pid!, 'SIGTERM'))
  return { output: () => output, ended: once(child, 'close').then(([status]) => status as number) }
}
const workspace = join(dir, 'workspace')
const filesOf = () => everything(workspace).filter((path) => statSync(path).isFile())
const RECIPE = readFileSync(join(LIBRARY, 'freestyle.sh'), 'utf8').replace('["/var/log"]', '["/tmp/left", "/nowhere"]')
/** Logs in, as the recipe does at its end, and leaves files on the machine. */
const LEFT = `mkdir -p /tmp/left/sub && cd /tmp/left && printf "a\\\\0\\\\377\\\\r\\\\n" >sub/bytes && printf odd >"$(printf "a\\\\nb*")" && ln -s /etc/passwd link`
const LEAVING = RECIPE.replace("'uname -a && hostname'", `'${LEFT} && hostname'`)
/** What the recipe brought, and said of it. */
const expectBrought = (output: string): void => {
  const [machine] = /^box-\d$/m.exec(output) ?? []
  const [, lease] =
    new RegExp(`^duffy-artifacts/(L\\w+)/${machine}/tmp/left/sub/bytes, 5 bytes$`, 'm').exec(output) ?? []
  const into = join(workspace, 'duffy-artifacts', lease!, machine!, 'tmp/left')
  expect(filesOf().toSorted()).toEqual([join(into, 'a_x0ab_'), join(into, 'sub/bytes')])
  expect(readFileSync(join(into, 'sub/bytes'), 'latin1')).toBe('a\0\xff\r\n')
  expect(output).toContain(`${machine}: /nowhere is left out: nothing is there\n`)
  expect(output).toContain(`${machine}: /tmp/left/link is left out: a symbolic link\n`)
}

test('the shell recipe logs in to its machine, gives it back, brings its files, and shows the key to nobody', async () => {
  const ran = freestyle(LEAVING)
  const seen: string[] = []
  while (!(await Promise.race([ran.ended.then(() => true), pause(20, false)]))) seen.push(...commandLines())
  expect([await ran.ended, ran.output()]).toEqual([0, expect.stringMatching(/^box-\d$/m)])
  expect(await leases()).toEqual([])
  expectBrought(ran.output())
  expect(seen.join('\n')).toContain('/api/v2/artifacts/')
  const secret = key().split('_').slice(2).join('_')
  for (const text of [seen.join('\n'), ran.output(), allBytes(workspace).toString('latin1')])
    expect(text).not.toContain(secret)
})

test('the shell recipe that fails leaves its machine to the end of its build, which keeps it', async () => {
  const ran = freestyle(`${RECIPE}\nfalse`)
  expect(await ran.ended).toBe(1)
  const [{ id }] = await leases()
  expect(ran.output()).toContain(
    `\nDuffy: ${id} is kept for debugging if it can be. Its files, once it is over: duffy artifacts get ${id}\n`,
  )
  stub.set(around['BUILD_URL']!, 'FAILURE')
  while ((await leases())[0].hold === null) await pause(50)
  await duffy.api('POST', `/api/v2/leases/${(await leases())[0].id}/done`, {})
  expect(filesOf()).toEqual([])
})

test('the shell recipe that fails and keeps nothing gives its machine back, and brings its files', async () => {
  const ran = freestyle(
    `${LEAVING.replace('on_failure=hold', 'on_failure=done')}\nln -s / duffy-artifacts; cd /; exit 7`,
  )
  expect([await ran.ended, await leases()]).toEqual([7, []])
  expectBrought(ran.output())
})

test('the shell recipe waits in line past an answer of 202, and when it is aborted gives back what it holds', async () => {
  const { body } = await duffy.api('POST', '/api/v2/requests?wait=60s', { type: 'metal', count: 2 })
  const abort = new AbortController()
  const short = LEAVING.replace('wait=60s', 'wait=1s')
  const ran = freestyle(`${short}\necho 'at work'; while sleep 0.1; do :; done`, abort.signal)
  while (ran.output().split('1st in line').length < 3) await pause(50)
  await duffy.api('POST', `/api/v2/leases/${body.lease.id}/done`, {})
  while (!ran.output().includes('\nat work')) await pause(50)
  expect(await leases()).toHaveLength(1)
  abort.abort()
  expect([await ran.ended, await leases()]).toEqual([143, []])
  expectBrought(ran.output())
})

test('a key that is none ends the shell recipe with the sentence of Duffy', async () => {
  const ran = freestyle(RECIPE.replace('$DUFFY_KEY', 'wrong'))
  expect([await ran.ended, ran.output()]).toEqual([1, expect.stringContaining('API key')])
})
